//! Java, the current SDK.

use super::Call;

pub(super) fn code(call: &Call<'_>) -> String {
    let Call { id, region, endpoint, mode, meaning } = call;
    format!(
        r#"// com.aliyun:r_kvstore20150101, com.aliyun:credentials-java
import com.aliyun.r_kvstore20150101.Client;
import com.aliyun.r_kvstore20150101.models.ModifyInstanceVpcAuthModeRequest;
import com.aliyun.teaopenapi.models.Config;

public class Switch {{
    public static void main(String[] args) throws Exception {{
        Config config = new Config()
            .setCredential(new com.aliyun.credentials.Client())
            .setRegionId("{region}")
            .setEndpoint("{endpoint}");
        Client client = new Client(config);
        // {meaning}
        ModifyInstanceVpcAuthModeRequest request = new ModifyInstanceVpcAuthModeRequest()
            .setInstanceId("{id}")
            .setVpcAuthMode("{mode}");
        System.out.println(client.modifyInstanceVpcAuthMode(request).getBody().getRequestId());
    }}
}}"#
    )
}

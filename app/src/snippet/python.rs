//! Python, the current SDK.

use super::Call;

pub(super) fn code(call: &Call<'_>) -> String {
    let Call { id, region, endpoint, mode, meaning } = call;
    format!(
        r#"# pip install alibabacloud_r_kvstore20150101
from alibabacloud_credentials.client import Client as CredentialClient
from alibabacloud_r_kvstore20150101 import models
from alibabacloud_r_kvstore20150101.client import Client
from alibabacloud_tea_openapi.models import Config

client = Client(Config(credential=CredentialClient(), region_id="{region}", endpoint="{endpoint}"))
# {meaning}
answer = client.modify_instance_vpc_auth_mode(
    models.ModifyInstanceVpcAuthModeRequest(instance_id="{id}", vpc_auth_mode="{mode}")
)
print(answer.body.request_id)"#
    )
}

//! Node.js, the current SDK.

use super::Call;

pub(super) fn code(call: &Call<'_>) -> String {
    let Call { id, region, endpoint, mode, meaning } = call;
    format!(
        r#"// npm install @alicloud/r-kvstore20150101 @alicloud/credentials @alicloud/openapi-client
const {{ default: Client, ModifyInstanceVpcAuthModeRequest }} = require("@alicloud/r-kvstore20150101");
const {{ Config }} = require("@alicloud/openapi-client");
const Credential = require("@alicloud/credentials").default;

const client = new Client(new Config({{ credential: new Credential(), regionId: "{region}", endpoint: "{endpoint}" }}));
// {meaning}
client
  .modifyInstanceVpcAuthMode(new ModifyInstanceVpcAuthModeRequest({{ instanceId: "{id}", vpcAuthMode: "{mode}" }}))
  .then((answer) => console.log(answer.body.requestId));"#
    )
}

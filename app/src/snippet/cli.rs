//! The cloud's command line.

use super::Call;

pub(super) fn code(call: &Call<'_>) -> String {
    let Call { id, region, mode, meaning, .. } = call;
    format!(
        "# {meaning}
aliyun r-kvstore ModifyInstanceVpcAuthMode --region {region} --InstanceId {id} --VpcAuthMode {mode}
# It answers before it has happened: repeat this until VpcAuthMode is {mode} and InstanceStatus is Normal
aliyun r-kvstore DescribeInstanceAttribute --region {region} --InstanceId {id}"
    )
}

//! `ModifyInstanceVpcAuthMode`: the one write. It is prepared and sent in `write`.

use domain::access::Access;
use domain::id::{InstanceId, RegionId};

use super::vpc_auth_mode::VpcAuthMode;
use crate::call::Call;

pub(crate) fn call(region: &RegionId, id: &InstanceId, access: Access) -> Call {
    Call::of_instance("ModifyInstanceVpcAuthMode", region, id)
        .with("VpcAuthMode", VpcAuthMode::from(access).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wish_sends_the_word_that_means_it() {
        let region = "cn-shenzhen".parse().unwrap();
        let id = "r-wz9abc0000000001".parse().unwrap();
        for (access, word) in [(Access::PasswordRequired, "Open"), (Access::PasswordFree, "Close")]
        {
            let call = call(&region, &id, access);
            assert_eq!(call.action, "ModifyInstanceVpcAuthMode");
            assert_eq!(
                call.params,
                [
                    ("RegionId", "cn-shenzhen".to_owned()),
                    ("InstanceId", "r-wz9abc0000000001".to_owned()),
                    ("VpcAuthMode", word.to_owned()),
                ]
            );
        }
    }
}

//! Opens the readers of the actions to [`crate::fuzz`].

use domain::access::Access;

use super::{
    describe_db_instance_net_info, describe_engine_version, describe_instance_attribute,
    describe_instance_config, describe_instances, describe_parameters, describe_regions,
    describe_security_ips,
};

/// The one answer that has the mode: a mode is never found where its word is not.
pub fn attribute(body: &[u8]) {
    let (Ok(region), Ok(id)) = ("cn-hangzhou".parse(), "r-bp1zxszhcgatnx".parse()) else { return };
    let Ok(found) = describe_instance_attribute::read(body, &region, &id) else { return };
    let Some(mode) = found.mode else { return };
    // A backslash may spell any letter.
    let word: &[u8] = if mode == Access::PasswordFree { b"Close" } else { b"Open" };
    let spelt = body.contains(&b'\\') || body.windows(word.len()).any(|bytes| bytes == word);
    assert!(spelt, "{mode:?} out of nothing");
}

/// Every other answer.
pub fn lists(body: &[u8]) {
    let Ok(region) = "cn-hangzhou".parse() else { return };
    // What they find is not looked at: that they end, and how, is the point.
    let _ = describe_instances::read(body, &region);
    let _ = describe_db_instance_net_info::read(body);
    let _ = describe_engine_version::read(body);
    let _ = describe_instance_config::read(body);
    let _ = describe_parameters::read(body);
    let _ = describe_regions::read(body);
    let _ = describe_security_ips::read(body);
}

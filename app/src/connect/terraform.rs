//! The same field, as Terraform writes it.
//!
//! Source: `aliyun/terraform-provider-alicloud`, `website/docs/r/kvstore_instance.html.markdown` and
//! `redis_tair_instance.html.markdown` (`vpc_auth_mode` there since 1.233.1).

use domain::access::Access;
use domain::id::InstanceId;
use domain::instance::InstanceType;

/// What holds the mode in the state that was read; nothing where it was not read.
pub fn code(id: &InstanceId, kind: &InstanceType, mode: Option<Access>) -> Option<String> {
    let resource = match kind {
        InstanceType::Redis => "alicloud_kvstore_instance",
        InstanceType::Tair => "alicloud_redis_tair_instance",
        InstanceType::Memcache | InstanceType::Other(_) => return None,
    };
    let (word, meaning) = match mode? {
        Access::PasswordRequired => ("Open", "a password is required"),
        Access::PasswordFree => ("Close", "access is password-free"),
    };
    let name: String =
        id.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    Some(format!(
        "# terraform import {resource}.{name} {id}
resource \"{resource}\" \"{name}\" {{
  # …
  vpc_auth_mode = \"{word}\" # {meaning}

  # Or leave the mode to the portal:
  # lifecycle {{
  #   ignore_changes = [vpc_auth_mode]
  # }}
}}"
    ))
}

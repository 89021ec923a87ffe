//! How the simulated cloud behaves where nobody documented what the real one does.
//!
//! Each setting is one open question of `DIFFERENCES.md`; the default is the likelier answer.

use serde::{Deserialize, Serialize};

/// All settings. A client must cope with every combination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conduct {
    pub unknown_instance: UnknownInstance,
    pub busy: Busy,
    pub same_mode: SameMode,
    pub open_whitelist: OpenWhitelist,
    /// Engine versions that answer `ParamNotSupportedForCurrentVersion`.
    pub refusing_versions: Vec<String>,
}

/// What `DescribeInstanceAttribute` says to an ID it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownInstance {
    /// 404 `InvalidInstanceId.NotFound`
    NotFound,
    /// 200 without a row
    EmptyList,
}

/// What a write says to an instance that is not `Normal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Busy {
    /// 400 `IncorrectDBInstanceState`
    IncorrectState,
    /// 403 `InstanceStatus.NotSupport`
    StatusNotSupported,
    /// 400 `OperationDeniedDBStatus`
    DeniedStatus,
}

/// What happens when the mode is set to what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SameMode {
    /// 200, and the status stays `Normal`.
    Nothing,
    /// 200, and the instance is `Changing` for a while.
    Changes,
}

/// What happens when password-free access is asked for and a whitelist group admits everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenWhitelist {
    Accepted,
    /// 403 `OperationDenied.SecurityIPList`, a code that nobody documented.
    Refused,
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            unknown_instance: UnknownInstance::NotFound,
            busy: Busy::IncorrectState,
            same_mode: SameMode::Nothing,
            open_whitelist: OpenWhitelist::Accepted,
            refusing_versions: vec!["1.0".to_owned()],
        }
    }
}

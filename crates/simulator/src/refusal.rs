//! A call the cloud says no to: status, code and message as published.
//!
//! Messages that nobody published are listed in `DIFFERENCES.md`. To add a refusal: one constant or
//! one function here.

use serde::Serialize;
use std::borrow::Cow;
use std::time::Duration;

/// One refusal, before it is put into the envelope of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: Cow<'static, str>,
    pub denied: Option<Box<AccessDeniedDetail>>,
    /// Sent as `x-acs-retry-after`, in milliseconds.
    pub retry_after: Option<Duration>,
}

/// Why RAM said no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AccessDeniedDetail {
    pub auth_action: String,
    pub auth_principal_type: &'static str,
    pub auth_principal_owner_id: String,
    pub auth_principal_display_name: String,
    pub policy_type: &'static str,
    pub no_permission_type: &'static str,
    pub encoded_diagnostic_message: String,
}

pub(crate) const THROTTLED: (u16, &str, &str) =
    (400, "Throttling.User", "Request was denied due to user flow control.");
pub(crate) const INTERNAL_ERROR: (u16, &str, &str) =
    (500, "InternalError", "The request processing has failed due to some unknown error.");
pub(crate) const SERVICE_UNAVAILABLE: (u16, &str, &str) =
    (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.");

pub(crate) const ACTION_NOT_FOUND: (u16, &str, &str) = (
    404,
    "InvalidAction.NotFound",
    "Specified api is not found, please check your url and method.",
);
pub(crate) const INVALID_VERSION: (u16, &str, &str) =
    (400, "InvalidVersion", "Specified parameter Version is not valid.");
pub(crate) const UNSUPPORTED_METHOD: (u16, &str, &str) =
    (400, "UnsupportedHTTPMethod", "This http method is not supported.");
pub(crate) const TOO_LARGE: (u16, &str, &str) =
    (413, "RequestEntityTooLarge", "The request body is too large.");
pub(crate) const REGION_NOT_FOUND: (u16, &str, &str) =
    (404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.");

pub(crate) const KEY_NOT_FOUND: (u16, &str, &str) =
    (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
pub(crate) const KEY_INACTIVE: (u16, &str, &str) =
    (400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.");
pub(crate) const INCOMPLETE_SIGNATURE: (u16, &str, &str) =
    (400, "IncompleteSignature", "The request signature does not conform to Aliyun standards.");
pub(crate) const INVALID_SIGNATURE_METHOD: (u16, &str, &str) =
    (400, "InvalidSignatureMethod", "Specified signature method is not valid.");
pub(crate) const NONCE_USED: (u16, &str, &str) =
    (400, "SignatureNonceUsed", "Specified signature nonce was used already.");
pub(crate) const TIMESTAMP_FORMAT: (u16, &str, &str) =
    (400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
pub(crate) const TIMESTAMP_EXPIRED: (u16, &str, &str) =
    (400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");
pub(crate) const TOKEN_EXPIRED: (u16, &str, &str) =
    (400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
pub(crate) const TOKEN_MALFORMED: (u16, &str, &str) =
    (400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.");
pub(crate) const TOKEN_MISMATCH: (u16, &str, &str) = (
    400,
    "InvalidSecurityToken.MismatchWithAccessKey",
    "Specified SecurityToken mismatch with the AccessKey.",
);

pub(crate) const NOT_AUTHORIZED: (u16, &str, &str) = (
    403,
    "NoPermission",
    "You are not authorized to do this action. You should be authorized by RAM.",
);
pub(crate) const POLICY_GRAMMAR: (u16, &str, &str) =
    (400, "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check.");
pub(crate) const POLICY_SIZE: (u16, &str, &str) =
    (400, "InvalidParameter.PolicySize", "The size of Policy must be smaller than 2048 bytes.");
pub(crate) const PROVIDER_NOT_FOUND: (u16, &str, &str) =
    (404, "EntityNotExist.OIDCProvider", "The OIDC provider does not exist.");
pub(crate) const PLATFORM_TOKEN_INVALID: (u16, &str, &str) =
    (400, "AuthenticationFail.OIDCToken.Invalid", "This JWT is invalid.");
pub(crate) const PLATFORM_TOKEN_EXPIRED: (u16, &str, &str) =
    (400, "AuthenticationFail.OIDCToken.Expired", "This JWT is expired.");
pub(crate) const NOT_TRUSTED: (u16, &str, &str) =
    (403, "AuthenticationFail.NoPermission", "This operator is forbidden by trust policy.");

pub(crate) const INSTANCE_NOT_FOUND: (u16, &str, &str) =
    (404, "InvalidInstanceId.NotFound", "The InstanceId provided does not exist in our records.");
pub(crate) const INSTANCE_IDS_MALFORMED: (u16, &str, &str) =
    (400, "InvalidInstanceIds.Malformed", "The Specified parameter InstanceIds is not valid.");
pub(crate) const INCORRECT_STATE: (u16, &str, &str) =
    (400, "IncorrectDBInstanceState", "Current DB instance state does not support this operation.");
pub(crate) const DENIED_STATUS: (u16, &str, &str) =
    (400, "OperationDeniedDBStatus", "Current DB instance state does not support this operation.");
pub(crate) const STATUS_NOT_SUPPORTED: (u16, &str, &str) =
    (403, "InstanceStatus.NotSupport", "Instance status does not support this operation.");
pub(crate) const NETWORK_NOT_SUPPORTED: (u16, &str, &str) =
    (403, "NetworkType.NotSupport", "Current network type does not support this operation.");
pub(crate) const TYPE_NOT_SUPPORTED: (u16, &str, &str) =
    (403, "InstanceType.NotSupport", "Current instance type does not support this operation.");
pub(crate) const VERSION_NOT_SUPPORTED: (u16, &str, &str) =
    (403, "ParamNotSupportedForCurrentVersion", "Parameter is not supported for current version.");
pub(crate) const OPEN_WHITELIST: (u16, &str, &str) =
    (403, "OperationDenied.SecurityIPList", "The whitelist of the instance admits every address.");
pub(crate) const GROUP_NAME_FORMAT: (u16, &str, &str) =
    (400, "InvalidGroupName.Format", "Sepecified group name is not valid.");
pub(crate) const SECURITY_IPS_FORMAT: (u16, &str, &str) =
    (400, "InvalidSecurityIPList.Format", "Specified SecurityIPList is not valid.");
pub(crate) const SECURITY_IPS_DUPLICATE: (u16, &str, &str) =
    (400, "InvalidSecurityIPList.Duplicate", "Specified SecurityIPList has duplicate entries.");
pub(crate) const SECURITY_IPS_TOO_MANY: (u16, &str, &str) =
    (400, "InvalidSecurityIPList.QuotaExceeded", "Specified SecurityIPList has too many entries.");

impl From<(u16, &'static str, &'static str)> for Refusal {
    fn from((status, code, message): (u16, &'static str, &'static str)) -> Self {
        Self { status, code: code.into(), message: message.into(), denied: None, retry_after: None }
    }
}

impl Refusal {
    /// `Missing{Parameter}`.
    pub fn missing(parameter: &str) -> Self {
        Self {
            status: 400,
            code: format!("Missing{parameter}").into(),
            message: format!("{parameter} is mandatory for this action.").into(),
            denied: None,
            retry_after: None,
        }
    }

    /// `Invalid{Parameter}`, the gateway's rule for its own parameters.
    pub fn invalid(parameter: &str) -> Self {
        Self { code: format!("Invalid{parameter}").into(), ..Self::invalid_value(parameter) }
    }

    /// `InvalidParameter`, naming the one.
    pub fn invalid_value(parameter: &str) -> Self {
        Self {
            status: 400,
            code: "InvalidParameter".into(),
            message: format!("The specified parameter {parameter} is not valid.").into(),
            denied: None,
            retry_after: None,
        }
    }

    /// `InvalidParameter.{Parameter}`, as STS says it.
    pub fn wrongly_formed(parameter: &str) -> Self {
        Self {
            code: format!("InvalidParameter.{parameter}").into(),
            message: format!("The parameter {parameter} is wrongly formed.").into(),
            ..Self::invalid_value(parameter)
        }
    }

    /// `longest`: in seconds.
    pub fn session_duration(longest: u32) -> Self {
        let hours = longest / 3600;
        Self {
            message: format!("The Min/Max value of DurationSeconds is 15min/{hours}hr.").into(),
            ..Self::wrongly_formed("DurationSeconds")
        }
    }

    pub fn role_not_found(uid: &str, name: &str) -> Self {
        Self {
            status: 404,
            code: "EntityNotExist.Role".into(),
            message: format!("The role not exists: acs:ram::{uid}:role/{name}.").into(),
            ..Self::invalid_value("RoleArn")
        }
    }

    /// Echoes the text that was to be signed, as the real one does.
    pub fn signature_does_not_match(string_to_sign: &str) -> Self {
        Self {
            status: 400,
            code: "SignatureDoesNotMatch".into(),
            message: format!(
                "Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}"
            )
            .into(),
            denied: None,
            retry_after: None,
        }
    }

    pub fn is_throttling(&self) -> bool {
        self.code.contains("Throttling")
    }
}

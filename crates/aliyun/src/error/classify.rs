//! What a code of the cloud means, whatever status it came with: throttling alone is seen with 400, 403, 429 and 503.
//!
//! Sources: the gateway's and the product's error tables, and the codes that the official Terraform provider handles.
//! Letter case varies between actions (`InvalidDBInstanceId.NotFound`, `InvalidDbInstanceId.NotFound`), so it does not
//! count here.
//!
//! To add a code: one entry in one of the lists and one line in the test.

use domain::id::CloudCode;

use super::ErrorKind;

/// The key itself.
const CREDENTIAL: &[&str] = &[
    "invalidaccesskeyid",
    "invalidaccesskeysecret",
    "noenabledaccesskey",
    "forbidden.accesskey",
    "signaturedoesnotmatch",
    "incompletesignature",
    "invalidsecuritytoken",
    "missingsecuritytoken",
    "authenticationfail",
];

/// What answers is another product, another version or no gateway of this API.
const OTHER_SERVICE: &[&str] = &[
    "invalidaction.notfound",
    "invalidapi.notfound",
    "invalidproduct.notfound",
    "invalidversion",
    "invalidprotocol.needssl",
    "unsupportedhttpmethod",
];

/// Try later, when the instance is done with what it does.
const BUSY: &[&str] = &[
    "incorrectdbinstancestate",
    "instancestatus.notsupport",
    "operationdenieddbstatus",
    "operationdenied.kvstoreinstancestatus",
    "locktimeout",
    "taskexists",
    "task.conflict",
    "backupjobexists",
    "order.latestorderishanding",
];

const NOT_SUPPORTED: &[&str] = &[
    "paramnotsupportedforcurrentversion",
    "incorrectminorversion",
    "incorrectengineversion",
    "unsupportedengineversion",
    "forbbiden.minorversion",
];

pub(crate) fn kind_of(code: &CloudCode, status: u16) -> ErrorKind {
    let code = code.as_str().to_ascii_lowercase();
    let starts_with = |prefixes: &[&str]| prefixes.iter().any(|prefix| code.starts_with(prefix));
    let is = |codes: &[&str]| codes.contains(&code.as_str());
    let ends_in = |suffix: &str| code.strip_suffix(suffix).is_some();

    if code.contains("throttling") {
        ErrorKind::Throttled
    } else if is(&[EXPIRED]) {
        ErrorKind::Clock
    } else if is(&[NONCE_USED]) {
        ErrorKind::Transport
    } else if starts_with(CREDENTIAL) {
        ErrorKind::Credential
    } else if starts_with(&["invalidinstanceid", "invaliddbinstance"]) && ends_in(".notfound") {
        ErrorKind::NotFound
    } else if is(BUSY) {
        ErrorKind::IncorrectState
    } else if is(NOT_SUPPORTED) || ends_in(".notsupport") {
        ErrorKind::NotSupported
    } else if is(OTHER_SERVICE) {
        ErrorKind::Protocol
    } else if starts_with(&["forbidden", "nopermission", "accessdenied", "notauthorized"]) {
        ErrorKind::Denied
    } else if status >= 500 || starts_with(&["serviceunavailable", "internalerror"]) {
        ErrorKind::Unavailable
    } else if starts_with(&["missing", "invalid", "requiredparam", "unsupportedparam"]) {
        ErrorKind::InvalidParameter
    } else {
        ErrorKind::Refused
    }
}

const EXPIRED: &str = "invalidtimestamp.expired";
const TOKEN_EXPIRED: &str = "invalidsecuritytoken.expired";
const NONCE_USED: &str = "signaturenonceused";

/// The request was refused before anything was done, because of too many calls.
pub(crate) fn is_throttling(code: &CloudCode) -> bool {
    code.as_str().to_ascii_lowercase().contains("throttling")
}

pub(crate) fn is_expired_timestamp(code: &CloudCode) -> bool {
    code.as_str().eq_ignore_ascii_case(EXPIRED)
}

/// The one refusal of a key that another key of the same source does away with.
pub(crate) fn is_expired_token(code: &CloudCode) -> bool {
    code.as_str().eq_ignore_ascii_case(TOKEN_EXPIRED)
}

/// A copy of the request arrived before: it says nothing about what that copy did.
pub(crate) fn is_used_nonce(code: &CloudCode) -> bool {
    code.as_str().eq_ignore_ascii_case(NONCE_USED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_and_the_status_only_where_the_code_says_nothing() {
        use ErrorKind::{
            Clock, Credential, Denied, IncorrectState, InvalidParameter, NotFound, NotSupported,
            Protocol, Refused, Throttled, Transport, Unavailable,
        };
        for (code, status, kind) in [
            ("Throttling", 400, Throttled),
            ("Throttling.User", 403, Throttled),
            ("Throttling.AllocationQuota", 429, Throttled),
            ("Throttling.Api", 503, Throttled),
            ("Rejected.Throttling", 400, Throttled),
            ("ServiceUnavailable", 503, Unavailable),
            ("ServiceUnavailable", 400, Unavailable),
            ("InternalError", 500, Unavailable),
            ("Lunar.Eclipse", 500, Unavailable),
            ("Lunar.Eclipse", 418, Refused),
            ("NoQuota", 403, Refused),
            ("InvalidTimeStamp.Expired", 400, Clock),
            ("InvalidTimeStamp.Format", 400, InvalidParameter),
            ("SignatureNonceUsed", 400, Transport),
            ("SignatureDoesNotMatch", 403, Credential),
            ("IncompleteSignature", 400, Credential),
            ("InvalidAccessKeyId.NotFound", 404, Credential),
            ("InvalidAccessKeyId.Inactive", 400, Credential),
            ("InvalidAccessKeyId", 400, Credential),
            ("NoEnabledAccessKey", 400, Credential),
            ("Forbidden.AccessKeyDisabled", 403, Credential),
            ("InvalidSecurityToken.Expired", 403, Credential),
            ("MissingSecurityToken", 400, Credential),
            ("AuthenticationFail.OIDCToken.Expired", 400, Credential),
            ("EntityNotExist.Role", 404, Refused),
            ("InvalidSignatureMethod", 400, InvalidParameter),
            ("Forbidden.RAM", 403, Denied),
            ("NoPermission", 403, Denied),
            ("Forbidden.RiskControl", 403, Denied),
            ("InvalidInstanceId.NotFound", 404, NotFound),
            ("InvalidDBInstanceId.NotFound", 404, NotFound),
            ("InvalidDbInstanceId.NotFound", 404, NotFound),
            ("InvalidDBInstance.NotFound", 404, NotFound),
            ("InvalidInstanceIds.Malformed", 400, InvalidParameter),
            ("InvalidRegionId.NotFound", 404, InvalidParameter),
            ("InvalidAction.NotFound", 404, Protocol),
            ("InvalidProduct.NotFound", 404, Protocol),
            ("InvalidVersion", 400, Protocol),
            ("IncorrectDBInstanceState", 400, IncorrectState),
            ("InstanceStatus.NotSupport", 403, IncorrectState),
            ("OperationDenied.KVstoreInstanceStatus", 400, IncorrectState),
            ("TaskExists", 400, IncorrectState),
            ("NetworkType.NotSupport", 403, NotSupported),
            ("InstanceType.NotSupport", 403, NotSupported),
            ("ParamNotSupportedForCurrentVersion", 403, NotSupported),
            ("Forbbiden.MinorVersion", 400, NotSupported),
            ("MissingInstanceId", 400, InvalidParameter),
            ("InvalidParameter", 400, InvalidParameter),
            ("RequiredParam.NotFound", 400, InvalidParameter),
        ] {
            assert_eq!(kind_of(&code.parse().unwrap(), status), kind, "{code} with {status}");
        }
    }
}

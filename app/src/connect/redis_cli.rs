//! Redis' own command line. The password is in the environment of the one command, not among its words.

use super::Target;

pub(super) fn code(target: &Target) -> String {
    let Target { host, port, .. } = target;
    let password =
        if target.password.is_sent() { "REDISCLI_AUTH=\"$REDIS_PASSWORD\" " } else { "" };
    let cluster = if target.is_cluster() { "-c " } else { "" };
    let tls = if target.tls { "--tls --cacert \"$REDIS_CA\" " } else { "" };
    format!("{password}redis-cli {cluster}{tls}-h {host} -p {port} PING")
}

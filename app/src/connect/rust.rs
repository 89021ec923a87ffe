//! Rust, the crate `redis`.

use super::{Target, line, lines};

const PASSWORD: &str =
    "    let password = std::env::var(\"REDIS_PASSWORD\").expect(\"REDIS_PASSWORD is set\");";
const CA: &str = "    let ca = std::env::var(\"REDIS_CA\").expect(\"REDIS_CA is set\");
    let certificates =
        redis::TlsCertificates { client_tls: None, root_cert: Some(std::fs::read(ca)?) };";
const PING: &str = "    let answer: String = redis::cmd(\"PING\").query(&mut connection)?;
    println!(\"{answer}\");
    Ok(())
}";

pub(super) fn code(target: &Target) -> String {
    let (sent, tls) = (target.password.is_sent(), target.tls);
    let scheme = if tls { "rediss" } else { "redis" };
    let url = format!("\"{scheme}://{}/\"", target.address());
    let features: Vec<&str> =
        [target.is_cluster().then_some("cluster"), tls.then_some("tls-rustls")]
            .into_iter()
            .flatten()
            .collect();
    let features = if features.is_empty() {
        String::new()
    } else {
        format!(" --features {}", features.join(","))
    };
    let connect = if target.is_cluster() {
        lines([
            line(format!("    let client = redis::cluster::ClusterClientBuilder::new([{url}])")),
            sent.then(|| "        .password(password)".to_owned()),
            tls.then(|| "        .certs(certificates)".to_owned()),
            line("        .build()?;\n    let mut connection = client.get_connection()?;"),
        ])
    } else {
        let open = if tls {
            format!("build_with_tls({url}, certificates)")
        } else {
            format!("open({url})")
        };
        lines([
            line(format!("    let client = redis::Client::{open}?;")),
            line("    let mut connection = client.get_connection()?;"),
            sent.then(|| {
                "    redis::cmd(\"AUTH\").arg(password).query::<()>(&mut connection)?;".to_owned()
            }),
        ])
    };
    lines([
        line(format!("// cargo add redis{features}")),
        line("fn main() -> redis::RedisResult<()> {"),
        sent.then(|| PASSWORD.to_owned()),
        tls.then(|| CA.to_owned()),
        line(connect),
        line(PING),
    ])
}

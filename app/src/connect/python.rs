//! Python, redis-py.

use super::{Target, line, lines};

pub(super) fn code(target: &Target) -> String {
    let Target { host, port, .. } = target;
    let (sent, tls) = (target.password.is_sent(), target.tls);
    let class = if target.is_cluster() { "RedisCluster" } else { "Redis" };
    lines([
        line("# pip install redis"),
        (sent || tls).then(|| "import os\n".to_owned()),
        line("import redis\n"),
        line(format!("client = redis.{class}(")),
        line(format!("    host=\"{host}\",")),
        line(format!("    port={port},")),
        sent.then(|| "    password=os.environ[\"REDIS_PASSWORD\"],".to_owned()),
        tls.then(|| "    ssl=True,\n    ssl_ca_certs=os.environ[\"REDIS_CA\"],".to_owned()),
        line(")\nprint(client.ping())"),
    ])
}

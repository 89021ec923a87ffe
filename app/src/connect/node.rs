//! Node.js, ioredis.

use super::{Target, line, lines};

pub(super) fn code(target: &Target) -> String {
    let Target { host, port, .. } = target;
    let password = target.password.is_sent().then_some("password: process.env.REDIS_PASSWORD");
    let tls = target.tls.then_some("tls: { ca: readFileSync(process.env.REDIS_CA) }");
    let options: Vec<&str> = [password, tls].into_iter().flatten().collect();
    let client = if target.is_cluster() {
        let inside = if options.is_empty() {
            String::new()
        } else {
            format!(", {{\n  redisOptions: {{ {} }},\n}}", options.join(", "))
        };
        format!("const client = new Redis.Cluster([{{ host: \"{host}\", port: {port} }}]{inside});")
    } else {
        let address = format!("host: \"{host}\",\n  port: {port}");
        let all = [&*address].into_iter().chain(options).collect::<Vec<_>>().join(",\n  ");
        format!("const client = new Redis({{\n  {all},\n}});")
    };
    lines([
        line("// npm install ioredis"),
        target.tls.then(|| "import { readFileSync } from \"node:fs\";".to_owned()),
        line("import Redis from \"ioredis\";\n"),
        line(client),
        line("console.log(await client.ping());\nclient.disconnect();"),
    ])
}

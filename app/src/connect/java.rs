//! Java: Jedis, Lettuce and Redisson.

use super::{Target, line, lines};

const PASSWORD: &str = "System.getenv(\"REDIS_PASSWORD\")";
/// Java takes certificates from a store of its own.
const TRUST: &str =
    "// keytool -importcert -file \"$REDIS_CA\" -keystore redis.p12 -storetype PKCS12
// java -Djavax.net.ssl.trustStore=redis.p12 -Djavax.net.ssl.trustStorePassword=… Connect.java";

pub(super) fn jedis(target: &Target) -> String {
    let Target { host, port, .. } = target;
    let (class, look) = if target.is_cluster() {
        ("JedisCluster", "client.exists(\"a-key\")")
    } else {
        ("JedisPooled", "client.ping()")
    };
    program(
        target,
        "redis.clients:jedis",
        &[
            "redis.clients.jedis.DefaultJedisClientConfig",
            "redis.clients.jedis.HostAndPort",
            &format!("redis.clients.jedis.{class}"),
        ],
        &lines([
            line("        var config = DefaultJedisClientConfig.builder()"),
            sent(target, &format!("                .password({PASSWORD})")),
            target.tls.then(|| "                .ssl(true)".to_owned()),
            line("                .build();"),
            line(format!("        var address = new HostAndPort(\"{host}\", {port});")),
            line(format!("        try (var client = new {class}(address, config)) {{")),
            line(format!("            System.out.println({look});\n        }}")),
        ]),
    )
}

pub(super) fn lettuce(target: &Target) -> String {
    let Target { host, port, .. } = target;
    let (class, import) = if target.is_cluster() {
        ("RedisClusterClient", "io.lettuce.core.cluster.RedisClusterClient")
    } else {
        ("RedisClient", "io.lettuce.core.RedisClient")
    };
    program(
        target,
        "io.lettuce:lettuce-core",
        &["io.lettuce.core.RedisURI", import],
        &lines([
            line(format!("        var uri = RedisURI.Builder.redis(\"{host}\", {port})")),
            sent(target, &format!("                .withPassword({PASSWORD}.toCharArray())")),
            target.tls.then(|| "                .withSsl(true)".to_owned()),
            line("                .build();"),
            line(format!("        var client = {class}.create(uri);")),
            line("        try (var connection = client.connect()) {"),
            line("            System.out.println(connection.sync().ping());"),
            line("        } finally {\n            client.shutdown();\n        }"),
        ]),
    )
}

pub(super) fn redisson(target: &Target) -> String {
    let scheme = if target.tls { "rediss" } else { "redis" };
    let address = format!("{scheme}://{}", target.address());
    let (servers, add) = if target.is_cluster() {
        ("useClusterServers", "addNodeAddress")
    } else {
        ("useSingleServer", "setAddress")
    };
    // The semicolon stands after the last of the chain.
    let password = sent(target, &format!("\n                .setPassword({PASSWORD})"));
    program(
        target,
        "org.redisson:redisson",
        &["org.redisson.Redisson", "org.redisson.config.Config"],
        &lines([
            line("        var config = new Config();"),
            line(format!(
                "        config.{servers}()\n                .{add}(\"{address}\"){};",
                password.unwrap_or_default()
            )),
            line("        var client = Redisson.create(config);"),
            line("        System.out.println(client.getBucket(\"a-key\").isExists());"),
            line("        client.shutdown();"),
        ]),
    )
}

fn sent(target: &Target, text: &str) -> Option<String> {
    target.password.is_sent().then(|| text.to_owned())
}

fn program(target: &Target, library: &str, imports: &[&str], body: &str) -> String {
    let imports: Vec<String> = imports.iter().map(|name| format!("import {name};")).collect();
    lines([
        line(format!("// {library}")),
        target.tls.then(|| TRUST.to_owned()),
        line(format!("{}\n", imports.join("\n"))),
        line("public class Connect {\n    public static void main(String[] args) {"),
        line(body),
        line("    }\n}"),
    ])
}

//! .NET, `StackExchange.Redis`. It finds out by itself whether it speaks to a cluster.

use super::{Target, line, lines};

pub(super) fn code(target: &Target) -> String {
    let Target { host, port, .. } = target;
    let read = |name: &str| format!("Environment.GetEnvironmentVariable(\"{name}\")");
    lines([
        line("// dotnet add package StackExchange.Redis\nusing StackExchange.Redis;\n"),
        line("var options = new ConfigurationOptions\n{"),
        line(format!("    EndPoints = {{ {{ \"{host}\", {port} }} }},")),
        target.password.is_sent().then(|| format!("    Password = {},", read("REDIS_PASSWORD"))),
        target.tls.then(|| "    Ssl = true,".to_owned()),
        line("};"),
        target.tls.then(|| format!("options.TrustIssuer({}!);", read("REDIS_CA"))),
        line("await using var connection = await ConnectionMultiplexer.ConnectAsync(options);"),
        line("Console.WriteLine(await connection.GetDatabase().PingAsync());"),
    ])
}

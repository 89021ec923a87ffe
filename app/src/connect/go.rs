//! Go, go-redis.

use super::{Target, line, lines};

const READ_CA: &str = "\tpem, err := os.ReadFile(os.Getenv(\"REDIS_CA\"))
\tif err != nil {
\t\tpanic(err)
\t}
\troots := x509.NewCertPool()
\troots.AppendCertsFromPEM(pem)";

pub(super) fn code(target: &Target) -> String {
    let (sent, tls) = (target.password.is_sent(), target.tls);
    let address = target.address();
    let (new, first) = if target.is_cluster() {
        ("NewClusterClient(&redis.ClusterOptions{", ("Addrs", format!("[]string{{\"{address}\"}}")))
    } else {
        ("NewClient(&redis.Options{", ("Addr", format!("\"{address}\"")))
    };
    let fields = [
        Some(first),
        sent.then(|| ("Password", "os.Getenv(\"REDIS_PASSWORD\")".to_owned())),
        tls.then(|| ("TLSConfig", "&tls.Config{RootCAs: roots}".to_owned())),
    ];
    let fields: Vec<_> = fields.into_iter().flatten().collect();
    // As gofmt has it: values stand under each other.
    let widest = fields.iter().map(|(name, _)| name.len() + 1).max().unwrap_or(0);
    let fields = fields.into_iter().map(|(name, value)| {
        let name = format!("{name}:");
        format!("\t\t{name:widest$} {value},")
    });
    let fields = fields.collect::<Vec<_>>().join("\n");
    lines([
        line("// go get github.com/redis/go-redis/v9\npackage main\n\nimport (\n\t\"context\""),
        tls.then(|| "\t\"crypto/tls\"\n\t\"crypto/x509\"".to_owned()),
        line("\t\"fmt\""),
        (sent || tls).then(|| "\t\"os\"".to_owned()),
        line("\n\t\"github.com/redis/go-redis/v9\"\n)\n\nfunc main() {"),
        tls.then(|| READ_CA.to_owned()),
        line(format!("\tclient := redis.{new}")),
        line(fields),
        line("\t})\n\tdefer client.Close()"),
        line("\tfmt.Println(client.Ping(context.Background()).Result())\n}"),
    ])
}

//! The code on an instance's page connects: run as it stands, against a Redis with a password and one without.

#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use app::connect::{Nodes, Password, Snippet, Target, snippets};

const SECRET: &str = "a pass'word \"with\" $igns";
/// Long enough to say that something hangs.
const HANG: Duration = Duration::from_secs(30);

struct Redis {
    server: Child,
    port: u16,
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Redis {
    fn start(password: Option<&str>) -> Self {
        // Somebody may take the port in between: then another one is tried.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut command = Command::new("redis-server");
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
            command.args(["--save", "", "--appendonly", "no"]);
            if let Some(password) = password {
                command.args(["--requirepass", password]);
            }
            let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let server =
                started.unwrap_or_else(|error| panic!("apt-get install redis-server: {error}"));
            let mut redis = Self { server, port };
            if redis.answers() {
                return redis;
            }
        }
        panic!("no Redis came up");
    }

    fn answers(&mut self) -> bool {
        let started = Instant::now();
        while self.server.try_wait().unwrap().is_none() && started.elapsed() < HANG {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }
}

fn target(port: u16, password: Password) -> Target {
    Target { host: "127.0.0.1".to_owned(), port, password, nodes: Nodes::One, tls: false }
}

fn code(target: &Target, title: &str) -> String {
    snippets(target).into_iter().find(|snippet| snippet.title.starts_with(title)).unwrap().code
}

fn run(mut program: Command, password: Option<&str>) -> Output {
    program.env_remove("REDIS_PASSWORD").env_remove("REDISCLI_AUTH").stdin(Stdio::null());
    if let Some(password) = password {
        program.env("REDIS_PASSWORD", password);
    }
    program.output().unwrap()
}

fn shell(code: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", code]);
    shell
}

fn python(code: &str) -> Command {
    let interpreter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python");
    assert!(interpreter.exists(), "Python packages are missing: cargo xtask setup");
    let mut python = Command::new(interpreter);
    python.args(["-c", code]);
    python
}

/// Both, with the same question: does the code get in?
fn gets_in(target: &Target, password: Option<&str>) -> [bool; 2] {
    let cli = run(shell(&code(target, "redis-cli")), password);
    let cli = String::from_utf8(cli.stdout).unwrap().trim() == "PONG";
    let python = run(python(&code(target, "Python")), password);
    let python =
        python.status.success() && String::from_utf8(python.stdout).unwrap().trim() == "True";
    [cli, python]
}

#[test]
fn the_code_gets_in_where_its_kind_of_access_is_right_and_only_there() {
    let free = Redis::start(None);
    assert_eq!(gets_in(&target(free.port, Password::NotNeeded), None), [true; 2]);

    let guarded = Redis::start(Some(SECRET));
    assert_eq!(gets_in(&target(guarded.port, Password::Needed), Some(SECRET)), [true; 2]);
    assert_eq!(gets_in(&target(guarded.port, Password::Needed), Some("wrong")), [false; 2]);
    // What is copied while it is password-free stops working once a password is required.
    assert_eq!(gets_in(&target(guarded.port, Password::NotNeeded), Some(SECRET)), [false; 2]);
    assert_eq!(gets_in(&target(guarded.port, Password::SentAnyway), Some(SECRET)), [true; 2]);
}

fn every_target() -> impl Iterator<Item = Target> {
    let nodes = [Nodes::One, Nodes::Shards, Nodes::NotKnown];
    let passwords = [Password::Needed, Password::NotNeeded, Password::SentAnyway];
    let all = nodes.into_iter().flat_map(move |nodes| passwords.map(|password| (nodes, password)));
    all.flat_map(|(nodes, password)| {
        [false, true].map(|tls| Target { nodes, tls, ..target(6380, password) })
    })
}

#[test]
fn each_names_address_password_and_certificate_where_it_should() {
    for target in every_target() {
        for Snippet { title, code } in snippets(&target) {
            assert!(code.contains("127.0.0.1") && code.contains("6380"), "{title}: {code}");
            assert_eq!(
                code.contains("REDIS_PASSWORD"),
                target.password.is_sent(),
                "{title}: {code}"
            );
            assert_eq!(code.contains("REDIS_CA"), target.tls, "{title}: {code}");
            let tls =
                ["--tls", "ssl", "Ssl", "tls", "rediss:"].iter().any(|word| code.contains(word));
            assert_eq!(tls, target.tls, "{title}: {code}");
            let cluster =
                code.contains("Cluster") || code.contains("cluster") || code.contains("-c ");
            // StackExchange.Redis finds out by itself.
            let wanted = target.nodes == Nodes::Shards && !title.contains(".NET");
            assert_eq!(cluster, wanted, "{title}: {code}");
        }
    }
}

#[test]
fn what_can_be_parsed_here_is_well_formed() {
    let checks: [(&str, &[&str]); 3] = [
        ("Python", &["python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())"]),
        ("Node.js", &["node", "--check", "--input-type=module", "-"]),
        ("Rust", &["rustfmt", "--edition", "2024"]),
    ];
    for target in every_target() {
        for (title, command) in checks {
            let code = code(&target, title);
            let [program, args @ ..] = command else { panic!("a program") };
            let mut child = Command::new(program);
            child.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = child.spawn().unwrap();
            child.stdin.take().unwrap().write_all(format!("{code}\n").as_bytes()).unwrap();
            let ended = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
            assert!(ended.status.success(), "{title}: {said}\n{code}");
        }
    }
}

//! Planted secrets come out nowhere: not in errors, not in what is shown of a call, not in any log.

use std::error::Error as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use domain::access::Access;
use domain::call::SignatureScheme;
use domain::change::Observation;
use tokio::task::JoinSet;
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Act, Answer, Request, Server};
use crate::setup::{client_with, impatient, instance, options, refusal, region};

pub const KEY_ID: &str = "LTAIcanaryKeyId00000";
pub const SECRET: &str = "canarySecret/111111+=";
pub const TOKEN: &str = "CAIScanaryToken/222222+=";
pub const PLATFORM_TOKEN: &str = "eyJcanary.platformToken.333333";
pub const METADATA_TOKEN: &str = "canaryMetadataToken444444==";
/// In the path of a credentials URI.
pub const IN_A_URI: &str = "canaryInAUri555555";

/// Every test of this binary signs with the canaries, so whatever any of them logs counts.
pub fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .with_ansi(false);
        // Takes what is written through the `log` crate as well: the HTTP and TLS libraries use it.
        subscriber.try_init().unwrap();
        log
    })
}

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Also in the form in which they travel, and the signature of any request.
pub fn expect_no_canary(shown: &str, server: &Server, what: &str) {
    let planted = [KEY_ID, SECRET, TOKEN, PLATFORM_TOKEN, METADATA_TOKEN, IN_A_URI];
    let mut canaries: Vec<String> = planted.map(str::to_owned).into();
    canaries.extend(planted.map(aliyun::sign::percent::encode));
    for request in server.requests() {
        canaries.extend(request.param("Signature"));
        canaries.extend(request.param("Signature").map(|s| aliyun::sign::percent::encode(&s)));
        let authorization = request.header("authorization").unwrap_or_default();
        canaries.extend(authorization.split_once("Signature=").map(|(_, s)| s.to_owned()));
    }
    for canary in canaries {
        assert!(!shown.contains(&canary), "{what} shows {canary}:\n{shown}");
    }
}

/// What a nosy gateway says: the whole request, in every field that is text.
pub fn telltale(status: u16) -> Act {
    Act::Compute(Box::new(move |request: &Request| {
        let everything = format!("{request:?} server string to sign is:{}", request.body);
        let body = serde_json::json!({
            "Code": "SignatureDoesNotMatch", "RequestId": everything, "Message": everything,
            "HostId": everything, "Recommend": everything, "AccessDeniedDetail": {"AuthAction": everything},
        });
        Answer::new(status, body.to_string())
            .with("location", format!("/{TOKEN}"))
            .with("x-echo", KEY_ID)
    }))
}

pub type MakeAct = fn() -> Act;

pub fn failures() -> Vec<(&'static str, MakeAct)> {
    vec![
        ("a wrong signature", || telltale(400)),
        ("a server error", || telltale(500)),
        ("a redirect", || telltale(302)),
        ("an unknown key", || refusal(404, "InvalidAccessKeyId.NotFound").into()),
        ("no JSON", || Answer::new(200, format!("<p>{KEY_ID} {SECRET} {TOKEN}</p>")).into()),
        ("a text where an object is due", || {
            Answer::new(200, format!(r#"{{"Instances":"{SECRET}"}}"#)).into()
        }),
        ("no HTTP", || Act::Raw(format!("{KEY_ID} {SECRET} {TOKEN}\r\n\r\n").into_bytes())),
        ("a bad header", || {
            Act::Raw(format!("HTTP/1.1 200 OK\r\n{SECRET}\0{TOKEN}\r\n\r\n").into())
        }),
        ("a reset", || Act::Reset),
        ("silence", || Act::Silence),
        ("half a body", || {
            Act::Raw(
                format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{{\"x\":\"{TOKEN}").into(),
            )
        }),
    ]
}

#[tokio::test]
async fn nothing_secret_is_ever_shown() {
    let log = log();
    let mut cases = JoinSet::new();
    for scheme in SignatureScheme::ALL {
        for (what, act) in failures() {
            cases.spawn(fail(*scheme, what, act));
        }
    }
    for (server, what, shown) in cases.join_all().await {
        expect_no_canary(&shown, &server, what);
        expect_no_canary(&log.text(), &server, "the log");
    }
    // The log was really listening, to the libraries too.
    assert!(log.text().contains("reqwest"), "{}", log.text());
}

/// Lets a read and a write fail, and gives all that can be shown of it.
async fn fail(
    scheme: SignatureScheme,
    what: &'static str,
    act: MakeAct,
) -> (Server, &'static str, String) {
    let server = Server::plays([act(), act()]).await;
    let mut options = impatient(options());
    options.scheme = scheme;
    let client = client_with(&server, options);

    let error = client.describe_instance_attribute(&region(), &instance()).await.unwrap_err();
    let mut shown = vec![format!("{error} {error:?} {error:#?} {client:?}")];
    let mut cause = error.source();
    while let Some(error) = cause {
        shown.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    assert!(!shown.concat().contains("for url"), "{what}: {shown:?}");

    let access = Access::PasswordFree;
    let prepared =
        client.prepare_modify_vpc_auth_mode(&region(), &instance(), access).await.unwrap();
    shown.push(format!("{prepared:?} {prepared:#?} {:?}", prepared.call()));
    shown.push(serde_json::to_string(prepared.call()).unwrap());
    let observed = client.send(prepared).await;
    assert!(!matches!(observed, Observation::Accepted { .. }), "{what}: {observed:?}");
    shown.push(format!("{observed:?}"));
    assert_eq!(server.requests().len(), 2, "{what}");
    (server, what, shown.join("\n"))
}

#[test]
fn a_provider_that_fails_tells_no_more_than_where() {
    let error = aliyun::Credential::new(KEY_ID, "not\0printable").unwrap_err();
    let error = format!("{error} {error:?}");
    assert!(!error.contains(KEY_ID) && !error.contains("printable\0"), "{error}");
}

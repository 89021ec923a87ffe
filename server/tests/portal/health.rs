//! What supervisors and load balancers are told, above all while the database is away.

use std::net::SocketAddr;

use domain::person::Scope;
use store::change::ChangeFilter;
use tokio::io::AsyncWriteExt as _;

use crate::browser::{Ask, Browser};
use crate::forms::is_closed;
use crate::ground::{Ground, Memory, ORDERS, PASSWORD, confirm, sign_in, take_review, until};
use crate::process::{Process, tool};
use crate::proxy::Proxy;

#[tokio::test]
async fn health_is_asked_by_address_and_by_anybody() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    for path in ["/healthz", "/readyz"] {
        for host in ["10.1.2.3:8080", "anything.example"] {
            until("readiness", async || {
                let ask = Ask::get(path).without("sec-fetch-site").header("host", host);
                let answer = portal.browser().send(ask).await;
                (answer.status == 200).then_some(())
            })
            .await;
        }
        let query = portal.browser().get(&format!("{path}?x=1")).await;
        assert_eq!(query.status, 200, "{query:?}");
    }
}

/// A lock on a table, held by somebody else's session.
struct Lock {
    session: Process,
    input: tokio::process::ChildStdin,
}

impl Lock {
    async fn on(table: &str, ground: &Ground) -> Self {
        let url = ground.config().database;
        let arguments = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", url.as_str()];
        let (mut session, mut input) = Process::start_with_input(tool("psql", &arguments));
        let sql = format!("BEGIN;\nLOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;\n\\echo locked\n");
        input.write_all(sql.as_bytes()).await.unwrap();
        session.says("locked").await;
        Self { session, input }
    }

    async fn release(self) {
        drop(self.input);
        assert_eq!(self.session.ended().await.code, Some(0));
    }
}

/// Until it is known which changes were open, the portal is alive, but not ready.
#[tokio::test]
async fn it_is_not_ready_before_open_changes_are_taken_up() {
    let ground = Ground::new(Memory::Postgres).await;
    let lock = Lock::on("changes", &ground).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let browser = portal.browser();
    for _ in 0..20 {
        let ready = browser.get("/readyz").await;
        assert_eq!(ready.status, 503, "{ready:?}");
        assert!(ready.body.contains("open changes are being taken up"), "{ready:?}");
        assert_eq!(browser.get("/healthz").await.status, 200);
    }
    // Whoever wants to look may.
    assert_eq!(sign_in(&browser, "oleg", PASSWORD).await.status, 200);
    assert_eq!(browser.get("/audit").await.status, 200);
    lock.release().await;
    until("readiness", async || (browser.get("/readyz").await.status == 200).then_some(())).await;
}

/// No record, no call, and nobody signed in unseen; whoever looks is served.
#[tokio::test]
async fn without_its_audit_it_changes_nothing_and_signs_nobody_in() {
    let ground = Ground::new(Memory::Postgres).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let lock = Lock::on("audit_events", &ground).await;
    let names = [("name", "vera"), ("password", PASSWORD)];
    let confirmation = [("review", review.as_str()), ("key", &review), ("reason", "drill")];
    let instance = format!("/instances/{ORDERS}");
    let (fetching, submitting) = (portal.browser(), portal.browser());
    // Each waits a while for the lock: all at once.
    let (confirmed, fetched, submitted, list, instance) = tokio::join!(
        oleg.post("/api/ui/change/confirm", &confirmation),
        fetching.post("/api/ui/session/sign-in", &names),
        submitting.submit("/api/ui/session/sign-in", &names),
        oleg.get("/instances"),
        oleg.get(&instance),
    );
    for refused in [&confirmed, &fetched] {
        assert_eq!((refused.status, refused.code().as_str()), (503, "unavailable"), "{refused:?}");
        assert!(is_closed(refused), "{refused:?}");
    }
    assert_eq!((list.status, instance.status), (200, 200));
    lock.release().await;
    let told = submitting.get(submitted.location()).await;
    assert_eq!((told.status, told.code().as_str()), (200, "unavailable"), "{submitted:?} {told:?}");
    for browser in [&fetching, &submitting] {
        assert_eq!(browser.get("/instances").await.status, 303, "signed in without a record");
    }
    assert!(ground.cloud.control().ledger().is_empty());
    let store = ground.store().await;
    let changes = store.list_changes(&Scope::Everything, &ChangeFilter::default(), 10).await;
    assert_eq!(changes.unwrap().len(), 0);
}

#[tokio::test]
async fn without_its_database_it_says_so_changes_nothing_and_comes_back() {
    let ground = Ground::new(Memory::Postgres).await;
    let (server, wire) = wired(&ground).await;
    let portal = ground.serve_as(&server).await;
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    until("readiness", async || (oleg.get("/readyz").await.status == 200).then_some(())).await;

    wire.cut();
    let page = async |path: &str| {
        let page = oleg.get(path).await;
        assert_eq!(page.status, 503, "{path}: {page:?}");
        page
    };
    let form = async |browser: &Browser, path: &str, fields: &[(&str, &str)]| {
        let answer = browser.post(path, fields).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "unavailable"),
            "{path}: {answer:?}"
        );
        assert!(is_closed(&answer), "{answer:?}");
    };
    let nobody = portal.browser();
    let confirmation = [("review", review.as_str()), ("key", &review), ("reason", "drill")];
    let place = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")];
    let names = [("name", "vera"), ("password", PASSWORD)];
    // Each waits a while for the database: all at once.
    let ((ready, alive), shown, asked, (), (), (), ()) = tokio::join!(
        async { (nobody.get("/readyz").await, nobody.get("/healthz").await) },
        page("/instances"),
        oleg.send(Ask::post("/api/ui/change/confirm", &confirmation).accept("text/html")),
        form(&oleg, "/api/ui/change/confirm", &confirmation),
        form(&oleg, "/api/ui/instance/read-again", &place),
        form(&nobody, "/api/ui/session/sign-in", &names),
        form(&oleg, "/api/ui/session/sign-out", &[]),
    );
    assert_eq!((ready.status, alive.status), (503, 200), "{ready:?}");
    for told in [&shown, &asked] {
        assert_eq!(told.status, 503, "{told:?}");
        assert!(told.body.contains("The portal's memory does not answer"), "{told:?}");
        assert!(!told.body.contains("postgres") && !told.body.contains("127.0.0.1"), "{told:?}");
    }
    assert!(ground.cloud.control().ledger().is_empty());

    wire.mend();
    until("readiness", async || (nobody.get("/readyz").await.status == 200).then_some(())).await;
    // Nothing of it happened: the session is there, the review too, and no change.
    let changes = ground.store().await;
    let changes = changes.list_changes(&Scope::Everything, &ChangeFilter::default(), 10).await;
    assert_eq!(changes.unwrap().len(), 0);
    let change = confirm(&oleg, &review).await;
    let store = ground.store().await;
    until("the change to end", async || {
        let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
        (change.state == domain::change::ChangeState::Verified).then_some(())
    })
    .await;
    assert_eq!(ground.cloud.control().ledger().len(), 1);
}

/// A configuration whose database is behind a wire that can be cut.
async fn wired(ground: &Ground) -> (crate::ground::Config, Proxy) {
    let config = ground.config();
    let (_, place) = config.database.split_once('@').unwrap();
    let (address, name) = place.split_once('/').unwrap();
    let wire = Proxy::to(address.parse::<SocketAddr>().unwrap()).await;
    let database = format!("postgres://postgres@{}/{name}", wire.address);
    (crate::ground::Config { database, ..config }, wire)
}

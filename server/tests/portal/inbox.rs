//! The inbox and the webhook, as people and receivers meet them.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::HeaderMap;
use std::sync::{Arc, Mutex};

use crate::ground::{Config, Ground, Memory, audit_key, until};

type Came = Arc<Mutex<Vec<(String, String)>>>;

async fn take(State(came): State<Came>, headers: HeaderMap, body: String) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert!(header("webhook-signature").starts_with("v1,"));
    came.lock().unwrap().push((header("webhook-id"), body));
}

/// Somebody on loopback who takes everything.
async fn receiver() -> (String, Came) {
    let came: Came = Arc::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().route("/hook", post(take)).with_state(came.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, came)
}

#[tokio::test]
async fn an_admin_tries_the_webhook_and_reads_how_it_did() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let (url, came) = receiver().await;
        let secret = audit_key(ground.folder.path());
        let config = ground.config();
        let more = format!(
            "{}webhook_url = \"{url}\"\nwebhook_secret_file = \"{}\"\nwebhook_allow = [\"127.0.0.1\"]\n",
            config.more,
            secret.display()
        );
        let portal = ground.serve_as(&Config { more, ..config }).await;
        let (adam, oleg) = (portal.signed_in("adam").await, portal.signed_in("oleg").await);
        let page = adam.get("/inbox").await.body;
        assert!(page.contains("/api/ui/webhook/test") && !page.contains("/hook"), "{page}");
        let other = oleg.get("/inbox").await.body;
        assert!(!other.contains("/api/ui/webhook/test"), "{other}");

        assert_eq!(adam.submit("/api/ui/webhook/test", &[]).await.location(), "/inbox");
        let (id, body) = until("the notice to arrive", async || came.lock().unwrap().pop()).await;
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["type"], &body["data"]["person"]), (&"test".into(), &"adam".into()));
        let link = body["data"]["url"].as_str().unwrap().to_owned();
        assert_eq!(link, format!("{}/inbox", portal.origin));
        let page = until("the page to say so", async || {
            let page = adam.get("/inbox").await.body;
            page.contains("Delivered").then_some(page)
        })
        .await;
        assert!(page.contains(&id), "{page}");

        // Unread until it is read, by the one who has it.
        assert!(page.contains("Inbox, 1 unread"), "{page}");
        assert!(!oleg.get("/instances").await.body.contains("unread"));
        oleg.post("/api/ui/inbox/read", &[("notice", &id)]).await;
        assert!(adam.get("/instances").await.body.contains("Inbox, 1 unread"));
        assert_eq!(
            adam.submit("/api/ui/inbox/read", &[("notice", &id)]).await.location(),
            "/inbox"
        );
        assert!(!adam.get("/instances").await.body.contains("unread"));
        let nonsense = adam.post("/api/ui/inbox/read", &[("notice", "../x")]).await;
        assert_eq!((nonsense.status, nonsense.code().as_str()), (400, "malformed"));
    }
}

//! A program with a token: asks as any other would, and remembers nothing.

use serde_json::Value;

use crate::browser::{Answer, Ask, Browser};
use crate::ground::{Running, now};

#[derive(Clone)]
pub struct Program {
    browser: Browser,
    pub token: String,
}

impl Program {
    /// With a token that somebody makes in the portal.
    pub async fn of(portal: &Running, name: &str, role: &str) -> Self {
        let made = make_token(&portal.signed_in(name).await, role).await;
        Self::with(portal, made["token"].as_str().unwrap())
    }

    pub fn with(portal: &Running, token: &str) -> Self {
        Self { browser: portal.browser(), token: token.to_owned() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Ask::get(path)).await
    }

    /// With a key of its own.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(&new_key(), path, body).await
    }

    pub async fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        let ask = Ask::new("POST", path).body("application/json", body.to_string());
        self.send(ask.header("idempotency-key", key)).await
    }

    pub async fn send(&self, ask: Ask) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        // Not what a browser would say.
        self.browser.send(ask.without("sec-fetch-site").header("authorization", &bearer)).await
    }

    /// From a wish to its end.
    pub async fn ended(&self, change: &str) -> Value {
        loop {
            let answer = self.get(&format!("/api/v1/changes/{change}/wait?timeout=60")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let detail = answer.json();
            if detail["change"]["ended"] == true {
                return detail;
            }
        }
    }
}

/// The id and the token.
pub async fn make_token(browser: &Browser, role: &str) -> Value {
    let fields = [("label", "a test"), ("role", role), ("expires_in", "7d")];
    let answer = browser.post("/api/ui/token/make", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Not used before.
pub fn new_key() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("key-{:020}-{}", now().as_millis(), COUNT.fetch_add(1, Ordering::Relaxed))
}

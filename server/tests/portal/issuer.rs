//! A provider of single sign-on: the certified `oidc-provider`, run by these tests (server/tests/oidc/provider.mjs).

use std::path::Path;

use serde_json::{Value, json};

use crate::browser::{Answer, Ask, Browser};
use crate::ground::{Config, Ground, Running};
use crate::process::{Process, tool};

pub struct Issuer {
    pub url: String,
    _process: Process,
    control: Browser,
}

pub const CLIENT: &str = "latchkey";
/// Where the portal hears again from the browser.
pub const CALLBACK: &str = "/sign-in/oidc/callback";

impl Issuer {
    pub async fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        assert!(
            folder.join("node_modules/oidc-provider").exists(),
            "the provider is not installed: cargo xtask setup"
        );
        let mut command = tool("node", &["provider.mjs"]);
        command.current_dir(&folder);
        let mut process = Process::start(command);
        let url = process.says("http://127.0.0.1:").await;
        Self { control: Browser::at(&url), url, _process: process }
    }

    /// From now on this holds: who signs in, what is done to tokens (`lie`), and more. Returns all that holds.
    pub async fn tell(&self, what: Value) -> Value {
        let ask = Ask::new("POST", "/control").body("application/json", what.to_string());
        let answer = self.control.send(ask).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub async fn lie(&self, lie: &str) {
        self.tell(json!({ "lie": lie })).await;
    }

    /// Who signs in next.
    pub async fn account(&self, subject: &str, name: &str, groups: &[&str]) {
        let account = json!({ "sub": subject, "preferred_username": name, "groups": groups });
        self.tell(json!({ "account": account })).await;
    }

    /// A configuration whose portal lets people of this provider in.
    pub async fn config(&self, ground: &Ground, more: &str) -> Config {
        let secret = ground.folder.path().join("oidc-secret");
        let told = self.tell(json!({})).await;
        std::fs::write(&secret, told["secret"].as_str().unwrap()).unwrap();
        let config = ground.config();
        let lines = format!(
            "{}oidc_issuer = \"{}\"\noidc_client_id = \"{CLIENT}\"\noidc_client_secret_file = \"{}\"\n\
             oidc_allow = [\"127.0.0.1\"]\n\
             group_roles = [\"staff=viewer\", \"redis=operator\", \"security=admin\"]\n{more}",
            config.more,
            self.url,
            secret.display()
        );
        Config { more: lines, ..config }
    }

    /// The portal, and this provider knows where it is.
    pub async fn serve(&self, ground: &Ground, more: &str) -> Running {
        let portal = ground.start(&self.config(ground, more).await, &[]).await;
        let back = [format!("{}{CALLBACK}", portal.origin)];
        let signed_out = [format!("{}/signed-out", portal.origin)];
        self.tell(json!({ "redirect_uris": back, "post_logout_redirect_uris": signed_out })).await;
        portal
    }

    /// Goes where the portal leads, says yes there, and comes back: the address that the provider leads to at last.
    pub async fn visit(&self, url: &str, act: &str) -> String {
        let person = Browser::at(&self.url);
        let mut at = url.to_owned();
        for _ in 0..10 {
            let Some(path) = at.strip_prefix(&self.url) else { return at };
            let answer = person.get(path).await;
            at = match answer.status {
                302 | 303 => match answer.location() {
                    path if path.starts_with('/') => format!("{}{path}", self.url),
                    url => url.to_owned(),
                },
                200 if path.starts_with("/interaction/") => format!("{at}{act}"),
                _ => panic!("{path}: {answer:?}"),
            };
        }
        panic!("led around in a circle: {at}")
    }
}

/// From the link on the sign-in page to the provider: where it leads.
pub async fn begin(browser: &Browser, next: &str) -> String {
    let query = crate::browser::encode(&[("next", next)]);
    let answer = browser.send(Ask::get(&format!("/sign-in/oidc?{query}"))).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.location().to_owned()
}

/// As a browser that another site leads here: without the strict cookie.
pub async fn come_back(browser: &Browser, url: &str) -> Answer {
    let path = url.strip_prefix(&browser.origin).unwrap_or_else(|| panic!("led elsewhere: {url}"));
    let session = browser.cookie(crate::browser::SESSION);
    browser.set_cookie(crate::browser::SESSION, "");
    let answer = browser.send(Ask::get(path).header("sec-fetch-site", "cross-site")).await;
    if let (Some(session), None) = (session, browser.cookie(crate::browser::SESSION)) {
        browser.set_cookie(crate::browser::SESSION, &session);
    }
    answer
}

/// The whole way.
pub async fn sign_in_at(issuer: &Issuer, browser: &Browser, next: &str) -> Answer {
    let there = begin(browser, next).await;
    let back = issuer.visit(&there, "/enter").await;
    come_back(browser, &back).await
}

/// The code that the page shows which a refused sign-in leads to.
pub async fn shown(browser: &Browser, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, 200, "{page:?}");
    page.code()
}

/// A value of an address's query, as it stands there.
pub fn query(url: &str, name: &str) -> String {
    let found = url.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no {name} in {url}")).to_owned()
}

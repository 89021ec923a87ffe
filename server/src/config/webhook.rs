//! Where notices go besides the inbox.
//!
//! To add a setting: a row of [`KEYS`], a line in [`read`], a row in docs/operations/configuration.md.

use std::path::Path;

use ipnet::IpNet;
use service::{Webhook, WebhookSecret};

use super::file::Source;
use super::reader::Place;

pub const KEYS: &[&str] = &["webhook_allow", "webhook_secret_file", "webhook_url"];

/// Checked.
#[derive(Debug)]
pub struct WebhookConfig {
    /// May hold a secret in its path.
    url: WebhookUrl,
    pub secret: WebhookSecret,
    pub allow: Vec<IpNet>,
}

struct WebhookUrl(String);

impl std::fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookUrl(…)")
    }
}

impl WebhookConfig {
    pub fn url(&self) -> String {
        self.url.0.clone()
    }
}

pub(super) fn read(source: &mut Source<'_, '_>) -> Option<WebhookConfig> {
    let allow = source.nets("webhook_allow");
    let url = source.text("webhook_url", None);
    let secret = source.text("webhook_secret_file", None);
    let Some(url) = url else {
        if let Some(secret) = secret {
            source.reader.refuse(&secret.place, "is for webhook_url, which is not set");
        }
        return None;
    };
    if let Err(error) = Webhook::check(&url.value, &allow) {
        // What is wrong with it, without what stands in it.
        source.reader.refuse(&url.place, format!("the address {error}"));
        return None;
    }
    let Some(secret) = secret else {
        let place = Place::Named("webhook_secret_file".to_owned());
        source.reader.refuse(&place, "is needed with webhook_url: a file with what the receiver checks signatures by, such as `openssl rand -hex 32` makes");
        return None;
    };
    match WebhookSecret::read(Path::new(&secret.value)) {
        Ok(read) => Some(WebhookConfig { url: WebhookUrl(url.value), secret: read, allow }),
        Err(error) => {
            source.reader.refuse(&secret.place, format!("the file {} {error}", secret.value));
            None
        }
    }
}

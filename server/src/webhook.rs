//! The configured webhook, made ready with where the portal is.

use service::{Webhook, WebhookError, WebhookOptions};

use crate::config::{PublicUrl, WebhookConfig};

pub fn of(config: &WebhookConfig, public_url: &PublicUrl) -> Result<Webhook, WebhookError> {
    Webhook::new(WebhookOptions {
        url: config.url(),
        secret: config.secret.clone(),
        allow: config.allow.clone(),
        origin: public_url.origin(),
        page_of: app::path::of_notice,
    })
}

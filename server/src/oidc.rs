//! The configured provider of single sign-on, made ready with where the portal is.

use app::path;
use service::{AddressError, Oidc, OidcOptions};

use crate::config::{OidcConfig, PublicUrl};

pub fn of(config: OidcConfig, public_url: &PublicUrl) -> Result<Oidc, AddressError> {
    Oidc::new(OidcOptions {
        issuer: config.issuer,
        client_id: config.client_id,
        client_secret: config.client_secret,
        scopes: config.scopes,
        groups_claim: config.groups_claim,
        label: config.label,
        allow: config.allow,
        origin: public_url.origin(),
        callback: path::PROVIDER_CALLBACK,
        signed_out: path::SIGNED_OUT,
    })
}

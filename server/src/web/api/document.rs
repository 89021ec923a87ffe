//! The head of the OpenAPI document.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Latchkey",
        description = "VPC password-free access of Redis instances on Alibaba Cloud: see who could get in, and turn it on \
                       and off, checked first and proven afterwards. Everything needs a token (`Authorization: Bearer \
                       lk_…`) and refuses cookies. Decide by codes, never by texts. Unknown fields of a request are \
                       refused; fields may be added to answers.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/")),
    security(("token" = [])),
    modifiers(&Token)
)]
pub struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", bearer);
    }
}

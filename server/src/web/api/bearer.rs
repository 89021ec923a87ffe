//! Who asks: whoever a token stands for, as they are at this moment.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use app::api::error::ErrorCode;
use app::api::ssr::Request as Known;
use app::text::Language;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, StatusCode};
use service::{Attention, SignedIn, TokenHash};

use super::answer::{Answer, Refused, close};
use super::{LONGEST_WAIT, Web};
use crate::shape::Holder;
use crate::web::headers::{Asker, RequestNumber};
use crate::web::{host, identify, problem};

/// Of one token, on one replica: so many at once, and so many a second from then on.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
/// Beyond so many tokens those that rest are forgotten.
const REMEMBERED: usize = 1000;

/// What stands before every function.
#[derive(Debug, Clone)]
pub struct Gate {
    web: Web,
    limits: Arc<DefaultKeyedRateLimiter<String>>,
}

/// What a function needs to look once more whether its token is still good.
#[derive(Debug, Clone)]
pub struct Shown {
    pub hash: TokenHash,
}

impl Gate {
    pub fn new(web: Web) -> Self {
        let quota = Quota::per_second(A_SECOND).allow_burst(AT_ONCE);
        Self { web, limits: Arc::new(RateLimiter::keyed(quota)) }
    }
}

/// Lets through who brings a good token and no cookie, and not too often. What is refused never reaches a function, nor
/// is its body read.
pub async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let number = request.extensions().get::<RequestNumber>().map(|number| number.0.clone());
    let number = number.unwrap_or_default();
    let limit = limit_of(&request);
    let answer = match gate.identify(request, &number).await {
        Ok(request) => match tokio::time::timeout(limit, next.run(request)).await {
            Ok(answer) => answer,
            Err(_) => Refused::from(ErrorCode::TooBusy).into_response(),
        },
        Err(refused) => refused.into_response(),
    };
    close(answer, &number)
}

fn limit_of(request: &Request) -> Duration {
    let waits = request.uri().path().ends_with("/wait");
    if waits { problem::TIMEOUT + Duration::from_secs(LONGEST_WAIT) } else { problem::TIMEOUT }
}

impl Gate {
    async fn identify(&self, mut request: Request, number: &str) -> Result<Request, Refused> {
        let web = &self.web;
        if !host::is_ours(web, &request) {
            let refused = Refused::from(ErrorCode::CrossSite);
            return Err(refused.with_status(StatusCode::MISDIRECTED_REQUEST));
        }
        if request.headers().contains_key(COOKIE) {
            return Err(ErrorCode::CookieRefused.into());
        }
        let hash = shown(request.headers()).ok_or(ErrorCode::TokenRefused)?;
        let address = identify::client_address(&request, &web.trusted_proxies);
        let found = web.portal.find_token_holder(&hash, address).await;
        let who = found.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "tokens are not available");
            Refused::from(ErrorCode::Unavailable)
        })?;
        let who = who.ok_or(ErrorCode::TokenRefused)?;
        if let Some(asker) = request.extensions().get::<Asker>() {
            asker.is(&who.session);
        }
        self.count(&who)?;
        let path_and_query = request.uri().path_and_query();
        let known = Known {
            portal: web.portal.clone(),
            who: Some(Arc::new(who)),
            id: number.to_owned(),
            now: web.portal.now(),
            language: Language::En,
            theme: None,
            zone: domain::zone::Zone::UTC,
            zone_chosen: false,
            shortcuts: false,
            address: path_and_query.map(ToString::to_string).unwrap_or_default(),
            notice: None,
            once: None,
            half: None,
            tour_hidden: false,
            sandbox: None,
            attention: Arc::new(Attention::default()),
        };
        request.extensions_mut().insert(known);
        request.extensions_mut().insert(Shown { hash });
        Ok(request)
    }

    fn count(&self, who: &SignedIn) -> Result<(), Refused> {
        if self.limits.len() > REMEMBERED {
            self.limits.retain_recent();
        }
        self.limits.check_key(&who.session).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limits.clock().now());
            Refused::rate_limited(wait.as_secs().saturating_add(1))
        })
    }
}

/// `Authorization: Bearer lk_…`, once.
fn shown(headers: &HeaderMap) -> Option<TokenHash> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let line = lines.next().filter(|_| lines.next().is_none())?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| TokenHash::of(token.trim_start_matches(' ')))?
}

/// Whom the token stands for, and what they may
#[utoipa::path(
    get,
    path = "/api/v1/token",
    tag = "token",
    responses((status = 200, body = Holder), (status = "default", description = "Refused", body = crate::shape::Problem))
)]
pub async fn get_holder(Extension(known): Extension<Known>) -> Answer<Holder> {
    let viewer = known.viewer()?;
    let who = viewer.who();
    let grants = who.person.grants.iter().map(|granted| granted.grant.to_string());
    Ok(Json(Holder {
        person: who.person.name.to_string(),
        role: who.person.role(),
        grants: grants.collect(),
        token: who.session.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_once_and_in_one_way() {
        let of = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(AUTHORIZATION, line.parse().unwrap());
            }
            shown(&headers)
        };
        let token = "lk_00000000000000000000000000000000000000000000000000000000000000007bc4c2b6";
        let token = good(token);
        assert!(of(&[&format!("Bearer {token}")]).is_some());
        assert!(of(&[&format!("bearer  {token}")]).is_some());
        for lines in [
            vec![],
            vec![token.clone()],
            vec![format!("Basic {token}")],
            vec![format!("Bearer{token}")],
            vec![format!("Bearer {token} ")],
            vec![format!("Bearer {token}"), format!("Bearer {token}")],
            vec!["Bearer lk_0".to_owned()],
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(of(&lines), None, "{lines:?}");
        }
    }

    /// With its checksum.
    fn good(text: &str) -> String {
        use sha2::Digest as _;
        let random = &text[3..67];
        format!("lk_{random}{}", &hex::encode(sha2::Sha256::digest(random))[..8])
    }
}

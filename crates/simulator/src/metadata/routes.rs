//! The metadata service and the credentials URI over HTTP.

use crate::clock::{Millis, cloud_text};
use crate::cloud::Cloud;
use crate::control::only_programs;
use crate::gate::keyring::TemporaryCredentials;
use crate::ram::Session;
use crate::transport::stopped;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Json, Router, middleware};
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

const TOKEN: &str = "x-aliyun-ecs-metadata-token";
const TOKEN_TTL: &str = "x-aliyun-ecs-metadata-token-ttl-seconds";
const LONGEST_TTL: i64 = 21_600;
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The session of the instance's role bears the instance's ID.
const INSTANCE: &str = "i-bp1simulated000001";

pub(crate) async fn serve(
    listener: TcpListener,
    cloud: Arc<Cloud>,
    mut stopping: watch::Receiver<bool>,
) {
    let router = Router::new()
        .route("/latest/api/token", put(token))
        .route("/latest/meta-data/ram/security-credentials/", get(attached_role))
        .route("/latest/meta-data/ram/security-credentials/{role}", get(role_credentials))
        .route("/credentials/{account}", get(credentials_uri))
        .layer(middleware::from_fn(only_programs))
        .with_state(cloud);
    let stopped = async move { stopped(&mut stopping).await };
    // A listener that fails for good leaves the cloud itself running; the next question then says so.
    let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
}

async fn token(State(cloud): State<Arc<Cloud>>, headers: HeaderMap) -> Result<String, StatusCode> {
    let (mut state, now) = cloud.lock();
    if !state.metadata.settings.v2 {
        return Err(StatusCode::NOT_FOUND);
    }
    let seconds = text(&headers, TOKEN_TTL).and_then(|text| text.parse::<i64>().ok());
    let seconds = seconds.filter(|seconds| (1..=LONGEST_TTL).contains(seconds));
    let seconds = seconds.ok_or(StatusCode::BAD_REQUEST)?;
    let token = format!("{}==", state.dice.text(BASE64, 54));
    state.metadata.give_token(token.clone(), now, now + seconds * 1000);
    Ok(token)
}

async fn attached_role(
    State(cloud): State<Arc<Cloud>>,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    let (state, now) = cloud.lock();
    if !state.metadata.admits(text(&headers, TOKEN), now) {
        return Err(StatusCode::FORBIDDEN);
    }
    state.metadata.settings.role.clone().ok_or(StatusCode::NOT_FOUND)
}

async fn role_credentials(
    State(cloud): State<Arc<Cloud>>,
    Path(role): Path<String>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let account = {
        let (state, now) = cloud.lock();
        if !state.metadata.admits(text(&headers, TOKEN), now) {
            return Err(StatusCode::FORBIDDEN);
        }
        if state.metadata.settings.role.as_ref() != Some(&role) {
            return Err(StatusCode::NOT_FOUND);
        }
        let name = state.metadata.settings.account.as_deref();
        name.map_or(Some(0), |name| cloud.account(name)).ok_or(StatusCode::NOT_FOUND)?
    };
    Ok(hand_out(&cloud, account, &role, INSTANCE))
}

async fn credentials_uri(
    State(cloud): State<Arc<Cloud>>,
    Path(account): Path<String>,
) -> Result<Response, StatusCode> {
    let account = cloud.account(&account).ok_or(StatusCode::NOT_FOUND)?;
    Ok(hand_out(&cloud, account, "latchkey", "credentials-uri"))
}

fn hand_out(cloud: &Cloud, account: u16, role: &str, session_name: &str) -> Response {
    let (mut state, now) = cloud.lock();
    let state = &mut *state;
    let settings = &state.metadata.settings;
    let last_updated = cloud_text(now / 1000);
    if settings.code != "Success" {
        let failed = json!({ "Code": settings.code, "LastUpdated": last_updated });
        return Json(failed).into_response();
    }
    let lifetime = Millis::try_from(settings.seconds.saturating_mul(1000)).unwrap_or(Millis::MAX);
    let session =
        Session { account, role: role.to_owned(), name: session_name.to_owned(), policy: None };
    let name = &cloud.accounts[usize::from(account)].name;
    let times = (now, now.saturating_add(lifetime));
    let TemporaryCredentials { access_key_id, access_key_secret, security_token, .. } =
        state.keyring.issue(session, name, times, &mut state.dice);
    Json(json!({
        "AccessKeyId": access_key_id,
        "AccessKeySecret": access_key_secret,
        "Expiration": cloud_text(times.1 / 1000),
        "SecurityToken": security_token,
        "LastUpdated": last_updated,
        "Code": "Success",
    }))
    .into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

//! `POST /api/login` and `/api/logout`: the page's cookie, since event streams and sockets of
//! browsers cannot send a token.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Json;
use crate::guard::{COOKIE, cookie_value, is_secret};
use crate::reply::{Envelope, Reply};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest body of a login, in bytes.
const MAX_LOGIN: usize = 4_096;
/// Lifetime of the cookie, in seconds: 30 days.
const LIFETIME: u32 = 30 * 86_400;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    // Without a token, no more than this is read.
    OpenApiRouter::new().routes(routes!(login)).routes(routes!(logout)).layer(DefaultBodyLimit::max(MAX_LOGIN))
}

/// A token in exchange for a cookie.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// The token of the service.
    token: String,
}

/// State of a login.
#[derive(Debug, Serialize, ToSchema)]
struct LoginState {
    /// True if the service needs a token at all.
    token_needed: bool,
}

/// Exchanges the token for a cookie
#[utoipa::path(post, path = "/api/login", tag = "service", request_body = Login, security(()),
    responses((status = 200, description = "The cookie is set.", body = Envelope<LoginState>,
        headers(("Set-Cookie" = String, description = "The cookie.")))))]
async fn login(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(given): Json<Login>,
) -> Result<Reply<LoginState>, ApiError> {
    let Some(token) = &app.settings.token else {
        return Ok(Reply::new(LoginState { token_needed: false }, "The service needs no token"));
    };
    if !is_secret(token, given.token.trim()) {
        return Err(ApiError::new(Code::TokenWrong, "this is not the token of the service"));
    }
    let reply = Reply::new(LoginState { token_needed: true }, "Logged in");
    Ok(reply.header(SET_COOKIE, cookie(&cookie_value(token), LIFETIME, &headers)))
}

/// Deletes the cookie
#[utoipa::path(post, path = "/api/logout", tag = "service",
    responses((status = 200, description = "The cookie is deleted.", body = Envelope<LoginState>)))]
async fn logout(State(app): State<Arc<App>>, headers: HeaderMap) -> Reply<LoginState> {
    let state = LoginState { token_needed: app.settings.token.is_some() };
    Reply::new(state, "Logged out").header(SET_COOKIE, cookie("", 0, &headers))
}

/// Returns the text of the cookie; for encrypted connections alone, where the proxy names one.
fn cookie(value: &str, lifetime: u32, headers: &HeaderMap) -> String {
    let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secure = if scheme.eq_ignore_ascii_case("https") { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Strict{secure}")
}

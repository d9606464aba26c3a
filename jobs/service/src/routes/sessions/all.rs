//! `GET` and `POST /api/sessions`.

use super::views::{SessionDetails, SessionList, SessionView};
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{OptionalJson, Query};
use crate::reply::{Envelope, Reply};
use crate::sessions::Summary;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use mixdown_shell::job::{JobId, SessionId};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most sessions of a page.
const PAGE: usize = 1_000;
/// Longest name of a session, in characters.
const NAME: usize = 200;

/// Page of a list of sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Most sessions, 1 to 1000; if left out, 1000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A new session.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// Its id: letters, digits, - and _; if left out, a new one.
    session_id: Option<String>,
    /// Its name, for people; if left out, its id.
    #[schema(max_length = 200)]
    name: Option<String>,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// Returns the sessions, the last changed first.
#[utoipa::path(get, path = "/api/sessions", tag = "sessions", params(Page), responses(
    (status = 200, description = "The sessions.", body = Envelope<SessionList>),
    (status = 400, description = "BAD_QUERY."),
))]
async fn list(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Result<Reply<SessionList>, ApiError> {
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&limit) {
        return Err(ApiError::new(Code::BadQuery, format!("limit = {limit} is not in 1 to {PAGE}")));
    }
    let list = app
        .blocking(move |app| {
            let sessions = app.sessions.list()?;
            let start = match &page.cursor {
                None => 0,
                // Sessions that changed since stand at the front now.
                Some(cursor) => match sessions.iter().position(|session| session.session_id.as_str() == cursor) {
                    Some(last) => last + 1,
                    None => return Err(ApiError::new(Code::BadQuery, "cursor is not that of a page before")),
                },
            };
            let shown = &sessions[start..sessions.len().min(start.saturating_add(limit))];
            let is_last = start + shown.len() == sessions.len();
            Ok(SessionList {
                sessions: shown.iter().map(|session| SessionView::of(app, session)).collect::<Result<_, _>>()?,
                next_cursor: shown.last().filter(|_| !is_last).map(|session| session.session_id.to_string()),
            })
        })
        .await?;
    Ok(Reply::new(list, "Sessions retrieved successfully"))
}

/// Creates a session.
#[utoipa::path(post, path = "/api/sessions", tag = "sessions", request_body = Option<NewSession>, responses(
    (status = 201, description = "The session.", body = Envelope<SessionDetails>, headers(("Location" = String))),
    (status = 400, description = "BAD_ID, BAD_JSON."),
    (status = 409, description = "SESSION_EXISTS, SESSION_RESERVED, TOO_MANY_SESSIONS."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY."),
    (status = 507, description = "DISK_FULL."),
))]
async fn create(
    State(app): State<Arc<App>>,
    OptionalJson(new): OptionalJson<NewSession>,
) -> Result<Reply<SessionDetails>, ApiError> {
    let new = new.unwrap_or_default();
    let now = app.store.now();
    let session: SessionId = match new.session_id {
        Some(id) => id.parse()?,
        // A time-ordered UUID is a valid id of either kind.
        None => JobId::new(now).as_str().parse()?,
    };
    let name = new.name.unwrap_or_else(|| session.to_string());
    if name.trim().is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        let message = format!("name has 1 to {NAME} characters, no control characters");
        return Err(ApiError::new(Code::InvalidBody, message));
    }
    let location = format!("/api/sessions/{session}");
    let details = app
        .blocking(move |app| {
            let file = app.sessions.create(&session, name, now)?;
            Ok(SessionDetails { session: SessionView::of(app, &Summary::of(&file))?, stems: Vec::new() })
        })
        .await?;
    Ok(Reply::new(details, "Session created successfully").status(StatusCode::CREATED).header(LOCATION, location))
}

//! `GET /api/sessions/{id}/live`: a live engine on a session's stems, over a WebSocket.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Path, Query};
use crate::live::{EngineRequest, MAX_TEXT, SampleForm, last_render, serve};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::header::UPGRADE;
use axum::response::Response;
use mixdown_shell::job::SessionId;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Parameters of a live socket.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// Form of the samples.
    #[param(inline)]
    format: SampleForm,
    /// Readings per second at first, 0 to 60.
    #[param(minimum = 0, maximum = 60)]
    rate_hz: f64,
}

impl Default for LiveQuery {
    fn default() -> Self {
        Self { format: SampleForm::default(), rate_hz: 30.0 }
    }
}

/// Plays a session live over a WebSocket. `docs/live.md` describes its messages.
#[utoipa::path(
    get, path = "/api/sessions/{id}/live", tag = "live",
    params(("id" = String, Path, description = "The session."), LiveQuery),
    responses(
        (status = 101, description = "The socket is open: its first text is `ready`."),
        (status = 404, description = "There is no such session."),
        (status = 426, description = "The request is no upgrade to a WebSocket."),
        (status = 429, description = "As many live engines run as are allowed."),
    ),
)]
async fn live(
    State(app): State<Arc<App>>,
    Path(session): Path<SessionId>,
    Query(LiveQuery { format: form, rate_hz }): Query<LiveQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    if !(0.0..=60.0).contains(&rate_hz) {
        return Err(ApiError::new(Code::BadQuery, format!("rate_hz = {rate_hz} is out of range (0 to 60)")));
    }
    if app.is_stopping() {
        return Err(ApiError::new(Code::Stopping, "the service stops"));
    }
    // From here on the session cannot be deleted.
    let place = app.live.enter(&session)?;
    let read = session.clone();
    let request = app
        .blocking(move |app| {
            Ok(EngineRequest {
                session: document(app, &read)?,
                render: last_render(&app.store, &read),
                form,
                rate_hz,
                memory_mb: app.settings.child_memory_mb,
            })
        })
        .await?;
    let upgrade = upgrade.map_err(|rejection| {
        ApiError::new(Code::UpgradeNeeded, format!("this route is a WebSocket: {rejection}"))
            .header(UPGRADE, "websocket")
    })?;
    let upgrade = upgrade.max_message_size(MAX_TEXT).max_frame_size(MAX_TEXT).write_buffer_size(0);
    Ok(upgrade.on_upgrade(move |socket| serve(app, socket, place, request)))
}

/// Returns a session's document with absolute paths of stems.
fn document(app: &App, session: &SessionId) -> Result<serde_json::Value, ApiError> {
    let missing = |_| ApiError::new(Code::NotFound, "there is no such session");
    let folder = std::path::absolute(app.store.layout().session(session)).map_err(missing)?;
    let text = std::fs::read(folder.join("session.json")).map_err(missing)?;
    let broken = |_| ApiError::new(Code::Internal, "the session's document is damaged");
    let mut document: serde_json::Value = serde_json::from_slice(&text).map_err(broken)?;
    for track in document["tracks"].as_array_mut().into_iter().flatten() {
        let file = folder.join("stems").join(track["file"].as_str().unwrap_or_default());
        track["file"] = file.to_string_lossy().into();
    }
    Ok(document)
}

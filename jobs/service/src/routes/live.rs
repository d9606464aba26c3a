//! `GET /api/sessions/{id}/live`: a live engine on a session's stems, over a WebSocket.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::{Path, Query};
use crate::live::{EngineRequest, MAX_MESSAGE, SampleForm, last_render, serve};
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
pub(crate) fn routes() -> OpenApiRouter<Arc<App>> {
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
    let place = app.live.enter()?;
    // Without one, the request is refused below: it shows a client why its socket does not open.
    let is_upgrade = upgrade.is_ok();
    let (held, request) = app
        .blocking(move |app| {
            // While the engine runs, the session cannot be deleted.
            let held = app.sessions.hold(&session)?;
            let request = EngineRequest {
                session: app.sessions.resolved(&session)?.session,
                render: if is_upgrade { last_render(&app.store, &session) } else { None },
                form,
                rate_hz,
                memory_mb: app.settings.child_memory_mb,
            };
            Ok((held, request))
        })
        .await?;
    let upgrade = upgrade.map_err(|rejection| {
        ApiError::new(Code::UpgradeNeeded, format!("this route is a WebSocket: {rejection}"))
            .header(UPGRADE, "websocket")
    })?;
    let upgrade = upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).write_buffer_size(0);
    Ok(upgrade.on_upgrade(move |socket| async move {
        serve(app, socket, place, request).await;
        drop(held);
    }))
}

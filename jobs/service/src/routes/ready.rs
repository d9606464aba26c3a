//! `GET /readyz`: the service can work.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::reply::{Envelope, Reply};
use crate::sessions::free_bytes;
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tracing::warn;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(readyz))
}

/// Checks of the service.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Checks {
    /// `ok`, or the reason for which records and results cannot be written.
    store: &'static str,
    /// `ok`, or `low` where uploads are refused for lack of space.
    disk: &'static str,
    /// `ok`, `off` where other processes work the queue, or `dead`.
    worker: &'static str,
}

/// Reports readiness: 200 when the store can be written, the disk has room, and the worker lives
#[utoipa::path(get, path = "/readyz", tag = "service",
    responses((status = 200, description = "The service can work.", body = Envelope<Checks>)))]
async fn readyz(State(app): State<Arc<App>>) -> Result<Reply<Checks>, ApiError> {
    let checks = app.blocking(|app| Ok(check(app))).await?;
    let broken: Vec<&str> = [("store", checks.store), ("disk", checks.disk), ("worker", checks.worker)]
        .into_iter()
        .filter(|(_, found)| !matches!(*found, "ok" | "off"))
        .map(|(name, _)| name)
        .collect();
    if broken.is_empty() && !app.is_stopping() {
        return Ok(Reply::new(checks, "ready"));
    }
    let message =
        if broken.is_empty() { "the service stops".to_owned() } else { format!("fails: {}", broken.join(", ")) };
    Err(ApiError::new(Code::NotReady, message).data(json!({ "checks": checks })))
}

/// Makes the checks. Blocks.
fn check(app: &App) -> Checks {
    let layout = app.store.layout();
    let is_writable = [layout.media(), layout.storage()].into_iter().all(|root| match write(root) {
        Ok(()) => true,
        Err(error) => {
            warn!(folder = %root.display(), %error, "not writable");
            false
        }
    });
    let has_room = |root: &Path| free_bytes(root).is_none_or(|free| free >= app.settings.disk_floor);
    Checks {
        store: if is_writable { "ok" } else { "not writable" },
        disk: if has_room(layout.media()) && has_room(layout.storage()) { "ok" } else { "low" },
        worker: match (app.settings.workers, app.workers_run.load(Ordering::Relaxed)) {
            (0, _) => "off",
            (_, true) => "ok",
            (_, false) => "dead",
        },
    }
}

/// Writes a file without a name into a folder.
fn write(folder: &Path) -> std::io::Result<()> {
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(b"ready")
}

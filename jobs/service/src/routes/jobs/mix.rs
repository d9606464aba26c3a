//! `POST /api/sessions/{id}/mix`.

use crate::app::App;
use crate::callbacks::check_url;
use crate::error::{ApiError, Code};
use crate::extract::{OptionalJson, Path};
use crate::jobs::submit_mix;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use mixdown_shell::job::SessionId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Request of a mix.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MixRequest {
    /// An address that receives the job once it has ended.
    callback_url: Option<String>,
}

/// A submitted mix.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Queued {
    /// The job.
    job_id: String,
    /// False if the job was known by its idempotency key.
    new: bool,
    /// Its address.
    url: String,
}

/// Queues a mix of a session's document as it stands
///
/// The body is optional. A second request with the same `Idempotency-Key` and the same document is
/// the same job.
#[utoipa::path(post, path = "/api/sessions/{id}/mix", tag = "jobs", request_body(content = Option<MixRequest>),
    params(("id" = String, Path, description = "The session."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 characters.")),
    responses((status = 202, description = "The mix is queued.", body = Envelope<Queued>,
        headers(("Location" = String, description = "The job.")))))]
pub(super) async fn mix(
    State(app): State<Arc<App>>,
    Path(id): Path<SessionId>,
    headers: HeaderMap,
    OptionalJson(request): OptionalJson<MixRequest>,
) -> Result<Reply<Queued>, ApiError> {
    let request = request.unwrap_or_default();
    if let Some(url) = &request.callback_url {
        check_url(&app.settings, url)?;
    }
    let key = headers.get("idempotency-key").map(|key| key.to_str().map(str::to_owned));
    let key = key.transpose().map_err(|_| ApiError::new(Code::BadRequest, "Idempotency-Key: not visible ASCII"))?;
    let submitted = app.blocking(move |app| submit_mix(app, &id, key, request.callback_url)).await?;
    let (job_id, new) = (submitted.record.job_id.to_string(), submitted.new);
    let url = format!("/api/jobs/{job_id}");
    let message = if new { "The mix is queued" } else { "Known by its idempotency key" };
    let reply = Reply::new(Queued { job_id, new, url: url.clone() }, message);
    Ok(reply.status(StatusCode::ACCEPTED).header(LOCATION, url))
}

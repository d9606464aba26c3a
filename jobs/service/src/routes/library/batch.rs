//! `POST /api/stems/batch`: one step for many stems.

use super::stem::delete_stem;
use crate::app::App;
use crate::error::{ApiError, Code};
use crate::extract::Json;
use crate::library::analyse_audio;
use crate::reply::{Envelope, Reply};
use axum::extract::State;
use mixdown_library::Patch;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Most stems of a request.
pub(super) const MOST: usize = 1_000;

/// One step for many stems.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// The step.
    action: Action,
    /// Ids of the stems.
    stem_ids: Vec<String>,
    /// Tags that each stem gets beside its own; for the step `tag`.
    tags: Option<Vec<String>>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// Queue an analysis of each one's audio file.
    Analyse,
    /// Add tags.
    Tag,
    /// Delete.
    Delete,
}

/// Outcome for each stem.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Outcome {
    /// Ids of the stems that were done.
    done: Vec<String>,
    /// The others, each with its reason.
    failed: Vec<Failed>,
    /// Jobs that were queued.
    job_ids: Vec<String>,
}

/// A stem that was not done.
#[derive(Debug, Serialize, ToSchema)]
struct Failed {
    /// Its id.
    stem_id: String,
    /// Code of the reason.
    error: &'static str,
    /// A sentence for users.
    message: String,
}

/// Returns the routes.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(batch))
}

/// Analyses, tags or deletes stems. Each is a step of its own: one that fails is named.
#[utoipa::path(post, path = "/api/stems/batch", tag = "library", request_body = Batch, responses(
    (status = 200, description = "Outcome for each stem.", body = Envelope<Outcome>),
    (status = 400, description = "BAD_JSON."),
    (status = 413, description = "BODY_TOO_LARGE."),
    (status = 415, description = "WRONG_CONTENT_TYPE."),
    (status = 422, description = "INVALID_BODY."),
))]
async fn batch(State(app): State<Arc<App>>, Json(batch): Json<Batch>) -> Result<Reply<Outcome>, ApiError> {
    let wrong = |message: String| Err(ApiError::new(Code::InvalidBody, message));
    if batch.stem_ids.is_empty() || batch.stem_ids.len() > MOST {
        return wrong(format!("stem_ids has 1 to {MOST} ids"));
    }
    if (batch.action == Action::Tag) != batch.tags.is_some() {
        return wrong("tags belongs to the action tag, which needs it".into());
    }
    let outcome = app
        .blocking(move |app| {
            let mut outcome = Outcome::default();
            for id in batch.stem_ids {
                match step(app, batch.action, &id, batch.tags.as_deref().unwrap_or_default()) {
                    Ok(job) => {
                        outcome.job_ids.extend(job.filter(|job| !outcome.job_ids.contains(job)));
                        outcome.done.push(id);
                    }
                    Err(error) => {
                        let (error, message) = (error.code().as_str(), error.message().to_owned());
                        outcome.failed.push(Failed { stem_id: id, error, message });
                    }
                }
            }
            Ok(outcome)
        })
        .await?;
    let message = format!("{} done, {} failed", outcome.done.len(), outcome.failed.len());
    Ok(Reply::new(outcome, message))
}

/// Carries out a step for one stem; returns the job that it queued.
fn step(app: &App, action: Action, id: &str, tags: &[String]) -> Result<Option<String>, ApiError> {
    match action {
        Action::Delete => delete_stem(app, id).map(|()| None),
        Action::Analyse => {
            let audio = app.library.with(|library| library.get(id))?.record.audio_file_id;
            analyse_audio(app, &audio, false).map(Some)
        }
        Action::Tag => app.library.with(|library| {
            let mut all = library.get(id)?.record.tags;
            all.extend(tags.iter().cloned());
            library.patch(id, &Patch { tags: Some(all), favourite: None }).map(|_| None)
        }),
    }
}

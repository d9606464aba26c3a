//! Mixes that are submitted over the network.

use crate::app::App;
use crate::callbacks::{CALLBACK, Delivery};
use crate::error::{ApiError, Code};
use mixdown_shell::cleanup::clean_session;
use mixdown_shell::job::SessionId;
use mixdown_shell::kinds::{MixError, mix_job};
use mixdown_shell::store::{ImportLine, Submitted};
use tracing::error;

/// Queues a mix of a session's document as it stands. Blocks.
///
/// # Errors
/// `NO_TRACKS` and the other refusals of a session that cannot be mixed; those of the store.
pub(crate) fn submit_mix(
    app: &App,
    id: &SessionId,
    key: Option<String>,
    callback_url: Option<String>,
) -> Result<Submitted, ApiError> {
    // Until the job is queued, and so uses its stems, they cannot be replaced.
    let _lock = app.sessions.lock(id);
    let resolved = app.sessions.resolved(id)?;
    let line = |path: String, blake3: &str| ImportLine { path, blake3: blake3.to_owned(), at: app.store.now() };
    let stems: Vec<_> = resolved.stems.iter().map(|stem| line(stem.path.display().to_string(), &stem.blake3)).collect();
    let mut job = mix_job(&app.store, id, resolved.session, &stems).map_err(|error| refusal(&error))?;
    job.key = key;
    if let Some(url) = callback_url {
        job.extra.insert(CALLBACK.to_owned(), Delivery::new(url).to_json());
    }
    // A failure is ignored: expired jobs do not keep a new one out.
    let _ = clean_session(&app.store, id);
    let submitted = app.engine.submit(job, &stems)?;
    app.jobs.forget(&submitted.record.job_id);
    if Delivery::of(&submitted.record).is_some() {
        app.callbacks.expect(submitted.record.job_id.clone());
    }
    Ok(submitted)
}

fn refusal(cause: &MixError) -> ApiError {
    error!(error = %cause, "a mix could not be queued");
    match cause {
        MixError::Output(_) => ApiError::new(Code::Internal, "something stands in the way of the result's files"),
        MixError::Json(_) => ApiError::new(Code::Internal, "the session's document could not be written as JSON"),
    }
}

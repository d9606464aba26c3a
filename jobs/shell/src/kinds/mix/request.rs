//! The request of a mix: a session with its stems as they are at submission.

use crate::job::{NewJob, SessionId};
use crate::store::{ImportLine, Store};
use mixdown_engine::io::{DecodeError, Fold, StemReader, hash_file};
use mixdown_engine::render::{Render, RenderError};
use mixdown_engine::session::Session;
use serde_json::json;
use thiserror::Error;

/// Reason why a session cannot be queued.
#[derive(Debug, Error)]
pub enum MixError {
    /// A file of the result would overwrite one that is not the job's own.
    #[error(transparent)]
    Output(#[from] RenderError),
    /// The session cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Opens and hashes the stems of a session, and makes their paths absolute. Blocks.
///
/// # Errors
/// Those of all stems that cannot be read.
pub fn hash_stems(session: &mut Session, store: &Store) -> Result<Vec<ImportLine>, Vec<DecodeError>> {
    let (mut stems, mut errors) = (Vec::new(), Vec::new());
    for track in &mut session.tracks {
        // The worker that renders it may run in another folder.
        track.file = std::path::absolute(&track.file).unwrap_or_else(|_| track.file.clone());
        match StemReader::open(&track.file, Fold::Stereo).and_then(|_| hash_file(&track.file)) {
            Ok(blake3) => stems.push(ImportLine { path: track.file.display().to_string(), blake3, at: store.now() }),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(stems) } else { Err(errors) }
}

/// Returns the job that mixes a session, whose tracks have absolute paths; `stems` are those of its
/// tracks. Blocks.
///
/// # Errors
/// When a file of the result would overwrite a stem.
pub fn mix_job(
    store: &Store,
    session_id: &SessionId,
    session: Session,
    stems: &[ImportLine],
) -> Result<NewJob, MixError> {
    // A job's own folder is its own; a stem that lies there is not.
    let render = Render::new(session).force(true).pictures(true);
    render.check_outputs(store.layout().results(session_id)).map_err(RenderError::from)?;
    let mut job = NewJob::mix(session_id.clone(), serde_json::to_value(render.session())?);
    let held: Vec<_> = stems.iter().map(|stem| json!({ "path": stem.path, "blake3": stem.blake3 })).collect();
    job.extra.insert("stems".into(), held.into());
    Ok(job)
}

//! Jobs that analyse: of an audio file, or of a session's stems.

use crate::app::App;
use crate::error::{ApiError, Code};
use mixdown_library::{Analysis, Status, Target, analysis_job};
use mixdown_shell::job::{NewJob, SessionId};

/// Queues the analysis of an audio file, unless one waits or runs. Returns the id of its job.
/// Blocks.
///
/// # Errors
/// `AUDIO_NOT_FOUND`, `STEM_MISSING`; those of the store.
pub(crate) fn analyse_audio(app: &App, audio_file_id: &str, keeps_type: bool) -> Result<String, ApiError> {
    let audio = app.library.with(|library| library.audio(audio_file_id))?;
    let session: SessionId = audio_file_id.parse()?;
    if let Some(job) = job_of(app, &session)? {
        return Ok(job);
    }
    let mut stems = Vec::new();
    for stem in audio.stems {
        super::open_stem(&app.library, &stem)?;
        stems.push((stem.place.resolve(app.library.media()), stem.blake3, stem.stem_id, keeps_type));
    }
    app.library.with(|library| library.set_status(audio_file_id, Status::Pending))?;
    let target = Target::Audio { id: audio_file_id.to_owned(), database: None };
    submit(app, analysis_job(session, &target, stems))
}

/// Queues the analysis of a session's stems, unless one waits or runs. Returns the id of its job.
/// Blocks.
///
/// # Errors
/// `SESSION_NOT_FOUND`, `NO_TRACKS`; those of the store.
pub(crate) fn analyse_session(app: &App, session: &SessionId) -> Result<String, ApiError> {
    let _lock = app.sessions.lock(session);
    let file = app.sessions.get(session)?;
    if let Some(job) = job_of(app, session)? {
        return Ok(job);
    }
    if file.stems.is_empty() {
        return Err(ApiError::new(Code::NoTracks, "the session has no stem to analyse"));
    }
    let stem = |stem: &crate::sessions::Stem| {
        (app.sessions.stem_path(session, &stem.name), stem.blake3.clone(), stem.name.to_string(), false)
    };
    submit(app, analysis_job(session.clone(), &Target::Session, file.stems.iter().map(stem).collect()))
}

/// Returns the id of the analysis that waits or runs for a session or an audio file. Blocks.
///
/// # Errors
/// Those of the store.
pub(crate) fn job_of(app: &App, session: &SessionId) -> Result<Option<String>, ApiError> {
    for (of, job) in app.store.index.active()? {
        if of != *session {
            continue;
        }
        match app.store.records.read_in(&of, &job) {
            Ok(record) if !record.life.is_ended() && record.kind.name() == Analysis::NAME => {
                return Ok(Some(job.to_string()));
            }
            // A mark may be out of date.
            Ok(_) => {}
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn submit(app: &App, job: NewJob) -> Result<String, ApiError> {
    let submitted = app.store.submit(job, &[])?;
    app.jobs.forget(&submitted.record.job_id);
    Ok(submitted.record.job_id.to_string())
}

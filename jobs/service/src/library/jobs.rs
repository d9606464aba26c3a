//! Jobs that analyse: of an audio file, or of a session's stems.

use crate::app::App;
use crate::error::{ApiError, Code};
use crate::reply::Reply;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use mixdown_library::{
    Analysis, NotedStem, SeparationRequest, Status, StemRecord, Target, analysis_job, chain_job, notation_job,
    separation_job,
};
use mixdown_shell::job::{NewJob, SessionId};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

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
    for stem in unsplit(audio.stems) {
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

/// A job that was queued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueuedJob {
    /// The job.
    pub(crate) job_id: String,
    /// Its address.
    pub(crate) url: String,
}

impl QueuedJob {
    /// Creates the answer for a job.
    pub(crate) fn new(job_id: String) -> Self {
        Self { url: format!("/api/jobs/{job_id}"), job_id }
    }

    /// Returns the reply that states where the job is.
    pub(crate) fn accepted(self, message: &str) -> Reply<Self> {
        let url = self.url.clone();
        Reply::new(self, message).status(StatusCode::ACCEPTED).header(LOCATION, url)
    }
}

/// Queues the separation of an audio file's stem, or with `then_all` the whole chain after it.
/// Blocks.
///
/// # Errors
/// `AUDIO_NOT_FOUND`, `AUDIO_BUSY`, `INVALID_BODY`, `STEM_MISSING`; those of the store.
pub(crate) fn separate_audio(
    app: &App,
    id: &SessionId,
    stem_id: Option<String>,
    with: Option<String>,
    model: Option<String>,
    then_all: bool,
) -> Result<QueuedJob, ApiError> {
    if with.as_deref().is_some_and(|with| !["demucs", "classical"].contains(&with)) {
        return Err(ApiError::new(Code::InvalidBody, "with is demucs or classical"));
    }
    let stem = whole_stem(app, id, stem_id)?;
    check_idle(app, id)?;
    super::open_stem(&app.library, &stem)?;
    let path = stem.place.resolve(app.library.media());
    let request = SeparationRequest { audio_file_id: id.to_string(), stem_id: stem.stem_id, with, model };
    let job = if then_all { chain_job } else { separation_job };
    submit(app, job(id.clone(), &request, &path, &stem.blake3)).map(QueuedJob::new)
}

/// Queues the notation of an audio file's stems. Blocks.
///
/// # Errors
/// `AUDIO_NOT_FOUND`, `AUDIO_BUSY`, `STEM_MISSING`; those of the store.
pub(crate) fn notate_audio(app: &App, id: &SessionId) -> Result<QueuedJob, ApiError> {
    let audio = app.library.with(|library| library.audio(id.as_str()))?;
    check_idle(app, id)?;
    let mut stems = Vec::new();
    for stem in unsplit(audio.stems) {
        super::open_stem(&app.library, &stem)?;
        let path = stem.place.resolve(app.library.media());
        let (blake3, stem_id, stem_type) = (stem.blake3, stem.stem_id, stem.stem_type.to_string());
        stems.push(NotedStem { path, blake3, stem_id, stem_type });
    }
    submit(app, notation_job(id.clone(), id.as_str(), &stems)).map(QueuedJob::new)
}

/// Returns the stems that were not split: a song and its parts would count its sound twice.
fn unsplit(stems: Vec<StemRecord>) -> Vec<StemRecord> {
    let split: Vec<String> = stems.iter().filter_map(|stem| stem.part_of.clone()).collect();
    stems.into_iter().filter(|stem| !split.contains(&stem.stem_id)).collect()
}

/// Returns the stem of an audio file that is not a part of another: the one of this id, or the only
/// one.
fn whole_stem(app: &App, id: &SessionId, stem_id: Option<String>) -> Result<StemRecord, ApiError> {
    let audio = app.library.with(|library| library.audio(id.as_str()))?;
    let mut whole = audio.stems.into_iter().filter(|stem| stem.part_of.is_none());
    if let Some(stem_id) = stem_id {
        let missing =
            || ApiError::new(Code::LibraryStemNotFound, format!("the audio file has no such stem: {stem_id}"));
        return whole.find(|stem| stem.stem_id == stem_id).ok_or_else(missing);
    }
    match (whole.next(), whole.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(ApiError::new(Code::InvalidBody, "the audio file has several stems; stem_id names the one to split")),
    }
}

/// Refuses an audio file that a job uses. Blocks.
///
/// # Errors
/// `AUDIO_BUSY`; those of the store.
pub(crate) fn check_idle(app: &App, id: &SessionId) -> Result<(), ApiError> {
    for (of, job) in app.store.index.active()? {
        if of != *id {
            continue;
        }
        match app.store.records.read_in(&of, &job) {
            Ok(record) if !record.life.is_ended() => {
                let message = format!("job {job} uses the audio file; wait for its end, or cancel it");
                return Err(ApiError::new(Code::AudioBusy, message).data(json!({ "job_id": job })));
            }
            // A mark may be out of date.
            Ok(_) => {}
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
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
    let submitted = app.engine.submit(job, &[])?;
    app.jobs.forget(&submitted.record.job_id);
    Ok(submitted.record.job_id.to_string())
}

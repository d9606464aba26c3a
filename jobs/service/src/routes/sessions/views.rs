//! Sessions and stems as answers show them.

use crate::app::App;
use crate::error::ApiError;
use crate::jobs::JobData;
use crate::sessions::{SessionFile, Stem, Summary};
use mixdown_shell::job::SessionId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// The session's id.
    pub session_id: String,
    /// Its name, for people.
    pub name: String,
    /// Time of its creation.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Number of tracks in its document.
    pub tracks: usize,
    /// End of the last track, without its tail, in seconds; null without a track.
    pub duration_s: Option<f64>,
    /// Number of stems.
    pub stem_count: usize,
    /// Sum of the stems' bytes.
    pub bytes: u64,
    /// Its newest job; null without one.
    pub last_job: Option<JobData>,
    /// Address of its master; null without one.
    pub result_url: Option<String>,
}

/// A session with its stems.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionDetails {
    /// The session.
    #[serde(flatten)]
    pub session: SessionView,
    /// Its stems, by name.
    pub stems: Vec<StemView>,
}

/// A stem.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StemView {
    /// Its name.
    pub name: String,
    /// Length of the file, in bytes.
    pub bytes: u64,
    /// Length, in seconds.
    pub duration_s: f64,
    /// Length, in frames.
    pub frames: u64,
    /// Frames per second.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: usize,
    /// Container and codec.
    pub format: String,
    /// Contradictions in the file and their treatment, a sentence each.
    pub warnings: Vec<String>,
    /// BLAKE3 of the file, hexadecimal.
    pub blake3: String,
    /// Entity tag of the file, with its quotes.
    pub etag: String,
}

/// The sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionList {
    /// The sessions, the last changed first.
    pub sessions: Vec<SessionView>,
    /// Cursor of the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// The stems of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StemList {
    /// The stems, by name.
    pub stems: Vec<StemView>,
    /// Number of changes of the session document.
    pub rev: u64,
}

/// A stem that was uploaded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadedStem {
    /// The stem.
    pub stem: StemView,
    /// Number of changes of the session document.
    pub rev: u64,
}

/// Nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Empty {}

/// The document after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Revision {
    /// Number of changes of the session document.
    pub rev: u64,
}

/// An upload that needs more parts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartReceived {
    /// Bytes that have arrived.
    pub upload_offset: u64,
}

/// A session document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentView {
    /// The document, by the schema of `/api/schema/session`; each `file` is the name of a stem.
    #[schema(value_type = Object)]
    pub session: Value,
    /// Number of changes of the document; its entity tag.
    pub rev: u64,
}

impl From<&Stem> for StemView {
    fn from(stem: &Stem) -> Self {
        Self {
            name: stem.name.to_string(),
            bytes: stem.bytes,
            duration_s: stem.duration_s,
            frames: stem.frames,
            sample_rate: stem.sample_rate,
            channels: stem.channels,
            format: stem.format.clone(),
            warnings: stem.warnings.clone(),
            blake3: stem.blake3.clone(),
            etag: stem.etag(),
        }
    }
}

impl StemList {
    /// Creates the list of a session.
    pub(super) fn of(file: &SessionFile) -> Self {
        Self { stems: file.stems.iter().map(StemView::from).collect(), rev: file.rev }
    }
}

impl DocumentView {
    /// Creates the view of a session's document.
    pub(super) fn of(file: SessionFile) -> Self {
        Self { session: file.session, rev: file.rev }
    }
}

impl SessionView {
    /// Creates the view of a session, with its newest job and its master. Blocks on the disk.
    ///
    /// # Errors
    /// When the session's jobs cannot be listed.
    pub(super) fn of(app: &App, session: &Summary) -> Result<Self, ApiError> {
        Ok(Self {
            session_id: session.session_id.to_string(),
            name: session.name.clone(),
            created_at: session.created_at.to_string(),
            updated_at: session.updated_at.to_string(),
            tracks: session.tracks,
            duration_s: session.duration_s,
            stem_count: session.stem_count,
            bytes: session.bytes,
            last_job: last_job(app, &session.session_id)?,
            result_url: result_url(app, &session.session_id),
        })
    }
}

/// Returns a session's newest job. Ids of jobs are in the order of their creation.
fn last_job(app: &App, session: &SessionId) -> Result<Option<JobData>, ApiError> {
    let Some(job) = app.store.index.jobs_of(session)?.pop() else { return Ok(None) };
    // One that was deleted a moment ago, or is damaged, is not shown.
    Ok(app.jobs.load(&app.store, &job).ok().map(|view| view.data.clone()))
}

/// Returns the address of a session's master.
fn result_url(app: &App, session: &SessionId) -> Option<String> {
    let masters = app.store.layout().masters(session);
    let master = masters.iter().find(|path| path.symlink_metadata().is_ok_and(|data| data.is_file()))?;
    Some(format!("/media/{session}/mix_outputs/{}", master.file_name()?.to_str()?))
}

//! Summaries of sessions, kept as long as the record is the very file that they were taken from.

use super::record::SessionFile;
use super::stem::FileMark;
use jiff::Timestamp;
use mixdown_shell::job::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Age from which each change gives a record another mark: two changes in one tick of the disk's
/// clock may look the same.
const SETTLED: Duration = Duration::from_secs(1);

/// The part of a session that lists show.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The session's id.
    pub session_id: SessionId,
    /// Its name, for people.
    pub name: String,
    /// Time of its creation.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Number of tracks in its document.
    pub tracks: usize,
    /// End of the last track, without its tail, in seconds; `None` without a track.
    pub duration_s: Option<f64>,
    /// Number of stems.
    pub stem_count: usize,
    /// Sum of the stems' bytes.
    pub bytes: u64,
}

impl Summary {
    /// Returns the summary of a session.
    pub fn of(file: &SessionFile) -> Self {
        Self {
            session_id: file.session_id.clone(),
            name: file.name.clone(),
            created_at: file.created_at,
            updated_at: file.updated_at,
            tracks: file.tracks(),
            duration_s: file.duration_s(),
            stem_count: file.stems.len(),
            bytes: file.bytes(),
        }
    }
}

/// A summary, and the mark of the record that it was taken from.
pub(super) type Kept = HashMap<SessionId, (FileMark, Arc<Summary>)>;

/// The summaries of all sessions.
#[derive(Debug, Default)]
pub(super) struct Summaries(Mutex<Kept>);

impl Summaries {
    /// Returns the summaries. A second list waits here for the first, which reads for both.
    pub(super) fn lock(&self) -> MutexGuard<'_, Kept> {
        // Each summary has its own mark: a panic leaves none that is wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns true if a change after `now` gives a record another mark.
pub(super) fn is_settled(mark: &FileMark, now: SystemTime) -> bool {
    let modified = SystemTime::UNIX_EPOCH + Duration::from_nanos(mark.modified_ns);
    let age = now.duration_since(modified).unwrap_or_else(|ahead| ahead.duration());
    age > SETTLED
}

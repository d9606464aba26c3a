//! Paths of the store.

use crate::job::{JobId, JobResult, Record, SessionId};
use std::path::{Path, PathBuf};

/// Name of a mix's master, unless its session selects another container.
pub const FINAL_MIX: &str = "final_mix.wav";
/// Extension of files that are being written.
pub(super) const TEMPORARY: &str = ".tmp";
/// All possible names of a master; the result folder of a session contains one of them.
pub(super) const MASTERS: [&str; 3] = [FINAL_MIX, "final_mix.flac", "final_mix.opus"];

/// Returns true if a file of this name is a master.
pub fn is_master(name: &str) -> bool {
    MASTERS.contains(&name)
}

/// Returns the file name of a result's master.
pub(super) fn master_name(result: Option<&JobResult>) -> &'static str {
    let named = result.map(JobResult::file_name);
    named.and_then(|name| MASTERS.into_iter().find(|master| *master == name)).unwrap_or(FINAL_MIX)
}

/// The two roots, and the paths below them.
#[derive(Clone, Debug)]
pub struct Layout {
    media: PathBuf,
    storage: PathBuf,
}

impl Layout {
    /// Creates the paths below two roots.
    pub fn new(media: &Path, storage: &Path) -> Self {
        Self { media: media.to_path_buf(), storage: storage.to_path_buf() }
    }

    /// Returns the root of the records.
    pub fn media(&self) -> &Path {
        &self.media
    }

    /// Returns the root of the results.
    pub fn storage(&self) -> &Path {
        &self.storage
    }

    /// Returns a session's folder.
    pub fn session(&self, session: &SessionId) -> PathBuf {
        self.media.join(session.as_str())
    }

    /// Returns the folder of a session's records.
    pub fn jobs(&self, session: &SessionId) -> PathBuf {
        self.session(session).join("jobs")
    }

    /// Returns the path of a job's record.
    pub fn record(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.jobs(session).join(format!("{job}.json"))
    }

    /// Returns the path of a file beside a job's record, such as the record while it is written;
    /// hidden, unlike any id.
    pub(super) fn beside(&self, session: &SessionId, job: &JobId, what: &str) -> PathBuf {
        self.jobs(session).join(format!(".{job}.{what}"))
    }

    /// Returns the path of a record that is being deleted.
    pub(crate) fn deleted(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.beside(session, job, "deleted")
    }

    /// Returns the folder of a session's damaged records.
    pub fn quarantine(&self, session: &SessionId) -> PathBuf {
        self.jobs(session).join(".quarantine")
    }

    /// Returns the folder of the index from job to session.
    pub fn index(&self) -> PathBuf {
        self.media.join("jobs_index")
    }

    /// Returns the path of a job's index entry.
    pub fn index_entry(&self, job: &JobId) -> PathBuf {
        self.index().join(format!("{job}.json"))
    }

    /// Returns a folder of the shell: locks, leases, notes, logs.
    pub(crate) fn shell(&self, part: &str) -> PathBuf {
        self.index().join(".shell").join(part)
    }

    /// Returns the folder of all sessions' results.
    pub fn all_results(&self) -> PathBuf {
        self.storage.join("mix_outputs")
    }

    /// Returns the folder of a session's results.
    pub fn results(&self, session: &SessionId) -> PathBuf {
        self.all_results().join(session.as_str())
    }

    /// Returns the path of a session's master in the usual container.
    pub fn final_mix(&self, session: &SessionId) -> PathBuf {
        self.results(session).join(FINAL_MIX)
    }

    /// Returns the path of a session's master in each container; at most one exists.
    pub fn masters(&self, session: &SessionId) -> [PathBuf; 3] {
        MASTERS.map(|name| self.results(session).join(name))
    }

    /// Returns the path of the master that a record names.
    pub fn master(&self, record: &Record) -> PathBuf {
        self.results(&record.session_id).join(master_name(record.result.as_ref()))
    }

    /// Returns the folder that an attempt writes to before its results are put in place.
    pub fn staging(&self, session: &SessionId, job: &JobId, attempt: u32) -> PathBuf {
        self.results(session).join(format!(".{job}.{attempt}"))
    }
}

//! Where everything lies.

use crate::jobs::{JobId, JobResult, Record, SessionId};
use std::path::{Path, PathBuf};

/// The name of a mix's master, unless its session asks for another container.
pub const FINAL_MIX: &str = "final_mix.wav";
/// Every name that a master may have; the result folder of a session holds one of them.
pub(super) const MASTERS: [&str; 3] = [FINAL_MIX, "final_mix.flac", "final_mix.opus"];

/// Returns whether a file of this name is a master.
pub fn is_master(name: &str) -> bool {
    MASTERS.contains(&name)
}

/// Returns the name of the master that a result is.
pub(super) fn master_name(result: Option<&JobResult>) -> &'static str {
    let named = result.map(JobResult::file_name);
    named.and_then(|name| MASTERS.into_iter().find(|master| *master == name)).unwrap_or(FINAL_MIX)
}

/// The two roots, and the paths below them.
#[derive(Clone, Debug)]
pub struct Places {
    media: PathBuf,
    storage: PathBuf,
}

impl Places {
    /// The places below two roots.
    pub fn new(media: &Path, storage: &Path) -> Self {
        Self { media: media.to_path_buf(), storage: storage.to_path_buf() }
    }

    /// The root of the records.
    pub fn media(&self) -> &Path {
        &self.media
    }

    /// The root of the results.
    pub fn storage(&self) -> &Path {
        &self.storage
    }

    /// A session's folder.
    pub fn session(&self, session: &SessionId) -> PathBuf {
        self.media.join(session.as_str())
    }

    /// The folder of a session's records.
    pub fn jobs(&self, session: &SessionId) -> PathBuf {
        self.session(session).join("jobs")
    }

    /// A job's record.
    pub fn record(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.jobs(session).join(format!("{job}.json"))
    }

    /// A record on its way to `record`, and other files that go with a job; hidden, as ids never
    /// are.
    pub(super) fn beside(&self, session: &SessionId, job: &JobId, what: &str) -> PathBuf {
        self.jobs(session).join(format!(".{job}.{what}"))
    }

    /// What is left of a job while it is deleted.
    pub(crate) fn deleted(&self, session: &SessionId, job: &JobId) -> PathBuf {
        self.beside(session, job, "deleted")
    }

    /// A session's records that could not be read.
    pub fn quarantine(&self, session: &SessionId) -> PathBuf {
        self.jobs(session).join(".quarantine")
    }

    /// The folder of the ways from job to session.
    pub fn index(&self) -> PathBuf {
        self.media.join("jobs_index")
    }

    /// The way from a job to its session.
    pub fn index_entry(&self, job: &JobId) -> PathBuf {
        self.index().join(format!("{job}.json"))
    }

    /// The shell's own folder: locks, leases, notes, logs.
    pub(crate) fn shell(&self, part: &str) -> PathBuf {
        self.index().join(".shell").join(part)
    }

    /// The folder of all sessions' results.
    pub fn all_results(&self) -> PathBuf {
        self.storage.join("mix_outputs")
    }

    /// The folder of a session's results.
    pub fn results(&self, session: &SessionId) -> PathBuf {
        self.all_results().join(session.as_str())
    }

    /// A session's master in the usual container.
    pub fn final_mix(&self, session: &SessionId) -> PathBuf {
        self.results(session).join(FINAL_MIX)
    }

    /// A session's master in each container, of which one is there at most.
    pub fn masters(&self, session: &SessionId) -> [PathBuf; 3] {
        MASTERS.map(|name| self.results(session).join(name))
    }

    /// The master that a record names.
    pub fn master(&self, record: &Record) -> PathBuf {
        self.results(&record.session_id).join(master_name(record.result.as_ref()))
    }

    /// Where an attempt writes before its results are put in place.
    pub fn staging(&self, session: &SessionId, job: &JobId, attempt: u32) -> PathBuf {
        self.results(session).join(format!(".{job}.{attempt}"))
    }
}

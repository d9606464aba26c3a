//! Errors of the store.

use crate::job::{IdError, IllegalTransition, InvalidRecord, JobId, Life, SessionId};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// An error of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no such job.
    #[error("job {0}: not found; `mixdown jobs list` shows what there is")]
    NotFound(JobId),
    /// The job ended and has been deleted.
    #[error("job {0}: it ended and was cleared away; submit it again")]
    Expired(JobId),
    /// The job has been deleted at a user's request.
    #[error("job {0}: it was deleted on request; submit it again")]
    Deleted(JobId),
    /// The record is damaged.
    #[error("{path}: {source}; `mixdown jobs cleanup --only quarantine` sets it aside", path = .path.display())]
    Corrupt {
        /// The record.
        path: PathBuf,
        /// The reason.
        source: InvalidRecord,
    },
    /// The record was damaged, and lies in quarantine.
    #[error("job {job}: its record was damaged and lies in quarantine as {path}; submit it again", path = .path.display())]
    SetAside {
        /// The job.
        job: JobId,
        /// The record.
        path: PathBuf,
    },
    /// A newer version wrote the record: this one leaves it alone.
    #[error("job {job}: a newer version of mixdown wrote its record ({what}); it is left alone; use that version")]
    Newer {
        /// The job.
        job: JobId,
        /// The part that this version does not know.
        what: String,
    },
    /// The record has been changed in the meantime.
    #[error("job {job}: its record is at rev {found} and not {expected}: read it again")]
    Conflict {
        /// The job.
        job: JobId,
        /// The revision that was expected.
        expected: u64,
        /// The revision that the record has.
        found: u64,
    },
    /// Another worker has the job.
    #[error("job {0}: another worker has it, or nobody; this one's writes are no longer taken")]
    LeaseLost(JobId),
    /// The job cannot take that step.
    #[error("job {job}: {source}")]
    Illegal {
        /// The job.
        job: JobId,
        /// The step.
        source: IllegalTransition,
    },
    /// A worker has the job.
    #[error(
        "job {job}: a worker has it ({stage}); `mixdown jobs cancel {job}` first, and delete it once it has stopped"
    )]
    Running {
        /// The job.
        job: JobId,
        /// Its stage, or else its life.
        stage: &'static str,
    },
    /// A job that has ended stays as it is.
    #[error("job {job}: it has ended ({life}) and stays as it is")]
    Ended {
        /// The job.
        job: JobId,
        /// Its end.
        life: Life,
    },
    /// The same idempotency key was used with another request.
    #[error("idempotency key {key:?} belongs to job {job}, whose request was another one; use another key")]
    KeyTaken {
        /// The key.
        key: String,
        /// Its job.
        job: JobId,
    },
    /// Another process has held a lock for too long; it may have been suspended.
    #[error("{0}: another process holds its lock and does not continue; try again, or end a stopped `mixdown`")]
    Busy(String),
    /// The session's name is kept for the shell's own jobs.
    #[error("session {0}: the name is reserved for cleanups; choose another --session-id")]
    Reserved(SessionId),
    /// This version has no code for such jobs.
    #[error("jobs of type {0} cannot be queued: this version has nothing that runs them")]
    NoRunner(String),
    /// The key is too long or empty.
    #[error("an idempotency key has 1 to 255 characters")]
    BadKey,
    /// The name is not a valid id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A link, a pipe or a file stands where a folder or a plain file belongs.
    #[error("{}: is not what belongs there, a plain file or folder, and is not followed; remove it", .0.display())]
    Planted(PathBuf),
    /// Something stands where a file of a result belongs.
    #[error("{}: stands where a file of the result belongs; remove it, then `mixdown jobs retry`", .0.display())]
    InTheWay(PathBuf),
    /// The operating system refused.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

impl StoreError {
    /// Returns true if the job's record is no longer in its place.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::Expired(_) | Self::Deleted(_) | Self::SetAside { .. })
    }

    /// Returns true if an obstacle blocks a result that no other attempt removes.
    pub(crate) fn is_blocked(&self) -> bool {
        matches!(self, Self::InTheWay(_) | Self::Planted(_))
    }

    /// Returns a function for `map_err`: an error of the operating system about a path.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    /// Returns a function for `map_err`: a transition that the table does not have.
    pub(crate) fn illegal(job: &JobId) -> impl FnOnce(IllegalTransition) -> Self + use<> {
        let job = job.clone();
        move |source| Self::Illegal { job, source }
    }
}

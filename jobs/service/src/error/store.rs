//! Refusals for errors of the store. Paths stay in the log.

use super::{ApiError, Code};
use mixdown_shell::job::IdError;
use mixdown_shell::store::StoreError;
use std::io::ErrorKind;
use tracing::error;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound(_) => return Self::new(Code::JobNotFound, "Job not found"),
            StoreError::Expired(_) => return Self::new(Code::JobExpired, "Job expired"),
            StoreError::Deleted(_) => return Self::new(Code::JobDeleted, "Job deleted"),
            StoreError::Illegal { .. } => Code::JobTransition,
            StoreError::Running { job, stage } => {
                let message =
                    format!("job {job}: a worker has it ({stage}); cancel it, and delete it once it has stopped");
                return Self::new(Code::JobRunning, message);
            }
            StoreError::Ended { .. } => Code::JobEnded,
            StoreError::KeyTaken { .. } => Code::KeyTaken,
            StoreError::Reserved(_) => Code::SessionReserved,
            StoreError::Conflict { .. } | StoreError::LeaseLost(_) | StoreError::Busy(_) => Code::StoreBusy,
            StoreError::Newer { .. } => Code::JobRecordNewer,
            StoreError::BadKey => Code::BadRequest,
            StoreError::NoRunner(_) => Code::InvalidBody,
            StoreError::Id(_) => Code::BadId,
            StoreError::Corrupt { .. } | StoreError::SetAside { .. } => {
                error!(%error, "damaged record");
                return Self::new(Code::JobRecordCorrupt, "the job's record is damaged; submit the job again");
            }
            StoreError::Io { source, .. } => return Self::from_io(source, &error),
            StoreError::Planted(_) | StoreError::InTheWay(_) => {
                error!(%error, "store");
                return Self::new(Code::Internal, "something stands in the way of the job's files; the log names it");
            }
        };
        Self::new(code, error.to_string())
    }
}

impl ApiError {
    /// Creates the refusal for an error of the operating system. The log gets `detail`, which may
    /// name a path.
    pub fn from_io(source: &std::io::Error, detail: &dyn std::fmt::Display) -> Self {
        error!(error = %detail, "input or output");
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                Self::new(Code::DiskFull, "the disk is full; free some space and try again")
            }
            _ => Self::new(Code::Internal, "a file could not be read or written; the log names it"),
        }
    }
}

impl From<IdError> for ApiError {
    fn from(error: IdError) -> Self {
        Self::new(Code::BadId, error.to_string())
    }
}

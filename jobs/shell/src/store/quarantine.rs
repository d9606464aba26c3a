//! Damaged records, set aside with their bytes.

use super::StoreError;
use super::base::Base;
use crate::job::{JobId, SessionId};
use std::path::PathBuf;
use std::sync::Arc;

/// Damaged records, set aside with their bytes.
#[derive(Clone)]
pub struct Quarantine {
    pub(super) base: Arc<Base>,
}

impl Quarantine {
    /// Returns the path of a job's record in quarantine.
    pub(super) fn set_aside_as(&self, session: &SessionId, job: &JobId) -> Option<PathBuf> {
        let folder = self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs", ".quarantine"]).ok()??;
        let prefix = format!("{job}.");
        let mut entries = self.base.entries(&folder).unwrap_or_default().into_iter();
        entries.find(|entry| entry.name.starts_with(&prefix)).map(|entry| folder.join(entry.name))
    }

    /// Returns the number of a session's records in quarantine.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn quarantined(&self, session: &SessionId) -> Result<usize, StoreError> {
        match self.base.folder(self.base.layout.media(), &[session.as_str(), "jobs", ".quarantine"])? {
            Some(folder) => Ok(self.base.entries(&folder)?.len()),
            None => Ok(0),
        }
    }
}

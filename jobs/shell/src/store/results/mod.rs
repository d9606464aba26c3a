//! Results: written to a staging folder, then put in place.

mod place;
mod removal;

pub(super) use place::complete;
pub(super) use removal::owner_time;

use super::base::Base;
use super::index::Index;
use super::layout::master_name;
use super::records::Records;
use super::{Claim, EntryKind, StoreError};
use crate::job::{HashedBytes, JobResult, SessionId, hash_reader};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder for the files of an attempt.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The folder; empty at first.
    pub folder: PathBuf,
}

/// The results of all sessions.
#[derive(Clone)]
pub struct Results {
    pub(super) base: Arc<Base>,
    pub(super) index: Index,
    pub(super) records: Records,
}

impl Results {
    /// Creates the folder that an attempt writes to.
    ///
    /// # Errors
    /// When it cannot be created, or a link stands in its way.
    pub fn stage(&self, claim: &Claim) -> Result<Staged, StoreError> {
        let (session, record) = (&claim.record.session_id, &claim.record);
        let folder = self.base.layout.staging(session, &record.job_id, record.attempt);
        let mut tries = 3;
        loop {
            self.base.ensure_durable(self.base.layout.storage(), &["mix_outputs", session.as_str()])?;
            match self.base.disk.make_folder(&folder) {
                Ok(()) => return Ok(Staged { folder }),
                // A cleanup has just removed the empty folder.
                Err(error) if error.kind() == ErrorKind::NotFound && tries > 0 => tries -= 1,
                // A graceful stop gave this attempt's number back.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries > 0 => {
                    tries -= 1;
                    self.remove_staging(&folder)?;
                }
                Err(error) => return Err(StoreError::io(&folder)(error)),
            }
        }
    }

    /// Removes a staging folder, or anything else of its name; links are not followed.
    pub(in crate::store) fn remove_staging(&self, folder: &Path) -> Result<(), StoreError> {
        let removed = match self.base.disk.stat(folder).map(|stat| stat.kind) {
            Ok(EntryKind::Folder) => self.base.disk.remove_tree(folder),
            Ok(_) => self.base.disk.remove_file(folder),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io(folder)(error)),
            _ => Ok(()),
        }
    }

    pub(in crate::store) fn hash(&self, path: &Path) -> Result<HashedBytes, StoreError> {
        self.base.disk.open(path).and_then(hash_reader).map_err(StoreError::io(path))
    }

    /// Returns the absolute path of a result; `None` when there is no such file.
    pub fn result_path(&self, session: &SessionId, result: &JobResult) -> Option<PathBuf> {
        let folder = self.base.folder(self.base.layout.storage(), &["mix_outputs", session.as_str()]).ok()??;
        let path = folder.join(master_name(Some(result)));
        self.base.disk.stat(&path).ok().filter(|stat| stat.kind == EntryKind::File)?;
        std::path::absolute(&path).ok()
    }
}

//! Sessions on disk: the document of each, and its stems.
//!
//! `<media>/<session>/session.json` is the one record of a session: its name, its document and the
//! facts about its stems. `<media>/<session>/stems/<name>` are the stems themselves; hidden folders
//! beside them hold uploads in progress and drawn waveforms. A stem exists once the record names
//! it, so that each change is one rename.

mod change;
mod check;
mod disk;
mod listing;
mod locks;
mod merge_patch;
mod parts;
mod record;
mod resolved;
mod stem;
mod stem_name;
mod summary;
mod upload_key;
mod uses;

pub(crate) use disk::{ensure_folder, free_bytes, refusal, remove_tree, sync_folder};
pub use locks::SessionLock;
pub(crate) use merge_patch::merge_patch;
pub(crate) use parts::create_part;
pub use record::SessionFile;
pub use resolved::{Resolved, ResolvedStem};
pub use stem::{FileMark, Stem};
pub use stem_name::StemName;
pub use summary::Summary;
pub use upload_key::UploadKey;
pub use uses::SessionUse;

use crate::error::{ApiError, Code};
use crate::settings::ServiceSettings;
use locks::Locks;
use mixdown_shell::job::SessionId;
use std::path::{Path, PathBuf};
use summary::Summaries;
use tokio::sync::Semaphore;
use upload_key::part_file_name;
use uses::Uses;

/// Name of a session's record.
const RECORD: &str = "session.json";
/// Name of the folder of stems.
const STEMS: &str = "stems";
/// Names of folders that are no sessions.
const RESERVED: [&str; 4] = ["jobs_index", "library", "mix_outputs", SessionId::CLEANUP];

/// The sessions below a root. Calls block on the disk.
pub struct Sessions {
    media: PathBuf,
    locks: Locks,
    uses: Uses,
    summaries: Summaries,
    decoders: Semaphore,
    /// Largest number of sessions.
    most: usize,
    max_stems: usize,
}

impl Sessions {
    /// Creates the sessions below a root.
    pub fn new(media: &Path, settings: &ServiceSettings) -> Self {
        Self {
            media: std::path::absolute(media).unwrap_or_else(|_| media.to_path_buf()),
            locks: Locks::default(),
            uses: Uses::default(),
            summaries: Summaries::default(),
            decoders: Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)),
            most: settings.max_sessions,
            max_stems: settings.max_stems,
        }
    }

    /// Returns the lock of a session: it serialises changes of its document and stems with the
    /// submission of its mixes. Blocks; not for use in an async task, nor for two sessions at once.
    pub fn lock(&self, session: &SessionId) -> SessionLock<'_> {
        self.locks.lock(session)
    }

    /// Returns a session.
    ///
    /// # Errors
    /// `SESSION_NOT_FOUND`, `SESSION_CORRUPT`, or an error of the disk.
    pub fn get(&self, session: &SessionId) -> Result<SessionFile, ApiError> {
        let found = self.read(session)?.filter(|file| !file.deleted);
        let mut file = found.ok_or_else(|| {
            ApiError::new(Code::SessionNotFound, format!("there is no session {session}; POST /api/sessions makes one"))
        })?;
        self.settle(&mut file);
        Ok(file)
    }

    /// Holds a session, so that it is not deleted while an engine plays it or a waveform is drawn.
    ///
    /// # Errors
    /// Those of [`Sessions::get`].
    pub fn hold(&self, session: &SessionId) -> Result<SessionUse, ApiError> {
        let _lock = self.lock(session);
        self.get(session)?;
        Ok(self.uses.hold(session))
    }

    /// Holds a session for the upload of a stem.
    ///
    /// # Errors
    /// `UPLOAD_IN_PROGRESS` while another upload has the name, and those of [`Sessions::get`].
    pub fn hold_upload(&self, session: &SessionId, name: &StemName) -> Result<SessionUse, ApiError> {
        let _lock = self.lock(session);
        self.get(session)?;
        self.uses.upload(session, name).ok_or_else(|| {
            ApiError::new(Code::UploadInProgress, format!("another request uploads {name:?} now; wait for its end"))
        })
    }

    /// Returns true if an upload or a live engine uses a session. Under its lock it stays so.
    pub fn is_held(&self, session: &SessionId) -> bool {
        self.uses.is_held(session)
    }

    /// Returns the places of processes that decode at once.
    pub fn decoders(&self) -> &Semaphore {
        &self.decoders
    }

    /// Returns the root of the sessions.
    pub fn media(&self) -> &Path {
        &self.media
    }

    /// Returns the path of a stem.
    pub fn stem_path(&self, session: &SessionId, name: &StemName) -> PathBuf {
        self.stems(session).join(name.as_str())
    }

    /// Returns the path of a stem's upload in progress.
    pub fn part_path(&self, session: &SessionId, name: &StemName, key: Option<&UploadKey>) -> PathBuf {
        self.stems(session).join(".parts").join(part_file_name(name, key))
    }

    /// Returns the path of a stem's waveform.
    pub fn waveform_path(&self, session: &SessionId, stem: &Stem, samples_per_pixel: u32) -> PathBuf {
        self.stems(session).join(".waveforms").join(format!("{}.{samples_per_pixel}.dat", stem.blake3))
    }

    fn folder(&self, session: &SessionId) -> PathBuf {
        self.media.join(session.as_str())
    }

    fn stems(&self, session: &SessionId) -> PathBuf {
        self.folder(session).join(STEMS)
    }

    /// Returns the refusal for a stem whose file is not the one that was decoded.
    fn missing(name: &StemName) -> ApiError {
        ApiError::new(
            Code::StemMissing,
            format!("the file of stem {name:?} is missing or was changed; upload it again"),
        )
    }

    fn read(&self, session: &SessionId) -> Result<Option<SessionFile>, ApiError> {
        if RESERVED.contains(&session.as_str()) {
            return Ok(None);
        }
        let path = self.folder(session).join(RECORD);
        let bytes = match disk::read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(error) => return Err(disk::refusal(&path, &error)),
        };
        SessionFile::parse(&bytes, session).map(Some)
    }
}

#[cfg(test)]
mod tests;

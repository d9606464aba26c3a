//! Uploads in progress, and waveforms, beside the stems.

use super::record::SessionFile;
use super::stem::{FileMark, Stem};
use super::stem_name::StemName;
use super::upload_key::UploadKey;
use super::{Sessions, disk};
use crate::error::ApiError;
use mixdown_shell::job::SessionId;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Age from which an upload that nobody continues is removed.
const ABANDONED: Duration = Duration::from_secs(48 * 3_600);

/// Opens a part: empty, or at its end.
///
/// # Errors
/// When it cannot be opened, or a link stands in its place.
pub(crate) fn create_part(path: &Path, append: bool) -> Result<File, ApiError> {
    let mut options = disk::options();
    let options = if append { options.append(true) } else { options.write(true).create(true).truncate(true) };
    disk::open(options, path).map_err(|error| disk::refusal(path, &error))
}

impl Sessions {
    /// Returns the mark of a stem's part; `None` without one.
    pub fn part(&self, session: &SessionId, name: &StemName, key: Option<&UploadKey>) -> Option<FileMark> {
        FileMark::of(&self.part_path(session, name, key))
    }

    /// Removes a stem's part; a missing one is not an error.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove_part(&self, session: &SessionId, name: &StemName, key: Option<&UploadKey>) -> Result<(), ApiError> {
        let path = self.part_path(session, name, key);
        disk::remove(&path).map_err(|error| disk::refusal(&path, &error))
    }

    /// Returns the bytes of a session's stems and parts but those of this upload. Removes parts
    /// that nobody has continued for two days.
    pub fn bytes_beside(&self, file: &SessionFile, name: &StemName, key: Option<&UploadKey>) -> u64 {
        let stems = file.stems.iter().filter(|stem| stem.name != *name).map(|stem| stem.bytes).sum::<u64>();
        let own = self.part_path(&file.session_id, name, key);
        let entries = own.parent().and_then(|folder| fs::read_dir(folder).ok());
        let part = |entry: fs::DirEntry| {
            let data = entry.metadata().ok().filter(|_| entry.path() != own)?;
            let age = data.modified().ok().and_then(|time| time.elapsed().ok()).unwrap_or_default();
            if age < ABANDONED {
                return Some(data.len());
            }
            // It counts no longer, even where it stays.
            let _ = fs::remove_file(entry.path());
            None
        };
        stems + entries.into_iter().flatten().flatten().filter_map(part).sum::<u64>()
    }

    /// Opens the file of a stem, if it is the one that was decoded.
    ///
    /// # Errors
    /// `STEM_MISSING`.
    pub fn open_stem(&self, session: &SessionId, stem: &Stem) -> Result<File, ApiError> {
        let file = disk::open(disk::options().read(true), &self.stem_path(session, &stem.name)).ok();
        let same = |file: &File| file.metadata().is_ok_and(|data| FileMark::from_metadata(&data) == stem.file);
        file.filter(same).ok_or_else(|| Self::missing(&stem.name))
    }

    /// Opens a drawn waveform of a stem; `None` where there is none yet.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open_waveform(&self, session: &SessionId, stem: &Stem, pixel: u32) -> Result<Option<File>, ApiError> {
        let path = self.waveform_path(session, stem, pixel);
        match disk::open(disk::options().read(true), &path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(disk::refusal(&path, &error)),
        }
    }

    /// Returns the path for a stem's waveform, in a folder that exists.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn prepare_waveform(&self, session: &SessionId, stem: &Stem, pixel: u32) -> Result<PathBuf, ApiError> {
        let path = self.waveform_path(session, stem, pixel);
        disk::ensure_folder(&self.stems(session), &[".waveforms"]).map_err(|error| disk::refusal(&path, &error))?;
        Ok(path)
    }

    /// Removes the waveforms of bytes that no stem has any longer. Those that stay do no harm.
    pub(super) fn forget_waveforms(&self, file: &SessionFile, blake3: &str) {
        if file.stems.iter().any(|stem| stem.blake3 == blake3) {
            return;
        }
        let entries = fs::read_dir(self.stems(&file.session_id).join(".waveforms"));
        for entry in entries.into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(blake3) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

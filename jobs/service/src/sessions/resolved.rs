//! A session as the engine reads it: with the paths of its stems.

use super::Sessions;
use super::stem::FileMark;
use super::stem_name::StemName;
use crate::error::{ApiError, Code};
use mixdown_engine::session::Session;
use mixdown_shell::job::SessionId;
use std::path::PathBuf;

/// A session's document with absolute paths of its stems.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The document. Each track's `file` is an absolute path.
    pub session: Session,
    /// The stem of each track, in the order of the tracks.
    pub stems: Vec<ResolvedStem>,
    /// Number of changes of the document.
    pub rev: u64,
}

/// The stem of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedStem {
    /// Its name.
    pub name: StemName,
    /// Its absolute path.
    pub path: PathBuf,
    /// BLAKE3 of its bytes, hexadecimal.
    pub blake3: String,
}

impl Sessions {
    /// Returns a session's document with the paths of its stems. Under the session's lock, the
    /// stems stay as they are.
    ///
    /// # Errors
    /// `NO_TRACKS` without a track, `SESSION_INVALID`, and those of [`Sessions::get`].
    /// `STEM_MISSING` where a stem's file is missing or was changed from outside.
    pub fn resolved(&self, session: &SessionId) -> Result<Resolved, ApiError> {
        let file = self.get(session)?;
        let mut document = Self::checked(&file, &file.session)?;
        if document.tracks.is_empty() {
            let way = "upload a stem first";
            return Err(ApiError::new(Code::NoTracks, format!("session {session} has no track: {way}")));
        }
        let mut stems = Vec::with_capacity(document.tracks.len());
        for track in &mut document.tracks {
            let name: StemName = track.file.to_string_lossy().parse()?;
            let stem = file.stem(&name)?;
            let path = self.stem_path(session, &name);
            if FileMark::of(&path).as_ref() != Some(&stem.file) {
                return Err(Self::missing(&name));
            }
            track.file.clone_from(&path);
            stems.push(ResolvedStem { name, path, blake3: stem.blake3.clone() });
        }
        Ok(Resolved { session: document, stems, rev: file.rev })
    }
}

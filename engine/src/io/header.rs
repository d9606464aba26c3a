//! What is read of a file before the decoder sees it, whatever its container.

use super::aiff::AiffHeader;
use super::patch::{Edits, read_up_to};
use super::riff::WaveHeader;
use super::{DecodeError, caf, mkv, mp4};
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;

/// The start of a file, and what must be set right in it.
pub(super) struct Header {
    /// Up to 512 bytes, to name what cannot be read.
    pub(super) first_bytes: Vec<u8>,
    /// Of a WAVE file.
    pub(super) wave: Option<WaveHeader>,
    /// The frames that an AIFF file promises.
    pub(super) aiff_frames: Option<u64>,
    /// How the file is to be shown to the decoder.
    pub(super) edits: Edits,
    /// Bytes of audio that a CAF header promises beyond the end of the file.
    pub(super) missing_bytes: u64,
    /// Whether the index at the end is gone, so that the file must be read from front to back.
    pub(super) forward_only: bool,
}

impl Header {
    /// Looks at a file of `len` bytes.
    ///
    /// # Errors
    /// When the disk fails, or the header names channels or a rate that cannot be.
    pub(super) fn read(path: &Path, file: &mut File, len: u64) -> Result<Self, DecodeError> {
        let from_io = |error| DecodeError::from_io(path, &error);
        let mut first_bytes = vec![0; 512];
        file.seek(SeekFrom::Start(0)).map_err(from_io)?;
        let count = read_up_to(file, &mut first_bytes).map_err(from_io)?;
        first_bytes.truncate(count);
        let mut header = Self {
            first_bytes,
            wave: None,
            aiff_frames: None,
            edits: Edits::default(),
            missing_bytes: 0,
            forward_only: false,
        };
        if let Some(wave) = WaveHeader::read(path, file, len)? {
            header.edits = wave.edits.clone();
            header.wave = Some(wave);
        } else if let Some(aiff) = AiffHeader::read(path, file, len)? {
            (header.aiff_frames, header.edits) = (aiff.frames, aiff.edits);
        } else if let Some((edits, missing_bytes)) = caf::scan(file, len).map_err(from_io)? {
            (header.edits, header.missing_bytes) = (edits, missing_bytes);
        } else if let Some(edits) = mp4::scan(file, len).unwrap_or_default() {
            header.edits = edits;
        } else {
            // A header that breaks off leaves nothing to set right; the decoder says so.
            header.edits = mkv::scan(file, len).unwrap_or_default();
            header.forward_only = header.edits != Edits::default();
        }
        Ok(header)
    }
}

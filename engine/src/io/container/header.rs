//! Header of a file, read before the decoder opens it, whatever its container.

use super::caf::chunks::CafChunks;
use super::wav::WaveHeader;
use super::{aiff, au, caf, matroska, mp4, names};
use crate::io::DecodeError;
use crate::io::bytes::patched::{HeaderPatches, read_up_to};
use crate::io::bytes::tags;
use crate::io::codec::pcm::file::PcmFile;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

/// Bytes of a packet in a Core Audio file, beyond which the demuxer's own sums overflow.
const MAX_PACKET_BYTES: u32 = 1 << 24;

/// Start of a file, and corrections to it.
pub(in crate::io) struct Header {
    /// Up to 512 bytes, to name a file that cannot be read.
    pub(in crate::io) first_bytes: Vec<u8>,
    /// Header of a WAVE file.
    pub(in crate::io) wave: Option<WaveHeader>,
    /// The samples, of any container, where they are not compressed.
    pub(in crate::io) pcm: Option<PcmFile>,
    /// Edits through which the decoder reads the file.
    pub(in crate::io) edits: HeaderPatches,
    /// Bytes of audio that a CAF header promises beyond the end of the file.
    pub(in crate::io) missing_bytes: u64,
    /// True if the index at the end is missing, so that the file must be read from front to back.
    pub(in crate::io) forward_only: bool,
}

impl Header {
    /// Reads the header of a file of `len` bytes.
    ///
    /// # Errors
    /// When the disk fails, the header names an invalid channel count, rate or sample size, or the
    /// kind of file is not supported.
    pub(in crate::io) fn read(path: &Path, file: &mut File, len: u64) -> Result<Self, DecodeError> {
        let from_io = |error| DecodeError::from_io(path, &error);
        let first_bytes = head(file, 0).map_err(from_io)?;
        let start = tags::without_leading(file, 0..len).map_err(from_io)?;
        if start > 0
            && let Some(name) = names::never_tagged(&head(file, start).map_err(from_io)?)
        {
            // Its offsets count from the start of the file, where no tag belongs.
            let what = format!("is {name} behind an ID3 tag, which is not read here; take the tag off");
            return Err(DecodeError::NotAudio { path: path.into(), what });
        }
        let mut header = Self {
            first_bytes,
            wave: None,
            pcm: None,
            edits: HeaderPatches::default(),
            missing_bytes: 0,
            forward_only: false,
        };
        if let Some(what) = names::known_but_not_read(&header.first_bytes) {
            return Err(DecodeError::NotAudio { path: path.into(), what });
        }
        if let Some(mut wave) = WaveHeader::read(path, file, len)? {
            header.edits = wave.edits.clone();
            header.pcm = wave.pcm.take();
            header.wave = Some(wave);
            return Ok(header);
        }
        let caf = CafChunks::read(file, len).map_err(from_io)?;
        header.pcm = match &header.first_bytes {
            head if head.starts_with(b"FORM") => aiff::read(path, file, len)?,
            head if head.starts_with(b".snd") => au::read(path, file, len)?,
            head if mp4::is_box(head) => mp4::pcm::read(path, file, len)?,
            _ => match &caf {
                Some(chunks) => caf::pcm::read(path, file, len, chunks)?,
                None => None,
            },
        };
        if header.pcm.is_some() {
            return Ok(header);
        }
        if let Some(what) = names::broken(&header.first_bytes) {
            return Err(DecodeError::NotAudio { path: path.into(), what });
        }
        if let Some(chunks) = caf {
            if let Some(bytes) = chunks.word(16).filter(|&bytes| bytes > MAX_PACKET_BYTES) {
                return Err(DecodeError::damaged(path, format!("its header names packets of {bytes} bytes")));
            }
            header.missing_bytes = chunks.missing_bytes(len);
        } else if let Some(edits) = mp4::repair::scan(file, len).unwrap_or_default() {
            header.edits = edits;
        } else {
            // A header that breaks off leaves nothing to correct; the decoder reports it.
            header.edits = matroska::scan(file, len).unwrap_or_default();
            header.forward_only = header.edits != HeaderPatches::default();
        }
        Ok(header)
    }
}

/// Reads up to 512 bytes from `start` on.
fn head(file: &mut File, start: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 512];
    file.seek(SeekFrom::Start(start))?;
    let count = read_up_to(file, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

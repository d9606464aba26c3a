//! Header of a file, read before the decoder opens it, whatever its container.

use super::{beginning, names};
use crate::io::DecodeError;
use crate::io::bytes::patched::{HeaderPatches, read_up_to};
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::bytes::tags;
use crate::io::codec::pcm::file::PcmFile;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

/// Start of a file, and the content of its header.
pub(in crate::io) struct Header {
    /// Up to 512 bytes, to name a file that cannot be read.
    pub(in crate::io) first_bytes: Vec<u8>,
    /// Header of the container.
    pub(in crate::io) container: ContainerHeader,
}

/// Content of a header, and the corrections with which it is read.
#[derive(Debug, Default)]
pub(in crate::io) struct ContainerHeader {
    /// Name of the container in reports, where its first word states it.
    pub(in crate::io) name: Option<&'static str>,
    /// Name of the codec, where the header states it.
    pub(in crate::io) codec: Option<String>,
    /// The samples, where they are not compressed.
    pub(in crate::io) pcm: Option<PcmFile>,
    /// Edits through which the decoder reads the file.
    pub(in crate::io) edits: HeaderPatches,
    /// Bytes of audio that the header promises beyond the end of the file.
    pub(in crate::io) missing_bytes: u64,
    /// True if the index at the end is missing, so that the file must be read from front to back.
    pub(in crate::io) forward_only: bool,
}

impl ContainerHeader {
    /// Builds the header of a file of uncompressed samples.
    pub(in crate::io) fn uncompressed(pcm: PcmFile) -> Self {
        Self { pcm: Some(pcm), ..Self::default() }
    }
}

impl Header {
    /// Reads the header of a file of `len` bytes.
    ///
    /// # Errors
    /// When the disk fails, the header names an invalid channel count, rate or sample size, or the
    /// kind of file is not supported.
    pub(in crate::io) fn read(path: &Path, file: &mut StemBytes, len: u64) -> Result<Self, DecodeError> {
        let from_io = |error| DecodeError::from_io(path, &error);
        let refused = |what| DecodeError::NotAudio { path: path.into(), what };
        let first_bytes = head(file, 0).map_err(from_io)?;
        let start = tags::without_leading(file, 0..len).map_err(from_io)?;
        if start > 0
            && let Some(name) = names::never_tagged(&head(file, start).map_err(from_io)?)
        {
            // Its offsets count from the start of the file, where no tag belongs.
            return Err(refused(format!("is {name} behind an ID3 tag, which is not read here; take the tag off")));
        }
        if let Some(what) = names::known_but_not_read(&first_bytes) {
            return Err(refused(what));
        }
        let Some(container) = beginning(&first_bytes) else {
            return Ok(Self { first_bytes, container: ContainerHeader::default() });
        };
        match container.header(path, file, len)? {
            Some(container) => Ok(Self { first_bytes, container }),
            None => Err(refused(names::describe(&first_bytes))),
        }
    }
}

/// Reads up to 512 bytes from `start` on.
fn head(file: &mut StemBytes, start: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 512];
    file.seek(SeekFrom::Start(start))?;
    let count = read_up_to(file, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

//! View of a file that a demuxer reads.

use crate::io::bytes::patched::{HeaderPatches, PatchedReader};
use crate::io::bytes::spliced::SplicedFile;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::container::rewrapped::{self, Rewrapped};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};

/// Bytes read from the disk at once.
const READ_AHEAD: usize = 256 * 1024;

/// A programme as a demuxer reads it.
pub(super) struct Media {
    shown: Shown,
    len: u64,
    forward_only: bool,
    /// Container of the file, where the programme is shown in another.
    pub(super) wrapped_in: Option<&'static str>,
    /// True if the file is known to end before its stream does.
    pub(super) breaks_off: bool,
}

enum Shown {
    Patched(PatchedReader),
    Spliced(SplicedFile),
}

impl Media {
    /// Shows the bytes `span` of a file of `len` bytes: in another container where the demuxer
    /// requires that, otherwise with edits.
    pub(super) fn new(
        mut file: StemBytes,
        len: u64,
        span: Range<u64>,
        edits: HeaderPatches,
        forward_only: bool,
    ) -> io::Result<Self> {
        if let Some(Rewrapped { splice, container, breaks_off }) = rewrapped::find(&mut file, len, &span)? {
            let (len, shown) = (splice.len(), Shown::Spliced(SplicedFile::new(file, splice)));
            return Ok(Self { shown, len, forward_only, wrapped_in: Some(container), breaks_off });
        }
        let len = span.end - span.start;
        let shown = Shown::Patched(PatchedReader::new(file, span, edits)?);
        Ok(Self { shown, len, forward_only, wrapped_in: None, breaks_off: false })
    }

    /// Returns the stream for symphonia.
    pub(super) fn into_stream(self) -> MediaSourceStream<'static> {
        MediaSourceStream::new(Box::new(self), MediaSourceStreamOptions { buffer_len: READ_AHEAD })
    }
}

impl Read for Media {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.shown {
            Shown::Patched(file) => file.read(out),
            Shown::Spliced(file) => file.read(out),
        }
    }
}

impl Seek for Media {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.shown {
            Shown::Patched(file) => file.seek(to),
            Shown::Spliced(file) => file.seek(to),
        }
    }
}

impl MediaSource for Media {
    fn is_seekable(&self) -> bool {
        !self.forward_only
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

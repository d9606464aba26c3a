//! Streams shown to the decoder in another container than their file's.

use super::beginning;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::spliced::Splice;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io;
use std::ops::Range;

/// Bytes at the start of a stream that identify its container.
const HEAD: usize = 12;

/// A stream as it is shown, and the container of its file.
pub(in crate::io) struct Rewrapped {
    pub(in crate::io) splice: Splice,
    pub(in crate::io) container: &'static str,
    /// True if the file ends before the stream does, which a native stream without a length cannot
    /// express.
    pub(in crate::io) breaks_off: bool,
}

/// Returns how a range of a file of `len` bytes is shown; `None` if it is shown unchanged.
pub(in crate::io) fn find(file: &mut StemBytes, len: u64, span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
    let container = {
        let mut peek = Peek::new(file, span.end.min(len));
        beginning(peek.at(span.start, HEAD)?)
    };
    container.map_or(Ok(None), |container| container.show(file, len, span))
}

//! The programmes that follow each other in a file.

use super::names::{self, Refusal};
use super::{CONTAINERS, identified, sync};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::bytes::tags;
use std::io;
use std::ops::Range;

/// Bytes at the start of a file that identify its format.
const HEAD: usize = 12;

/// The programmes of a file: at least one.
#[derive(Debug)]
pub(in crate::io) struct Programmes {
    /// Range of each in the file, without the tags around it.
    pub(in crate::io) spans: Vec<Range<u64>>,
    /// Edits with which their headers are read.
    pub(in crate::io) edits: HeaderPatches,
}

impl Programmes {
    /// Returns a range of a file as one programme.
    pub(in crate::io) fn one(span: Range<u64>) -> Self {
        Self { spans: std::iter::once(span).collect(), edits: HeaderPatches::default() }
    }
}

/// Returns the reason for refusing a file in which no stream was found, where there is one.
pub(in crate::io) fn refusal(file: &mut StemBytes, len: u64) -> io::Result<Option<Refusal>> {
    let start = tags::without_leading(file, 0..len)?;
    for container in CONTAINERS {
        if let Some(refusal) = container.refused_stream(&mut Peek::new(file, len), start)? {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

/// Finds the programmes of a file of `len` bytes. Returns `None` if it neither begins with known
/// magic bytes nor contains a stream of frames that agree. A search for sync words could then only
/// find them by chance.
pub(in crate::io) fn find(file: &mut StemBytes, len: u64) -> io::Result<Option<Programmes>> {
    let start = tags::without_leading(file, 0..len)?;
    let mut head = Peek::new(file, len).at(start, HEAD)?.to_vec();
    head.truncate(HEAD);
    if let Some(container) = identified(&head) {
        return container.programmes(file, start..len).map(Some);
    }
    if names::is_never_a_stream(&head) {
        return Ok(Some(Programmes::one(start..len)));
    }
    let range = tags::without_tags(file, 0..len)?;
    match sync::locate(&mut Peek::new(file, range.end), range.clone())? {
        Some((container, at)) => container.programmes(file, at..range.end).map(Some),
        None => Ok(None),
    }
}

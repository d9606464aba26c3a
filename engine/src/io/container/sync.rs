//! Streams without a header of their own, recognised by frame headers that agree at the distances
//! they state.

use super::{CONTAINERS, Container};
use crate::io::bytes::peek::Peek;
use std::io;
use std::ops::Range;

/// Headers that must agree, where there is room for as many.
const AGREEING: usize = 4;
/// Largest position at which a stream may begin; players' own data and damaged tags precede it.
const MAX_LEAD: u64 = 256 * 1024;

/// Fields of a frame header that are needed to find the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) struct FrameHeader {
    /// Fields that all headers of a stream have in common.
    pub(in crate::io) kind: u32,
    /// Bytes of the frame.
    pub(in crate::io) len: u64,
}

/// Parser of the frame header with which bytes begin.
pub(in crate::io) type FrameParser = fn(&[u8]) -> Option<FrameHeader>;

/// Counts the headers that agree from `at` on, up to `most`, and whether the last frame ends where
/// the file does.
pub(in crate::io) fn agreeing(
    peek: &mut Peek<'_>,
    parse: FrameParser,
    at: u64,
    most: usize,
) -> io::Result<(usize, bool)> {
    let (mut next, mut count, mut kind) = (at, 0, None);
    while count < most {
        match parse(peek.at(next, 7)?) {
            Some(header) if kind.is_none_or(|kind| kind == header.kind) => {
                (next, count, kind) = (next + header.len, count + 1, Some(header.kind));
            }
            _ => return Ok((count, next == peek.end())),
        }
        if next >= peek.end() {
            return Ok((count, next == peek.end()));
        }
    }
    Ok((count, false))
}

/// Finds the stream, and its start, in a range of a file without any other magic bytes.
pub(in crate::io) fn locate(
    peek: &mut Peek<'_>,
    range: Range<u64>,
) -> io::Result<Option<(&'static dyn Container, u64)>> {
    let last = range.end.min(range.start.saturating_add(MAX_LEAD));
    let streams: Vec<(&'static dyn Container, FrameParser)> =
        CONTAINERS.into_iter().filter_map(|container| Some((container, container.row().frame_header?))).collect();
    let mut at = range.start;
    while let Some(found) = peek.find(at, &[0xff])?.filter(|&found| found < last) {
        for &(container, parse) in &streams {
            let (count, is_whole) = agreeing(peek, parse, found, AGREEING)?;
            // A file of fewer frames counts if nothing precedes them and, for a single one, nothing
            // follows it.
            let breaks_off = count >= 2 && found == range.start;
            if count >= AGREEING
                || (is_whole && count >= 1 && found == range.start)
                || (is_whole && count >= 2)
                || breaks_off
            {
                return Ok(Some((container, found)));
            }
        }
        at = found + 1;
    }
    Ok(None)
}

//! Streams without a header of their own: MPEG audio and ADTS, recognised by frame headers that
//! agree at the distances they state.

use super::mpeg::header::FrameHeader;
use super::mpeg::header::MpegHeader;
use crate::io::bytes::peek::Peek;
use std::io;
use std::ops::Range;

/// Headers that must agree, where there is room for as many.
const AGREEING: usize = 4;
/// Largest position at which a stream may begin; players' own data and damaged tags precede it.
const MAX_LEAD: u64 = 256 * 1024;

/// A kind of stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) enum RawStream {
    Mpeg,
    Adts,
}

impl RawStream {
    pub(in crate::io) fn header(self, bytes: &[u8]) -> Option<FrameHeader> {
        match self {
            Self::Mpeg => MpegHeader::parse(bytes).and_then(MpegHeader::frame),
            Self::Adts => adts_header(bytes),
        }
    }
}

/// Parses an ADTS header (ISO 14496-3 §1.A.2): one or more raw data blocks per frame, of one
/// profile, rate and channel configuration.
fn adts_header(bytes: &[u8]) -> Option<FrameHeader> {
    let head = bytes.get(..7)?;
    let len = u64::from(head[3] & 3) << 11 | u64::from(head[4]) << 3 | u64::from(head[5] >> 5);
    let header_bytes = if head[1] & 1 == 1 { 7 } else { 9 };
    let rate_index = head[2] >> 2 & 15;
    let is_header = head[0] == 0xff && head[1] & 0xf6 == 0xf0 && rate_index < 13 && len > header_bytes;
    // The private bit may change from frame to frame.
    let kind = u32::from(head[1] & 0x09) << 16 | u32::from(head[2] & 0xfd) << 8 | u32::from(head[3] & 0xc0);
    is_header.then_some(FrameHeader { kind, len })
}

/// Counts the headers that agree from `at` on, up to `most`, and whether the last frame ends where
/// the file does.
pub(in crate::io) fn agreeing(
    peek: &mut Peek<'_>,
    stream: RawStream,
    at: u64,
    most: usize,
) -> io::Result<(usize, bool)> {
    let (mut next, mut count, mut kind) = (at, 0, None);
    while count < most {
        match stream.header(peek.at(next, 7)?) {
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
pub(in crate::io) fn locate(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Option<(RawStream, u64)>> {
    let last = range.end.min(range.start.saturating_add(MAX_LEAD));
    let mut at = range.start;
    while let Some(found) = peek.find(at, &[0xff])?.filter(|&found| found < last) {
        for stream in [RawStream::Mpeg, RawStream::Adts] {
            let (count, is_whole) = agreeing(peek, stream, found, AGREEING)?;
            // A file of fewer frames counts if nothing precedes them and, for a single one, nothing
            // follows it.
            let breaks_off = count >= 2 && found == range.start;
            if count >= AGREEING
                || (is_whole && count >= 1 && found == range.start)
                || (is_whole && count >= 2)
                || breaks_off
            {
                return Ok(Some((stream, found)));
            }
        }
        at = found + 1;
    }
    Ok(None)
}

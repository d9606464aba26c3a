//! Streams of MPEG audio (ISO 11172-3 §2.4.1.3, ISO 13818-3): recognition of free format, and the
//! boundaries between programmes.

pub(in crate::io) mod header;

use self::header::MpegHeader;
use super::sync::{RawStream, agreeing};
use crate::io::bytes::peek::Peek;
use std::io;
use std::ops::Range;

/// Most programmes looked for in one file.
const MAX_PROGRAMMES: usize = 4_096;

/// Longest frame in free format that is looked for: layer 2 and 3 at 640 kbit/s and 32 kHz.
const MAX_FREE: usize = 2_881;

/// Returns true if frames in free format begin at `at`: three more headers follow at one distance,
/// apart from padding.
pub(in crate::io) fn is_free_format(peek: &mut Peek<'_>, at: u64) -> io::Result<bool> {
    let bytes = peek.at(at, 4 * (MAX_FREE + 2))?;
    let header = |at: usize| bytes.get(at..).and_then(MpegHeader::parse).filter(|header| header.is_free_format());
    let Some(first) = header(0) else { return Ok(false) };
    Ok((24..=MAX_FREE).any(|len| {
        let mut at = 0;
        (0..3).all(|_| {
            let Some(frame) = header(at) else { return false };
            let unit = if frame.layer() == 1 { 4 } else { 1 };
            at += len + unit * frame.field(9, 1) as usize;
            header(at).is_some_and(|next| next.kind() == first.kind())
        })
    }))
}

/// Bytes of a frame up to the end of a tag's name.
const TAG_REACH: usize = 40;

/// Returns the programmes of a range that begins with a frame. Another begins with a writer's tag,
/// or where version, layer, rate or channels change for good. The last one extends to the end.
pub(in crate::io) fn programmes(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
    let (mut found, mut start, mut kind) = (Vec::new(), range.start, None);
    let (mut at, mut last_end) = (range.start, range.start);
    while at < range.end && found.len() < MAX_PROGRAMMES {
        let bytes = peek.at(at, TAG_REACH)?;
        let header = MpegHeader::parse(bytes);
        let is_tag = header.is_some_and(|header| header.is_tag(bytes));
        let Some(frame) = header.and_then(MpegHeader::frame) else {
            let Some(next) = peek.find(at + 1, &[0xff])? else { break };
            at = next;
            continue;
        };
        let is_first = at == start;
        let is_other = kind.is_some_and(|kind| kind != frame.kind);
        if !is_first && (is_other || is_tag || at != last_end) {
            // A false or single header does not begin a programme; it is skipped as in the decoder.
            let (count, is_whole) = agreeing(peek, RawStream::Mpeg, at + if is_tag { frame.len } else { 0 }, 3)?;
            if count < 3 && !(is_whole && count > 0) {
                at += 1;
                continue;
            }
            if is_other || is_tag {
                found.push(start..last_end);
                start = at;
            }
        }
        kind = Some(frame.kind);
        at += frame.len;
        last_end = at;
    }
    found.push(start..range.end);
    Ok(found)
}

//! Links of a chained Ogg file (RFC 3533 §4): the boundaries between groups of streams.

use crate::io::bytes::peek::Peek;
use std::io;
use std::ops::Range;

/// Most links looked for in one file.
const MAX_LINKS: usize = 4_096;
/// Bytes of a page header before its segment table.
const HEADER: usize = 27;

/// Returns the links of a range that begins with a page. Another begins with the first page of a
/// stream that follows other pages.
pub(in crate::io) fn links(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
    let (mut found, mut start) = (Vec::new(), range.start);
    let (mut at, mut has_data) = (range.start, false);
    while at < range.end && found.len() < MAX_LINKS {
        let Some(page) = page_at(peek, at)? else {
            let Some(next) = peek.find(at + 1, b"OggS")? else { break };
            at = next;
            continue;
        };
        if page.is_first && has_data && is_intact(peek, at, page.len)? {
            found.push(start..at);
            (start, has_data) = (at, false);
        }
        has_data |= !page.is_first;
        at += page.len;
    }
    found.push(start..range.end);
    Ok(found)
}

/// Finds the stream whose first packet begins with `magic`. Returns its serial number, and the body
/// of its first page.
pub(in crate::io) fn find_stream(
    peek: &mut Peek<'_>,
    range: Range<u64>,
    magic: &[u8],
) -> io::Result<Option<(u32, Range<u64>)>> {
    let mut at = range.start;
    while at < range.end
        && let Some(page) = page_at(peek, at)?.filter(|page| page.is_first)
    {
        let body = at + page.header_len..at + page.len;
        if peek.at(body.start, magic.len())?.starts_with(magic) {
            return Ok(Some((page.serial, body)));
        }
        at = body.end;
    }
    Ok(None)
}

/// Returns the bodies of all pages of one stream, and whether its last page is there, and whole.
///
/// Bytes between pages are skipped.
pub(in crate::io) fn bodies(
    peek: &mut Peek<'_>,
    range: Range<u64>,
    serial: u32,
) -> io::Result<(Vec<Range<u64>>, bool)> {
    let (mut found, mut at, mut is_whole) = (Vec::new(), range.start, false);
    while at < range.end {
        let Some(page) = page_at(peek, at)? else {
            let Some(next) = peek.find(at + 1, b"OggS")? else { break };
            at = next;
            continue;
        };
        let end = (at + page.len).min(range.end);
        if page.serial == serial {
            is_whole = page.is_last && at + page.len <= range.end;
            if at + page.header_len < end {
                found.push(at + page.header_len..end);
            }
        }
        at = end;
    }
    Ok((found, is_whole))
}

struct OggPage {
    /// True if a stream begins with it.
    is_first: bool,
    /// True if a stream ends with it.
    is_last: bool,
    /// Serial number of its stream.
    serial: u32,
    header_len: u64,
    len: u64,
}

fn page_at(peek: &mut Peek<'_>, at: u64) -> io::Result<Option<OggPage>> {
    let bytes = peek.at(at, HEADER + 255)?;
    if bytes.len() < HEADER || !bytes.starts_with(b"OggS\0") {
        return Ok(None);
    }
    let segments = usize::from(bytes[26]);
    let Some(table) = bytes.get(HEADER..HEADER + segments) else { return Ok(None) };
    let body: u64 = table.iter().map(|&len| u64::from(len)).sum();
    let header_len = (HEADER + segments) as u64;
    let serial = u32::from_le_bytes([bytes[14], bytes[15], bytes[16], bytes[17]]);
    Ok(Some(OggPage {
        is_first: bytes[5] & 2 != 0,
        is_last: bytes[5] & 4 != 0,
        serial,
        header_len,
        len: header_len + body,
    }))
}

/// Returns true if the checksum of a page is right.
fn is_intact(peek: &mut Peek<'_>, at: u64, len: u64) -> io::Result<bool> {
    // At most 65 307 bytes.
    let Some(page) = peek.at(at, len as usize)?.get(..len as usize) else { return Ok(false) };
    Ok(checksum(page).to_le_bytes() == page[22..26])
}

/// Returns the checksum of a page, over all of it but its own field (RFC 3533 §6: polynomial
/// 0x04c11db7).
pub(in crate::io) fn checksum(page: &[u8]) -> u32 {
    page.iter().enumerate().fold(0_u32, |crc, (index, &byte)| {
        let byte = if (22..26).contains(&index) { 0 } else { byte };
        (0..8)
            .fold(crc ^ u32::from(byte) << 24, |crc, _| if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 })
    })
}

//! Tags that people and players put before and after a stream, and that are not part of it.
//! symphonia loses the last frame of FLAC before one (pull request #533).

use super::patched::read_up_to;
use crate::io::bytes::stem_bytes::StemBytes;
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;

/// Most tags looked for on one side; real files have one to three.
const MAX_TAGS: usize = 16;

/// Returns a range of a file without the tags at both ends.
pub(in crate::io) fn without_tags(file: &mut StemBytes, range: Range<u64>) -> io::Result<Range<u64>> {
    let start = without_leading(file, range.clone())?;
    let end = without_trailing(file, start..range.end)?;
    Ok(start..end)
}

/// Returns the start of the range once `ID3v2` tags are skipped.
pub(in crate::io) fn without_leading(file: &mut StemBytes, range: Range<u64>) -> io::Result<u64> {
    let mut start = range.start;
    for _ in 0..MAX_TAGS {
        let head: [u8; 10] = read_at(file, start..range.end)?;
        match id3v2_len(&head, b"ID3") {
            Some(len) if start + len < range.end => start += len,
            _ => break,
        }
    }
    Ok(start)
}

/// Returns the end of the range once `ID3v1`, APE, Lyrics3 and appended `ID3v2` tags are left out.
fn without_trailing(file: &mut StemBytes, range: Range<u64>) -> io::Result<u64> {
    let mut end = range.end;
    for _ in 0..MAX_TAGS {
        let Some(len) = trailing_len(file, range.start..end)? else { break };
        end -= len;
    }
    Ok(end)
}

/// Returns the length of the tag with which a range ends.
fn trailing_len(file: &mut StemBytes, range: Range<u64>) -> io::Result<Option<u64>> {
    let held = range.end - range.start;
    let fits = |len: u64| Some(len).filter(|&len| len < held);
    let from_end = |back: u64| range.end.saturating_sub(back).max(range.start)..range.end;
    if &read_at::<3>(file, from_end(128))? == b"TAG" && held > 128 {
        return Ok(Some(128));
    }
    if &read_at::<4>(file, from_end(227))? == b"TAG+" && held > 227 {
        return Ok(Some(227));
    }
    let ape: [u8; 32] = read_at(file, from_end(32))?;
    if ape.starts_with(b"APETAGEX") {
        // The size includes the items and this footer; a header as long as the footer may precede
        // them.
        let size = u64::from(u32::from_le_bytes([ape[12], ape[13], ape[14], ape[15]])).max(32);
        let header = if ape[23] & 0x80 == 0 { 0 } else { 32 };
        return Ok(fits(size + header));
    }
    let lyrics: [u8; 15] = read_at(file, from_end(15))?;
    if &lyrics[6..] == b"LYRICS200" {
        // Six digits: the size of all but the digits and this name.
        let digits = std::str::from_utf8(&lyrics[..6]).ok().and_then(|digits| digits.parse::<u64>().ok());
        return Ok(digits.and_then(|size| fits(size + 15)));
    }
    if &lyrics[6..] == b"LYRICSEND" {
        return lyrics3_v1_len(file, &range);
    }
    let footer: [u8; 10] = read_at(file, from_end(10))?;
    Ok(id3v2_len(&footer, b"3DI").and_then(|len| fits(len + if footer[5] & 0x10 == 0 { 10 } else { 0 })))
}

/// Returns the length of a Lyrics3 tag before version 2, which states no size: up to 5100 bytes of
/// text between two names.
fn lyrics3_v1_len(file: &mut StemBytes, range: &Range<u64>) -> io::Result<Option<u64>> {
    let from = range.end.saturating_sub(5_100 + 20).max(range.start);
    let mut bytes = vec![0; (range.end - from) as usize];
    file.seek(SeekFrom::Start(from))?;
    let count = read_up_to(file, &mut bytes)?;
    bytes.truncate(count);
    let begin = bytes.windows(11).rposition(|window| window == b"LYRICSBEGIN");
    Ok(begin.map(|at| (bytes.len() - at) as u64).filter(|&len| len < range.end - range.start))
}

/// Returns the length of a whole `ID3v2` tag (id3v2.4.0-structure §3.1, §3.4) from its header, or
/// from its footer.
fn id3v2_len(head: &[u8; 10], name: &[u8]) -> Option<u64> {
    let size = &head[6..];
    let is_tag =
        head.starts_with(name) && head[3] != 0xff && head[4] != 0xff && size.iter().all(|byte| byte & 0x80 == 0);
    let size = size.iter().fold(0, |size, &byte| size << 7 | u64::from(byte));
    let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
    is_tag.then_some(10 + size + footer)
}

/// Reads the first bytes of a range; zeros where it is shorter.
fn read_at<const N: usize>(file: &mut StemBytes, range: Range<u64>) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let wanted = N.min(range.end.saturating_sub(range.start) as usize);
    file.seek(SeekFrom::Start(range.start))?;
    read_up_to(file, &mut bytes[..wanted])?;
    Ok(bytes)
}

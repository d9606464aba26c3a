//! Ogg: links of a chained file (RFC 3533 §4), which are the boundaries between groups of streams,
//! and the granule positions by which it is trimmed, as symphonia does not trim all files (#418).
//!
//! The Ogg reader of symphonia counts the last page of FLAC wrongly where packets span pages. FLAC
//! is therefore shown as a native stream, each of whose frames carries its own position.

use super::programmes::Programmes;
use super::rewrapped::Rewrapped;
use super::timing::{StreamTiming, TrimPlan};
use super::{AudioFormat, Container, ContainerRow, PacketRules, flac};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::spliced::Splice;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::bytes::tags;
use std::io;
use std::ops::Range;
use symphonia::core::formats::well_known::FORMAT_ID_OGG;

/// Most links looked for in one file.
const MAX_LINKS: usize = 4_096;
/// Bytes of a page header before its segment table.
const HEADER: usize = 27;

/// The container.
#[derive(Debug)]
pub(super) struct Ogg;

static ROW: ContainerRow = ContainerRow {
    may_be_tagged: true,
    demuxers: &[FORMAT_ID_OGG],
    // FFmpeg stamps some pages with a delay of a few hundred frames although nothing is missing. A
    // lost page held far more.
    packets: PacketRules { least_gap: Some(4_096), may_continue: true, ..PacketRules::NONE },
    ..ContainerRow::new(
        "ogg",
        AudioFormat {
            name: "Ogg (Vorbis, Opus)",
            extensions: &["ogg", "oga", "opus"],
            codecs: "Vorbis, Opus, FLAC",
            trimming: "granule positions; pre-skip of Opus",
            corrections: "FLAC is shown as a native stream; links are read one after the other",
        },
        &[(b"OggS", "Ogg")],
    )
};

impl Container for Ogg {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn programmes(&self, file: &mut StemBytes, range: Range<u64>) -> io::Result<Programmes> {
        let range = tags::without_tags(file, range)?;
        let spans = links(&mut Peek::new(file, range.end), range)?;
        Ok(Programmes { spans, edits: HeaderPatches::default() })
    }

    fn show(&self, file: &mut StemBytes, len: u64, span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
        flac_shown(&mut Peek::new(file, span.end.min(len)), span)
    }

    /// Uses granule positions. Vorbis counts from its first audible frame: the block before that
    /// only primes the overlap. A first page that counts less than it holds requires more to be
    /// left out (Vorbis I, A.2). Opus counts pre-skip too (RFC 7845 §4.3).
    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        let (delay, start) = (i64::from(stream.delay.unwrap_or(0)), stream.start);
        let padding = u64::from(stream.padding.unwrap_or(0));
        let keep = |first: i64| stream.frames.map(|end| end.saturating_sub(first as u64));
        if let Some(pre_skip) = stream.pre_skip {
            let keep = keep(start.max(0) + i64::from(pre_skip));
            return TrimPlan::trimmed(pre_skip.into(), keep, padding, "pre-skip");
        }
        if stream.is_vorbis {
            let audible = start.saturating_add(delay);
            let skip = delay + (-audible).clamp(0, i64::from(stream.rate_hz));
            return TrimPlan::trimmed(skip as u64, keep(audible.max(0)), padding, "granule position");
        }
        TrimPlan::exactly(stream.frames.map(|end| end.saturating_sub(start.max(0) as u64)))
    }

    /// Returns the codec of a stream that has no decoder, from the first page.
    fn codec_in(&self, head: &[u8]) -> Option<&'static str> {
        [(&b"Speex   "[..], "speex"), (b"\x80theora", "theora (video)"), (b"CELT    ", "celt"), (b"OpusHead", "opus")]
            .into_iter()
            .find(|(magic, _)| head.windows(magic.len()).any(|window| window == *magic))
            .map(|(_, name)| name)
    }
}

/// Returns the links of a range that begins with a page. Another begins with the first page of a
/// stream that follows other pages.
fn links(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
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
fn find_stream(peek: &mut Peek<'_>, range: Range<u64>, magic: &[u8]) -> io::Result<Option<(u32, Range<u64>)>> {
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
fn bodies(peek: &mut Peek<'_>, range: Range<u64>, serial: u32) -> io::Result<(Vec<Range<u64>>, bool)> {
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

/// First packet of the mapping: 0x7f, `FLAC`, version, the number of header packets; then the
/// native stream begins.
const MAPPING: &[u8] = b"\x7fFLAC\x01";
const MAPPING_BYTES: usize = 9;

/// Returns FLAC (RFC 9639 §10.1) as a native stream.
fn flac_shown(peek: &mut Peek<'_>, span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
    let Some((serial, first)) = find_stream(peek, span.clone(), MAPPING)? else { return Ok(None) };
    let (mut parts, is_whole) = bodies(peek, span.clone(), serial)?;
    let start = first.start + MAPPING_BYTES as u64;
    parts[0] = start..first.end;
    let mut lead = peek.at(start, flac::INFO_END)?.to_vec();
    lead.truncate(flac::INFO_END);
    if lead.len() < flac::INFO_END || first.end - start < flac::INFO_END as u64 {
        return Ok(None);
    }
    parts[0].start += flac::INFO_END as u64;
    // Find the first page that begins with a frame.
    for part in &parts {
        let frame = peek.at(part.start, 16)?;
        if frame.starts_with(&[0xff, 0xf8]) || frame.starts_with(&[0xff, 0xf9]) {
            let frame = frame.to_vec();
            flac::mend_info(&mut lead[flac::INFO_START..], &frame);
            break;
        }
    }
    Ok(Some(Rewrapped { splice: Splice { lead, parts }, container: ROW.id, breaks_off: !is_whole }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_vorbis_page_that_counts_less_than_it_holds_trims_the_start() {
        // The page ends 500 frames before the sum of its packets: 128 of priming and 372 that the
        // encoder requests.
        let ogg = StreamTiming {
            is_pcm: false,
            is_vorbis: true,
            delay: Some(128),
            start: -500,
            frames: Some(9_000),
            ..StreamTiming::uncompressed(44_100, None)
        };
        let plan = Ogg.plan(&ogg);
        assert_eq!((plan.skip, plan.keep), (500, Some(9_000)));
    }

    #[test]
    fn a_vorbis_stream_cut_from_a_longer_one_keeps_what_it_holds() {
        let ogg = StreamTiming {
            is_pcm: false,
            is_vorbis: true,
            delay: Some(128),
            start: 10_000,
            frames: Some(19_128),
            ..StreamTiming::uncompressed(44_100, None)
        };
        let plan = Ogg.plan(&ogg);
        assert_eq!((plan.skip, plan.keep), (128, Some(9_000)));
    }
}

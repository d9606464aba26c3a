//! Streams shown to the decoder in another container than their file's.
//!
//! FLAC in Ogg (RFC 9639 §10.1) and in Core Audio files is shown as a native stream. The Ogg reader
//! of symphonia counts the last page wrongly where packets span pages, and its CAF reader has no
//! packets without a table. The native reader needs neither, as each frame carries its own
//! position. Other Core Audio files are shown without chunks that symphonia cannot read: see
//! [`CafChunks::splice`].

use super::caf::chunks::CafChunks;
use super::flac::{self, StreamInfo};
use super::ogg;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::spliced::Splice;
use std::fs::File;
use std::io;
use std::ops::Range;

/// A stream as it is shown, and the container of its file.
pub(in crate::io) struct Rewrapped {
    pub(in crate::io) splice: Splice,
    pub(in crate::io) container: &'static str,
    /// True if the file ends before the stream does, which a native stream without a length cannot
    /// express.
    pub(in crate::io) breaks_off: bool,
}

/// Returns how a range of a file of `len` bytes is shown; `None` if it is shown unchanged.
pub(in crate::io) fn find(file: &mut File, len: u64, span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
    let mut peek = Peek::new(file, span.end.min(len));
    let head = peek.at(span.start, 4)?;
    if head.starts_with(b"OggS") {
        return in_ogg(&mut peek, span);
    }
    if head.starts_with(b"caff") {
        return in_caf(file, len);
    }
    Ok(None)
}

/// First packet of the mapping: 0x7f, `FLAC`, version, the number of header packets; then the
/// native stream begins.
const MAPPING: &[u8] = b"\x7fFLAC\x01";
const MAPPING_BYTES: usize = 9;

fn in_ogg(peek: &mut Peek<'_>, span: &Range<u64>) -> io::Result<Option<Rewrapped>> {
    let Some((serial, first)) = ogg::find_stream(peek, span.clone(), MAPPING)? else { return Ok(None) };
    let (mut parts, is_whole) = ogg::bodies(peek, span.clone(), serial)?;
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
    Ok(Some(Rewrapped { splice: Splice { lead, parts }, container: "ogg", breaks_off: !is_whole }))
}

fn in_caf(file: &mut File, len: u64) -> io::Result<Option<Rewrapped>> {
    let Some(chunks) = CafChunks::read(file, len)? else { return Ok(None) };
    let container = "caf";
    let is_flac = chunks.description.is_some_and(|description| &description[8..12] == b"flac");
    let (Some(audio), Some(rate_hz), Some(channels)) = (chunks.audio(len), chunks.rate_hz(), chunks.word(24)) else {
        return Ok(None);
    };
    if !is_flac {
        return Ok(chunks.splice(len).map(|splice| Rewrapped { splice, container, breaks_off: false }));
    }
    let breaks_off = chunks.missing_bytes(len) > 0;
    let mut peek = Peek::new(file, audio.end);
    let frame = peek.at(audio.start, 16)?.to_vec();
    let stored = flac::info_in_cookie(&chunks.cookie);
    let Some(mut info) = stored.or_else(|| StreamInfo::of_frame(&frame, rate_hz as u32, channels)) else {
        return Ok(None);
    };
    flac::mend_info(&mut info.0, &frame);
    let lead = [flac::LAST_INFO_BLOCK, &info.0].concat();
    Ok(Some(Rewrapped { splice: Splice { lead, parts: vec![audio] }, container, breaks_off }))
}

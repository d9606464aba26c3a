//! Matroska and `WebM`: start and end of the recording by `CodecDelay` and `DiscardPadding`, which
//! the demuxer reads but does not pass on.

use super::header::ContainerHeader;
use super::timing::{StreamTiming, TrackDetails, TrimPlan, TrimRule};
use super::{AudioFormat, Container, ContainerRow};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::{DecodeError, Trim};
use std::io::{self, BufReader, Read, Seek};
use std::ops::Range;
use std::path::Path;
use symphonia::core::formats::well_known::FORMAT_ID_MKV;

/// Most frames that may be held back for the end: a packet of any codec is shorter.
const MAX_HOLD: u64 = 65_536;
/// Most elements read of one file: an hour of clusters has about a thousand, the last cluster a few
/// hundred blocks.
const MAX_ELEMENTS: usize = 1_000_000;

const EBML: u64 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const CODEC_ID: u32 = 0x86;
const CODEC_DELAY: u32 = 0x56AA;
const CLUSTER: u32 = 0x1F43_B675;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const DISCARD_PADDING: u32 = 0x75A2;

/// The container.
#[derive(Debug)]
pub(super) struct Matroska;

static ROW: ContainerRow = ContainerRow {
    demuxers: &[FORMAT_ID_MKV],
    ..ContainerRow::new(
        "matroska",
        AudioFormat {
            name: "Matroska (MKA, WebM)",
            extensions: &["mka", "mkv", "webm"],
            codecs: "Opus, Vorbis, AAC-LC, MP3, FLAC, ALAC, PCM",
            trimming: "`CodecDelay`, `DiscardPadding`; pre-skip of Opus; first block of Vorbis",
            corrections: "a segment that breaks off is read as one of unknown size",
        },
        &[(b"\x1a\x45\xdf\xa3", "Matroska")],
    )
};

impl Container for Matroska {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn header(&self, _path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        // A header that breaks off leaves nothing to correct; the decoder reports it.
        let edits = scan(file, len).unwrap_or_default();
        let forward_only = edits != HeaderPatches::default();
        Ok(Some(ContainerHeader { edits, forward_only, ..ContainerHeader::default() }))
    }

    fn track(&self, file: &mut StemBytes, len: u64, id: u32) -> Option<TrackDetails> {
        read_trims(file, len, id).map(|trims| TrackDetails {
            codec: trims.codec.clone(),
            refused: None,
            rule: Box::new(trims),
        })
    }

    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        MkvTrims::default().plan(stream)
    }
}

impl TrimRule for MkvTrims {
    /// Uses `CodecDelay` (or Opus's pre-skip, which it repeats) and `DiscardPadding`; Vorbis has
    /// its priming block.
    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        let frames = |ns: u64| ((u128::from(ns) * u128::from(stream.rate_hz) + 500_000_000) / 1_000_000_000) as u64;
        let delay = self.codec_delay_ns.map(frames).filter(|&delay| delay > 0);
        let hold = self.discard_padding_ns.map_or(0, frames).min(MAX_HOLD);
        let (skip, source) = match (stream.pre_skip, delay) {
            (Some(pre_skip), _) => (pre_skip.into(), Some("pre-skip")),
            (None, _) if stream.is_vorbis => (stream.first_packet, Some("Vorbis first block")),
            (None, Some(delay)) => (delay, Some("CodecDelay")),
            (None, None) => (0, (hold > 0).then_some("DiscardPadding")),
        };
        let trim = Trim { start_frames: skip, end_frames: hold, source };
        TrimPlan { skip, hold, trim, ..TrimPlan::default() }
    }
}

/// Properties of one audio track of a Matroska file.
#[derive(Clone, Debug, Default, PartialEq)]
struct MkvTrims {
    /// Time to leave out at the start, in nanoseconds.
    codec_delay_ns: Option<u64>,
    /// Time to leave out at the end, in nanoseconds.
    discard_padding_ns: Option<u64>,
    /// The codec, as Matroska spells it: `A_OPUS`.
    codec: Option<String>,
}

/// Reads the trims of the track `number`. `None` for an unreadable file: the demuxer reports the
/// reason.
fn read_trims(file: &mut StemBytes, len: u64, number: u32) -> Option<MkvTrims> {
    let mut walker = Walker { reader: BufReader::with_capacity(4096, file), left: MAX_ELEMENTS };
    let (_, segment) = walker.children(0..len, &[SEGMENT]).ok()?.pop()?;
    let mut trims = MkvTrims::default();
    let parts = walker.children(segment, &[TRACKS, CLUSTER]).ok()?;
    for (_, tracks) in parts.iter().filter(|(id, _)| *id == TRACKS) {
        for (_, entry) in walker.children(tracks.clone(), &[TRACK_ENTRY]).ok()? {
            walker.read_entry(entry, number, &mut trims).ok()?;
        }
    }
    // DiscardPadding is beside the last block, and a group that has it contains that block alone.
    if let Some((_, cluster)) = parts.iter().rfind(|(id, _)| *id == CLUSTER) {
        for (_, group) in walker.children(cluster.clone(), &[BLOCK_GROUP]).ok()? {
            walker.read_group(group, number, &mut trims).ok()?;
        }
    }
    Some(trims)
}

/// Returns the edit that a file of `len` bytes needs when it breaks off. Its segment is shown as
/// one of unknown size, as in a live stream.
fn scan(file: &mut StemBytes, len: u64) -> io::Result<HeaderPatches> {
    let mut walker = Walker { reader: BufReader::with_capacity(4096, file), left: MAX_ELEMENTS };
    let mut edits = HeaderPatches::default();
    walker.reader.rewind()?;
    let Some((EBML, id_len)) = walker.vint(true)? else { return Ok(edits) };
    let Some((size, size_len)) = walker.vint(false)? else { return Ok(edits) };
    let at = (id_len + size_len).saturating_add(size);
    if at >= len {
        return Ok(edits);
    }
    walker.seek_to(at)?;
    let Some((id, id_len)) = walker.vint(true)? else { return Ok(edits) };
    let Some((size, size_len)) = walker.vint(false)? else { return Ok(edits) };
    if id == u64::from(SEGMENT) && (at + id_len + size_len).saturating_add(size) > len {
        let unknown = (1_u64 << (7 * size_len + 1)) - 1;
        edits.add(at + id_len, &unknown.to_be_bytes()[8 - size_len as usize..]);
    }
    Ok(edits)
}

struct Walker<R> {
    reader: BufReader<R>,
    left: usize,
}

impl<R: Read + Seek> Walker<R> {
    /// Returns the elements of the wanted kinds in a range. One of unknown size takes in the rest
    /// of its parent.
    fn children(&mut self, range: Range<u64>, wanted: &[u32]) -> io::Result<Vec<(u32, Range<u64>)>> {
        let mut found = Vec::new();
        let mut at = range.start;
        while at < range.end && self.left > 0 {
            self.left -= 1;
            self.seek_to(at)?;
            let Some((id, id_len)) = self.vint(true)? else { break };
            let Some((size, size_len)) = self.vint(false)? else { break };
            let body = at + id_len + size_len;
            let unknown = size == (1 << (7 * size_len)) - 1;
            let end = if unknown { range.end } else { body.saturating_add(size).min(range.end) };
            if let Ok(id) = u32::try_from(id)
                && wanted.contains(&id)
            {
                found.push((id, body..end.max(body)));
            }
            at = end.max(body);
        }
        Ok(found)
    }

    /// Skips within the buffer where possible: most elements are small.
    fn seek_to(&mut self, at: u64) -> io::Result<()> {
        let here = self.reader.stream_position()?;
        self.reader.seek_relative(at as i64 - here as i64)
    }

    /// Reads a variable-length number and its length in bytes. `None` if its first byte is 0 or the
    /// file ends.
    fn vint(&mut self, keep_marker: bool) -> io::Result<Option<(u64, u64)>> {
        let mut first = [0];
        if self.reader.read(&mut first)? == 0 || first[0] == 0 {
            return Ok(None);
        }
        let len = u64::from(first[0].leading_zeros()) + 1;
        let mut value = u64::from(if keep_marker { first[0] } else { first[0] & (0xff_u16 >> len) as u8 });
        for _ in 1..len {
            self.reader.read_exact(&mut first)?;
            value = value << 8 | u64::from(first[0]);
        }
        Ok(Some((value, len)))
    }

    fn number(&mut self, range: &Range<u64>) -> io::Result<u64> {
        self.seek_to(range.start)?;
        let mut bytes = [0; 8];
        let len = (range.end - range.start).min(8) as usize;
        self.reader.read_exact(&mut bytes[8 - len..])?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn read_entry(&mut self, entry: Range<u64>, number: u32, trims: &mut MkvTrims) -> io::Result<()> {
        let fields = self.children(entry, &[TRACK_NUMBER, CODEC_ID, CODEC_DELAY])?;
        let of = |wanted: u32| fields.iter().find(|(id, _)| *id == wanted).map(|(_, range)| range);
        let Some(track) = of(TRACK_NUMBER) else { return Ok(()) };
        if self.number(track)? != u64::from(number) {
            return Ok(());
        }
        if let Some(delay) = of(CODEC_DELAY) {
            trims.codec_delay_ns = Some(self.number(delay)?);
        }
        if let Some(codec) = of(CODEC_ID) {
            self.seek_to(codec.start)?;
            let mut bytes = vec![0; (codec.end - codec.start).min(64) as usize];
            self.reader.read_exact(&mut bytes)?;
            trims.codec = Some(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_string());
        }
        Ok(())
    }

    fn read_group(&mut self, group: Range<u64>, number: u32, trims: &mut MkvTrims) -> io::Result<()> {
        let fields = self.children(group, &[BLOCK, DISCARD_PADDING])?;
        let of = |wanted: u32| fields.iter().find(|(id, _)| *id == wanted).map(|(_, range)| range);
        let (Some(block), Some(padding)) = (of(BLOCK), of(DISCARD_PADDING)) else { return Ok(()) };
        self.seek_to(block.start)?;
        let track = self.vint(false)?.map(|(track, _)| track);
        if track == Some(u64::from(number)) {
            // A signed number; a negative one would mean padding at the start, which no encoder
            // writes.
            let bits = 64 - 8 * (padding.end - padding.start).clamp(1, 8) as u32;
            let signed = ((self.number(padding)? << bits) as i64) >> bits;
            trims.discard_padding_ns = u64::try_from(signed).ok();
        }
        Ok(())
    }
}

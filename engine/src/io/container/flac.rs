//! Native FLAC streams (RFC 9639 §8): their start, corrected for the decoder, and further streams
//! after the first.

use super::programmes::Programmes;
use super::timing::{StreamTiming, TrimPlan};
use super::{AudioFormat, Container, ContainerRow, PacketRules};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::peek::Peek;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::bytes::tags;
use std::io;
use std::ops::Range;
use symphonia::core::formats::well_known::FORMAT_ID_FLAC;

/// Most metadata blocks read; real files have fewer than ten.
const MAX_BLOCKS: usize = 1_000;
/// Most streams looked for in one file.
const MAX_PROGRAMMES: usize = 4_096;
/// `fLaC` and the header of the block that must follow: STREAMINFO, 34 bytes; without the flag
/// «last block».
const START: [u8; 8] = *b"fLaC\0\0\0\x22";
/// Smallest size of a block other than the last (§8.2).
const MIN_BLOCK: u16 = 16;

/// Start and end of STREAMINFO in a stream.
pub(super) const INFO_START: usize = START.len();
pub(super) const INFO_END: usize = INFO_START + INFO_BYTES;
const INFO_BYTES: usize = 34;
/// The start of a stream whose only metadata block is STREAMINFO.
pub(super) const LAST_INFO_BLOCK: &[u8] = b"fLaC\x80\0\0\x22";

/// The container.
#[derive(Debug)]
pub(super) struct Flac;

static ROW: ContainerRow = ContainerRow {
    may_be_tagged: true,
    demuxers: &[FORMAT_ID_FLAC],
    // Frames carry their position.
    packets: PacketRules { least_gap: Some(1), counts_from_start: true, ..PacketRules::NONE },
    ..ContainerRow::new(
        "flac",
        AudioFormat {
            name: "FLAC",
            extensions: &["flac"],
            codecs: "FLAC",
            trimming: "none; frame count of STREAMINFO",
            corrections: "sizes of blocks and frames in STREAMINFO that contradict each other; tags around the stream",
        },
        &[(b"fLaC", "FLAC")],
    )
};

impl Container for Flac {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn programmes(&self, file: &mut StemBytes, range: Range<u64>) -> io::Result<Programmes> {
        let range = tags::without_tags(file, range)?;
        let mut edits = HeaderPatches::default();
        let mut spans = streams(&mut Peek::new(file, range.end), range)?;
        for span in &mut spans {
            *span = tags::without_tags(file, span.clone())?;
            mend(&mut Peek::new(file, span.end), span.start, &mut edits)?;
        }
        Ok(Programmes { spans, edits })
    }

    fn plan(&self, stream: &StreamTiming) -> TrimPlan {
        // All of the stream is the recording, even if it is longer than its header states.
        TrimPlan { keep: None, ..TrimPlan::exactly(stream.frames.filter(|&frames| frames > 0)) }
    }
}

/// Adds the edits that a stream's STREAMINFO needs where it contradicts itself or its frames:
/// symphonia refuses it then (#554).
fn mend(peek: &mut Peek<'_>, start: u64, edits: &mut HeaderPatches) -> io::Result<()> {
    let at = start + INFO_START as u64;
    let Some(stored) = peek.at(at, 10)?.first_chunk::<10>().copied() else { return Ok(()) };
    let frame = match audio_start(peek, start)? {
        Some(at) => peek.at(at, 16)?.to_vec(),
        None => Vec::new(),
    };
    let mut mended = stored;
    mend_info(&mut mended, &frame);
    if mended != stored {
        edits.add(at, &mended);
    }
    Ok(())
}

/// Corrects the sizes of blocks and frames in a STREAMINFO by the first frame. At least ten bytes
/// of it are there.
pub(super) fn mend_info(info: &mut [u8], frame: &[u8]) {
    let u24 = |at: usize| u32::from_be_bytes([0, info[at], info[at + 1], info[at + 2]]);
    // Frame sizes are hints; contradictory ones are shown as unknown.
    if u24(7) > 0 && u24(7) < u24(4) {
        info[4..10].fill(0);
    }
    let (min, max) = (u16::from_be_bytes([info[0], info[1]]), u16::from_be_bytes([info[2], info[3]]));
    if min >= MIN_BLOCK && min == max {
        return;
    }
    let (min, max) = match Blocks::of(frame) {
        None => return,
        // Frames that are numbered by frame have one size, so both numbers state it.
        Some(Blocks::Fixed(frames)) => (frames.max(MIN_BLOCK), frames.max(MIN_BLOCK)),
        // A size that is below the least allowed, or above the greatest, is not known.
        Some(Blocks::Variable) if min >= MIN_BLOCK && max > min => return,
        Some(Blocks::Variable) => (MIN_BLOCK, if max > MIN_BLOCK { max } else { u16::MAX }),
    };
    info[..2].copy_from_slice(&min.to_be_bytes());
    info[2..4].copy_from_slice(&max.to_be_bytes());
}

/// Blocking strategy of a stream; where blocks are fixed, with the frames of the first one.
enum Blocks {
    Fixed(u16),
    Variable,
}

impl Blocks {
    /// Reads the strategy from the start of the first frame.
    fn of(frame: &[u8]) -> Option<Self> {
        // Sync code, strategy; block size and rate; channels and bits; then a number coded as in
        // UTF-8 (§9.1).
        let &[0xff, strategy @ (0xf8 | 0xf9), sizes, _, number, ..] = frame else { return None };
        if strategy == 0xf9 {
            return Some(Self::Variable);
        }
        let size_at = 4 + if number < 0x80 { 1 } else { number.leading_ones() as usize };
        let frames = match sizes >> 4 {
            1 => 192,
            code @ 2..=5 => 144 << code,
            6 => frame.get(size_at).map_or(0, |&less_one| u16::from(less_one) + 1),
            7 => frame.get(size_at..size_at + 2).map_or(0, |b| u16::from_be_bytes([b[0], b[1]]).saturating_add(1)),
            code @ 8.. => 1 << code,
            _ => 0,
        };
        (frames > 0).then_some(Self::Fixed(frames))
    }
}

/// The fields of STREAMINFO (§8.2).
pub(super) struct StreamInfo(pub(super) [u8; INFO_BYTES]);

impl StreamInfo {
    /// Builds STREAMINFO for a stream that has none, from its first frame. `None` where that does
    /// not name its bits.
    pub(super) fn of_frame(frame: &[u8], rate_hz: u32, channels: u32) -> Option<Self> {
        let bits = match frame.get(3)? >> 1 & 7 {
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            7 => 32,
            _ => return None,
        };
        if frame[..2] != [0xff, 0xf8] && frame[..2] != [0xff, 0xf9]
            || !(1..=8).contains(&channels)
            || rate_hz >> 20 != 0
        {
            return None;
        }
        let mut info = [0; INFO_BYTES];
        // Rate 20 bits, channels less one 3, bits less one 5.
        let packed = rate_hz << 12 | (channels - 1) << 9 | (bits - 1) << 4;
        info[10..14].copy_from_slice(&packed.to_be_bytes());
        Some(Self(info))
    }
}

/// Finds STREAMINFO in the cookie of another container: bare, after `fLaC`, or in a `dfLa` box.
pub(super) fn info_in_cookie(cookie: &[u8]) -> Option<StreamInfo> {
    let bare = |bytes: &[u8]| bytes.first_chunk::<INFO_BYTES>().map(|info| StreamInfo(*info));
    if let Some(at) = memchr::memmem::find(cookie, b"fLaC") {
        return bare(cookie.get(at + INFO_START..)?);
    }
    if let Some(at) = memchr::memmem::find(cookie, b"dfLa") {
        // Version and flags, then the header of the block.
        return bare(cookie.get(at + 12..)?);
    }
    bare(cookie).filter(|_| cookie.len() == INFO_BYTES)
}

/// Returns the start of the frames.
fn audio_start(peek: &mut Peek<'_>, start: u64) -> io::Result<Option<u64>> {
    let mut at = start + 4;
    for _ in 0..MAX_BLOCKS {
        let Some(&[kind, a, b, c]) = peek.at(at, 4)?.first_chunk::<4>() else { break };
        at += 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind & 0x80 != 0 {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Returns the streams in a range that begins with one.
fn streams(peek: &mut Peek<'_>, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
    let (mut found, mut start) = (Vec::new(), range.start);
    let mut from = audio_start(peek, start)?.unwrap_or(range.end);
    while found.len() < MAX_PROGRAMMES
        && let Some(at) = peek.find(from, &START[..4])?
    {
        let next = peek.at(at, START.len())?;
        let is_start = next.get(4..8).is_some_and(|block| block[0].trailing_zeros() >= 7 && block[1..] == START[5..]);
        from = at + 4;
        if is_start {
            found.push(start..at);
            start = at;
            from = audio_start(peek, start)?.unwrap_or(range.end).max(from);
        }
    }
    found.push(start..range.end);
    Ok(found)
}

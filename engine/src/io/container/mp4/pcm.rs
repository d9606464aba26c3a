//! Uncompressed audio in `QuickTime` and MP4: location and coding of its chunks (`QuickTime` File
//! Format, «Sound sample descriptions»; ISO/IEC 23003-5 for `ipcm` and `fpcm`).

use super::boxes::{Mp4Walker, be_u32};
use super::fragments;
use super::{Mp4, ROW};
use crate::audio::ChannelLayout;
use crate::io::DecodeError;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::WordKind;
use crate::io::codec::pcm::file::{PcmCoding, PcmFile, checked_channels, checked_rate};
use crate::io::codec::pcm::justification;
use crate::io::container::apple_layout;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::path::Path;

/// `lpcm` flags (CoreAudioBaseTypes.h): float, big-endian, signed.
const FLOAT: u32 = 1;
const BIG_ENDIAN: u32 = 2;
const SIGNED: u32 = 4;

/// A sound sample description.
#[derive(Default)]
struct Description {
    kind: [u8; 4],
    channels: u32,
    bits: u32,
    rate_hz: f64,
    /// Of version 1 and 2: bytes of a frame; 0 where they are not stated.
    frame_bytes: u32,
    /// Of version 2.
    lpcm_flags: Option<u32>,
    /// The `enda` atom: true if samples are little-endian.
    enda: Option<bool>,
    /// The `pcmC` box: true if samples are little-endian, and their bits.
    config: Option<(bool, u32)>,
    layout: Vec<u8>,
}

/// The first audio track and its samples.
struct Found {
    track: u32,
    description: Description,
    /// Start of each chunk, and the frames in it.
    chunks: Vec<(u64, u64)>,
    frames: u64,
    /// Ranges of further samples, in fragments after the header.
    fragments: Vec<Range<u64>>,
}

/// Reads the first audio track of a file of `len` bytes; `None` if it is compressed, or not found.
///
/// # Errors
/// When the header names an invalid channel count, rate or depth.
pub(super) fn read(path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<PcmFile>, DecodeError> {
    // The demuxer reports a header that breaks off.
    let Ok(Some(found)) = find(file, len) else { return Ok(None) };
    let Found { track, description, chunks, mut frames, fragments } = found;
    let Some(mut coding) = coding(&description) else { return Ok(None) };
    let channels = checked_channels(path, description.channels.into())?;
    let rate_hz = checked_rate(path, description.rate_hz)?;
    let frame_bytes = coding.frame_bytes(channels);
    if coding.bits.div_ceil(8) < u32::from(coding.word.bytes) {
        let at = chunks.first().map(|chunk| chunk.0).or(fragments.first().map(|run| run.start)).unwrap_or(0);
        coding.word = justification::find(file, at, coding).map_err(|error| DecodeError::from_io(path, &error))?;
    }
    let mut parts: Vec<Range<u64>> = Vec::new();
    let mut left = frames;
    for (at, count) in chunks {
        let count = count.min(left);
        left -= count;
        join(&mut parts, at..at.saturating_add(count.saturating_mul(frame_bytes)));
    }
    for run in fragments {
        let count = (run.end - run.start) / frame_bytes;
        frames = frames.saturating_add(count);
        join(&mut parts, run.start..run.start.saturating_add(count * frame_bytes));
    }
    Ok(Some(PcmFile {
        container: &Mp4,
        name: ROW.id,
        coding,
        rate_hz,
        layout: apple_layout::parse(&description.layout, channels).unwrap_or_else(|| ChannelLayout::usual(channels)),
        parts,
        frames: Some(frames),
        time_stamp: None,
        remarks: Vec::new(),
        track: Some(track),
    }))
}

/// Adds a part after the others; one that begins where the last ends continues it.
fn join(parts: &mut Vec<Range<u64>>, part: Range<u64>) {
    match parts.last_mut() {
        Some(last) if last.end == part.start => last.end = part.end,
        _ => parts.push(part),
    }
}

fn find(file: &mut StemBytes, len: u64) -> io::Result<Option<Found>> {
    let mut walker = Mp4Walker::new(file);
    let Some(moov) = walker.child(0..len, *b"moov")? else { return Ok(None) };
    for (kind, trak) in walker.children(moov)? {
        if &kind != b"trak" {
            continue;
        }
        let Some(handler) = walker.path(&trak, &[b"mdia", b"hdlr"])? else { continue };
        if &walker.bytes::<4>(handler.start + 8)? != b"soun" {
            continue;
        }
        let (Some(track), Some(table)) = (walker.track_id(&trak)?, walker.path(&trak, &[b"mdia", b"minf", b"stbl"])?)
        else {
            return Ok(None);
        };
        let timescale = match walker.path(&trak, &[b"mdia", b"mdhd"])? {
            Some(mdhd) => walker.timescale(&mdhd)?,
            None => 0,
        };
        let Some(stsd) = walker.child(table.clone(), *b"stsd")? else { return Ok(None) };
        let Some((kind, entry)) = walker.children(stsd.start + 8..stsd.end)?.into_iter().next() else {
            return Ok(None);
        };
        let mut description = describe(&mut walker, kind, &entry)?;
        // A rate of 16 bits cannot express 88.2 kHz and more: the clock of the media can.
        if description.rate_hz < 1.0 || (f64::from(timescale) > 65_535.0 && description.lpcm_flags.is_none()) {
            description.rate_hz = timescale.into();
        }
        let (chunks, frames) = chunks(&mut walker, &table, len)?;
        let fragments = fragments::runs(&mut walker, len, track)?;
        let is_empty = chunks.is_empty() && fragments.is_empty();
        return Ok((!is_empty).then_some(Found { track, description, chunks, frames, fragments }));
    }
    Ok(None)
}

/// Reads a description: its fields by version, and the boxes after them.
fn describe<R: Read + Seek>(walker: &mut Mp4Walker<R>, kind: [u8; 4], entry: &Range<u64>) -> io::Result<Description> {
    let fields: [u8; 28] = walker.bytes(entry.start)?;
    let u16_at = |at: usize| u16::from_be_bytes([fields[at], fields[at + 1]]);
    let version = u16_at(8);
    let mut description = Description {
        kind,
        channels: u16_at(16).into(),
        bits: u16_at(18).into(),
        rate_hz: f64::from(be_u32(&fields[24..])) / 65_536.0,
        ..Description::default()
    };
    let mut boxes = entry.start + 28;
    match version {
        1 => {
            let more: [u8; 16] = walker.bytes(boxes)?;
            description.frame_bytes = be_u32(&more[8..]);
            boxes += 16;
        }
        2 => {
            let more: [u8; 36] = walker.bytes(boxes)?;
            description.rate_hz = f64::from_be_bytes(std::array::from_fn(|i| more[4 + i]));
            description.channels = be_u32(&more[12..]);
            description.bits = be_u32(&more[20..]);
            description.lpcm_flags = Some(be_u32(&more[24..]));
            description.frame_bytes = be_u32(&more[28..]);
            boxes += 36;
        }
        _ => {}
    }
    let mut found = walker.children(boxes..entry.end)?;
    if let Some((_, wave)) = found.iter().find(|(kind, _)| kind == b"wave") {
        let inner = walker.children(wave.clone())?;
        found.extend(inner);
    }
    for (kind, body) in found {
        match &kind {
            b"enda" => description.enda = Some(walker.bytes::<2>(body.start)? != [0, 0]),
            b"pcmC" => {
                let config: [u8; 6] = walker.bytes(body.start)?;
                description.config = Some((config[4] & 1 == 1, config[5].into()));
            }
            b"chan" => {
                let wanted = (body.end - body.start).saturating_sub(4).min(apple_layout::MAX_BYTES as u64);
                description.layout = (0..wanted / 4)
                    .map(|index| walker.bytes::<4>(body.start + 4 + index * 4))
                    .collect::<io::Result<Vec<[u8; 4]>>>()?
                    .concat();
            }
            _ => {}
        }
    }
    Ok(description)
}

/// Returns the coding that a description names; `None` if it is compressed or contradicts itself.
fn coding(description: &Description) -> Option<PcmCoding> {
    use WordKind::{ALaw, Float, MuLaw, Signed, Unsigned};
    let little = description.enda.unwrap_or(false);
    let bits = description.bits;
    let bytes = |bits: u32| (1..=64).contains(&bits).then(|| bits.div_ceil(8) as u8);
    Some(match &description.kind {
        b"alaw" => PcmCoding::new(1, true, ALaw),
        b"ulaw" => PcmCoding::new(1, true, MuLaw),
        b"sowt" => PcmCoding::new(bytes(bits)?, false, Signed),
        b"twos" => PcmCoding::new(bytes(bits)?, !little, Signed),
        // 8 bits are offset binary; more are as in `twos`.
        b"raw " | b"NONE" | [0, 0, 0, 0] if bits <= 8 => PcmCoding::new(1, true, Unsigned),
        b"raw " | b"NONE" | [0, 0, 0, 0] => PcmCoding::new(bytes(bits)?, !little, Signed),
        b"in24" => PcmCoding::new(3, !little, Signed),
        b"in32" => PcmCoding::new(4, !little, Signed),
        b"fl32" => PcmCoding::new(4, !little, Float),
        b"fl64" => PcmCoding::new(8, !little, Float),
        b"ipcm" => {
            let (little, bits) = description.config?;
            PcmCoding::new(bytes(bits)?, !little, Signed)
        }
        b"fpcm" => {
            let (little, bits) = description.config?;
            PcmCoding::new(bytes(bits).filter(|bytes| matches!(bytes, 4 | 8))?, !little, Float)
        }
        b"lpcm" => {
            // Without flags, which only version 2 has: little-endian integers.
            let flags = description.lpcm_flags.unwrap_or(SIGNED);
            let word = description.frame_bytes / description.channels.max(1);
            let is_wide = description.lpcm_flags.is_some()
                && description.frame_bytes.is_multiple_of(description.channels.max(1))
                && (bits.div_ceil(8)..=8).contains(&word);
            let word = if is_wide { word as u8 } else { bytes(bits)? };
            let kind = match flags {
                flags if flags & FLOAT != 0 && matches!(word, 4 | 8) => Float,
                flags if flags & FLOAT != 0 => return None,
                flags if flags & SIGNED != 0 => Signed,
                _ => Unsigned,
            };
            let coding = PcmCoding::new(word.max(1), flags & BIG_ENDIAN != 0, kind);
            if kind == Signed { coding.with_bits(bits.clamp(1, 64)) } else { coding }
        }
        _ => return None,
    })
}

/// Returns the start of each chunk and its frames. In uncompressed audio, a sample of the table is
/// a frame.
fn chunks<R: Read + Seek>(
    walker: &mut Mp4Walker<R>,
    table: &Range<u64>,
    len: u64,
) -> io::Result<(Vec<(u64, u64)>, u64)> {
    let none = || Ok((Vec::new(), 0));
    let (Some(stsc), Some(stsz)) = (walker.child(table.clone(), *b"stsc")?, walker.child(table.clone(), *b"stsz")?)
    else {
        return none();
    };
    let frames = u64::from(be_u32(&walker.bytes::<4>(stsz.start + 8)?));
    let (offsets, wide) = match walker.child(table.clone(), *b"stco")? {
        Some(stco) => (stco, false),
        None => match walker.child(table.clone(), *b"co64")? {
            Some(co64) => (co64, true),
            None => return none(),
        },
    };
    let entry_bytes = if wide { 8 } else { 4 };
    // A count is a claim: the box has no room for more entries than this.
    let room = |body: &Range<u64>, bytes: u64| (body.end.min(len).saturating_sub(body.start + 8)) / bytes;
    let count = u64::from(be_u32(&walker.bytes::<4>(offsets.start + 4)?)).min(room(&offsets, entry_bytes));
    let runs = u64::from(be_u32(&walker.bytes::<4>(stsc.start + 4)?)).min(room(&stsc, 12));
    let mut run = 0;
    let (mut per_chunk, mut next_run) = (0, None::<u64>);
    let mut found = Vec::new();
    for index in 0..count {
        // Runs count chunks from 1.
        while run < runs && next_run.is_none_or(|first| first <= index + 1) {
            let entry: [u8; 12] = walker.bytes(stsc.start + 8 + run * 12)?;
            if u64::from(be_u32(&entry)) > index + 1 {
                next_run = Some(be_u32(&entry).into());
                break;
            }
            per_chunk = u64::from(be_u32(&entry[4..]));
            run += 1;
            next_run = None;
        }
        let at = offsets.start + 8 + index * entry_bytes;
        let at = if wide { u64::from_be_bytes(walker.bytes(at)?) } else { be_u32(&walker.bytes::<4>(at)?).into() };
        found.push((at, per_chunk));
    }
    Ok((found, frames))
}

//! Uncompressed audio in a Core Audio file (Apple, Core Audio Format Specification 1.0).

use super::decode::WordKind;
use super::patch::read_up_to;
use super::pcm_file::{PcmCoding, PcmFile, checked_channels, checked_rate};
use super::{DecodeError, apple_layout, justification};
use crate::audio::ChannelLayout;
use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::Path;

/// Chunks looked at; real files have fewer than twenty.
const MAX_CHUNKS: usize = 1_000;
/// `kCAFLinearPCMFormatFlagIsFloat` and `…IsLittleEndian`.
const FLOAT: u32 = 1;
const LITTLE_ENDIAN: u32 = 2;

#[derive(Default)]
struct Chunks {
    description: Option<[u8; 32]>,
    channels: Vec<u8>,
    /// Where the samples begin, and the bytes of them where the header knows.
    data: Option<(u64, Option<u64>)>,
}

/// Reads the header of a file of `len` bytes; none when it is not such a file, breaks off before its audio, or is compressed.
///
/// # Errors
/// When the disk fails, or the header names channels, a rate or a depth that cannot be.
pub(super) fn read(path: &Path, file: &mut File, len: u64) -> Result<Option<PcmFile>, DecodeError> {
    let from_io = |error| DecodeError::from_io(path, &error);
    let Some(chunks) = scan(file).map_err(from_io)? else { return Ok(None) };
    let Chunks { description: Some(description), channels: layout, data: Some((start, size)) } = chunks else {
        return Ok(None);
    };
    let word = |at: usize| u32::from_be_bytes(std::array::from_fn(|i| description[at + i]));
    let kind = &description[8..12];
    if !matches!(kind, b"lpcm" | b"alaw" | b"ulaw") {
        return Ok(None);
    }
    let channels = checked_channels(path, word(24).into())?;
    let rate_hz = checked_rate(path, f64::from_be_bytes(std::array::from_fn(|i| description[i])))?;
    let (flags, packet_bytes, packet_frames, bits) = (word(12), word(16), word(20), word(28));
    if packet_frames > 1 {
        return Err(DecodeError::damaged(path, format!("its header names packets of {packet_frames} frames")));
    }
    let big_endian = flags & LITTLE_ENDIAN == 0;
    let aligned = packet_bytes / channels as u32;
    let is_whole = packet_bytes % channels as u32 == 0 && (bits.div_ceil(8).max(1)..=8).contains(&aligned);
    let bytes = if is_whole { aligned } else { bits.div_ceil(8) };
    let mut coding = match kind {
        b"alaw" => PcmCoding::new(1, big_endian, WordKind::ALaw),
        b"ulaw" => PcmCoding::new(1, big_endian, WordKind::MuLaw),
        _ if flags & FLOAT != 0 && matches!(bytes, 4 | 8) => PcmCoding::new(bytes as u8, big_endian, WordKind::Float),
        _ if flags & FLOAT == 0 && (1..=8).contains(&bytes) => {
            let bits = if (1..=8 * bytes).contains(&bits) { bits } else { 8 * bytes };
            PcmCoding::new(bytes as u8, big_endian, WordKind::Signed).with_bits(bits)
        }
        _ => return Err(DecodeError::damaged(path, format!("its header names samples of {bits} bits"))),
    };
    if coding.bits.div_ceil(8) < u32::from(coding.word.bytes) {
        coding.word = justification::find(file, start, coding).map_err(from_io)?;
    }
    let frame_bytes = coding.frame_bytes(channels);
    let frames = size.unwrap_or(len - start.min(len)) / frame_bytes;
    Ok(Some(PcmFile {
        container: "caf",
        coding,
        rate_hz,
        layout: apple_layout::parse(&layout, channels).unwrap_or_else(|| ChannelLayout::usual(channels)),
        parts: std::iter::once(start..start.saturating_add(frames.saturating_mul(frame_bytes))).collect(),
        frames: Some(frames),
        time_stamp: None,
        remarks: Vec::new(),
        mp4_track: None,
    }))
}

fn scan(file: &mut File) -> io::Result<Option<Chunks>> {
    let mut reader = BufReader::with_capacity(4096, file);
    let mut read = |at: u64, out: &mut [u8]| -> io::Result<bool> {
        reader.seek(SeekFrom::Start(at))?;
        Ok(read_up_to(&mut reader, out)? == out.len())
    };
    let mut top = [0; 8];
    if !read(0, &mut top)? || &top[..4] != b"caff" {
        return Ok(None);
    }
    let (mut chunks, mut at) = (Chunks::default(), 8_u64);
    for _ in 0..MAX_CHUNKS {
        let mut header = [0; 12];
        if !read(at, &mut header)? {
            break;
        }
        let size = i64::from_be_bytes(std::array::from_fn(|i| header[4 + i]));
        let (body, size) = (at + 12, u64::try_from(size).ok());
        match &header[..4] {
            b"desc" => {
                let mut fields = [0; 32];
                chunks.description = read(body, &mut fields)?.then_some(fields);
            }
            b"chan" => {
                let mut bytes = vec![0; size.unwrap_or(0).min(apple_layout::MAX_BYTES as u64) as usize];
                if read(body, &mut bytes)? {
                    chunks.channels = bytes;
                }
            }
            // Four bytes that count edits stand before the samples.
            b"data" => chunks.data = Some((body + 4, size.map(|size| size.saturating_sub(4)))),
            _ => {}
        }
        let Some(next) = size.and_then(|size| body.checked_add(size)) else { break };
        at = next;
    }
    Ok(Some(chunks))
}

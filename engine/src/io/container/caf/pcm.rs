//! Uncompressed audio in a Core Audio file (Apple, Core Audio Format Specification 1.0).

use super::chunks::{CafChunks, EDIT_COUNT};
use super::{Caf, ROW};
use crate::audio::ChannelLayout;
use crate::io::DecodeError;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::WordKind;
use crate::io::codec::pcm::file::{PcmCoding, PcmFile, checked_channels, checked_rate};
use crate::io::codec::pcm::justification;
use crate::io::container::apple_layout;
use std::path::Path;

/// `kCAFLinearPCMFormatFlagIsFloat` and `…IsLittleEndian`.
const FLOAT: u32 = 1;
const LITTLE_ENDIAN: u32 = 2;

/// Reads the header of a file of `len` bytes. Returns `None` if it is not such a file, breaks off
/// before its audio, or is compressed.
///
/// # Errors
/// When the disk fails, or the header names an invalid channel count, rate or depth.
pub(super) fn read(
    path: &Path,
    file: &mut StemBytes,
    len: u64,
    chunks: &CafChunks,
) -> Result<Option<PcmFile>, DecodeError> {
    let from_io = |error| DecodeError::from_io(path, &error);
    let (Some(description), Some(rate_hz), Some((body, size))) = (chunks.description, chunks.rate_hz(), chunks.data)
    else {
        return Ok(None);
    };
    let (start, size) = (body + EDIT_COUNT, size.map(|size| size.saturating_sub(EDIT_COUNT)));
    let kind = &description[8..12];
    if !matches!(kind, b"lpcm" | b"alaw" | b"ulaw") {
        return Ok(None);
    }
    let word = |at: usize| chunks.word(at).unwrap_or(0);
    let channels = checked_channels(path, word(24).into())?;
    let rate_hz = checked_rate(path, rate_hz)?;
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
        container: &Caf,
        name: ROW.id,
        coding,
        rate_hz,
        layout: apple_layout::parse(&chunks.channels, channels).unwrap_or_else(|| ChannelLayout::usual(channels)),
        parts: std::iter::once(start..start.saturating_add(frames.saturating_mul(frame_bytes))).collect(),
        frames: Some(frames),
        time_stamp: None,
        remarks: Vec::new(),
        track: None,
    }))
}

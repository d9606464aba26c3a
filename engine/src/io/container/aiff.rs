//! AIFF and AIFF-C (Apple, Audio Interchange File Format 1.3 and AIFF-C draft of 1991):
//! uncompressed audio in big-endian chunks.

use super::header::ContainerHeader;
use super::names::refused_form;
use super::{AudioFormat, Container, ContainerRow, apple_layout};
use crate::audio::ChannelLayout;
use crate::io::DecodeError;
use crate::io::bytes::chunk_walk::{Chunk, ChunkWalk};
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::WordKind;
use crate::io::codec::pcm::file::{PcmCoding, PcmFile, checked_channels, checked_rate};
use std::io;
use std::path::Path;
use symphonia::core::formats::well_known::FORMAT_ID_AIFF;

/// The container.
#[derive(Debug)]
pub(super) struct Aiff;

static ROW: ContainerRow = ContainerRow {
    refused: &[(b"8SVX", "IFF 8SVX"), (b"16SV", "IFF 8SVX"), (b"MAUD", "IFF MAUD")],
    demuxers: &[FORMAT_ID_AIFF],
    ..ContainerRow::new(
        "aiff",
        AudioFormat {
            name: "AIFF",
            extensions: &["aif", "aiff", "aifc"],
            codecs: "PCM of up to 64 bits in either byte order, float of 32 and 64, A-law, µ-law",
            trimming: "frame count of `COMM`",
            corrections: "sizes that were never filled in",
        },
        &[(b"FORM", "IFF")],
    )
};

impl Container for Aiff {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn refuses(&self, head: &[u8]) -> Option<&'static str> {
        if self.begins(head) { refused_form(head, ROW.refused) } else { None }
    }

    fn header(&self, path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        Ok(read(path, file, len)?.map(ContainerHeader::uncompressed))
    }
}

/// Content of the chunks, unchecked.
#[derive(Default)]
struct AiffChunks {
    is_aifc: bool,
    common: Option<[u8; 22]>,
    sound: Option<(Chunk, u64)>,
    channels: Vec<u8>,
}

/// Reads the header of a file of `len` bytes. Returns `None` if it is not an AIFF file, or its
/// first chunks are missing.
///
/// # Errors
/// When the disk fails, the header names an invalid channel count, rate or depth, or the audio is
/// compressed.
fn read(path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<PcmFile>, DecodeError> {
    let scanned = scan(file, len).map_err(|error| DecodeError::from_io(path, &error))?;
    let Some(AiffChunks { is_aifc, common: Some(common), sound, channels: layout }) = scanned else { return Ok(None) };
    let u16_at = |at: usize| u16::from_be_bytes([common[at], common[at + 1]]);
    let channels = checked_channels(path, u16_at(0).into())?;
    let rate_hz = checked_rate(path, extended(std::array::from_fn(|i| common[8 + i])))?;
    let kind: [u8; 4] = if is_aifc { std::array::from_fn(|i| common[18 + i]) } else { *b"NONE" };
    let bits = u32::from(u16_at(6));
    let coding = coding(path, kind, bits)?;
    let Some((chunk, offset)) = sound else { return Err(DecodeError::NoAudio { path: path.into() }) };

    let promised = u64::from(u32::from_be_bytes([common[2], common[3], common[4], common[5]]));
    let frame_bytes = coding.frame_bytes(channels);
    let start = chunk.body.saturating_add(8).saturating_add(offset);
    let held = len - start.min(len);
    // A size of 0 was never filled in; a file that holds less than the size breaks off.
    let claimed = match chunk.size {
        0 | u32::MAX => held,
        size => u64::from(size).saturating_sub(8 + offset),
    };
    let claimed_frames = claimed / frame_bytes;
    let (frames, mut remarks) = (if promised == 0 { claimed_frames.min(held / frame_bytes) } else { promised }, vec![]);
    if promised != 0 && claimed_frames > promised {
        remarks.push(format!(
            "its header counts {promised} frames although its audio has room for {claimed_frames}; only what is counted was read"
        ));
    }
    Ok(Some(PcmFile {
        container: &Aiff,
        name: ROW.id,
        coding,
        rate_hz,
        layout: apple_layout::parse(&layout, channels).unwrap_or_else(|| ChannelLayout::usual(channels)),
        parts: std::iter::once(start..start.saturating_add(frames.saturating_mul(frame_bytes).min(claimed))).collect(),
        frames: Some(frames),
        time_stamp: None,
        remarks,
        track: None,
    }))
}

fn scan(file: &mut StemBytes, len: u64) -> io::Result<Option<AiffChunks>> {
    let mut walk = ChunkWalk::new(file, len, 12, true);
    let mut top = [0; 12];
    if walk.read(0, &mut top)? < 12 || &top[..4] != b"FORM" || !matches!(&top[8..], b"AIFF" | b"AIFC") {
        return Ok(None);
    }
    let mut chunks = AiffChunks { is_aifc: &top[8..] == b"AIFC", ..AiffChunks::default() };
    while let Some(chunk) = walk.enter()? {
        match &chunk.id {
            b"COMM" => {
                let (bytes, count) = walk.content::<22>(&chunk)?;
                chunks.common = (count >= 18).then_some(bytes);
            }
            b"SSND" => {
                let mut bytes = [0; 4];
                if walk.read(chunk.body, &mut bytes)? == 4 {
                    chunks.sound = Some((chunk, u32::from_be_bytes(bytes).into()));
                }
            }
            b"CHAN" => {
                let (bytes, count) = walk.content::<{ apple_layout::MAX_BYTES }>(&chunk)?;
                chunks.channels = bytes[..count].to_vec();
            }
            _ => {}
        }
        // A size that was never filled in means that the audio is the last chunk.
        if &chunk.id == b"SSND" && chunk.size == 0 && chunks.common.is_some() {
            break;
        }
        walk.leave(&chunk, chunk.size.into())?;
    }
    Ok(Some(chunks))
}

fn coding(path: &Path, kind: [u8; 4], bits: u32) -> Result<PcmCoding, DecodeError> {
    let integer = |big_endian| match bits {
        1..=64 => Ok(PcmCoding::new(bits.div_ceil(8) as u8, big_endian, WordKind::Signed).with_bits(bits)),
        _ => Err(DecodeError::damaged(path, format!("its header names samples of {bits} bits"))),
    };
    Ok(match &kind {
        b"NONE" | b"twos" | b"in16" => integer(true)?,
        b"sowt" => integer(false)?,
        b"raw " => PcmCoding::new(1, true, WordKind::Unsigned),
        b"in24" => PcmCoding::new(3, true, WordKind::Signed),
        b"in32" => PcmCoding::new(4, true, WordKind::Signed),
        b"42ni" | b"ni24" => PcmCoding::new(3, false, WordKind::Signed),
        b"23ni" | b"ni32" => PcmCoding::new(4, false, WordKind::Signed),
        b"fl32" | b"FL32" => PcmCoding::new(4, true, WordKind::Float),
        b"fl64" | b"FL64" => PcmCoding::new(8, true, WordKind::Float),
        b"alaw" | b"ALAW" => PcmCoding::new(1, true, WordKind::ALaw),
        b"ulaw" | b"ULAW" => PcmCoding::new(1, true, WordKind::MuLaw),
        other => {
            return Err(DecodeError::Unsupported {
                path: path.into(),
                container: "aiff".into(),
                codec: other.escape_ascii().to_string(),
                reason: "no decoder for it".into(),
            });
        }
    })
}

/// Reads a number in IEEE 754's extended format: sign and exponent of 16 bits, mantissa of 64 with
/// its leading bit.
fn extended(bytes: [u8; 10]) -> f64 {
    let exponent = i32::from(u16::from_be_bytes([bytes[0], bytes[1]]) & 0x7fff) - 16_383 - 63;
    let mantissa = u64::from_be_bytes(std::array::from_fn(|i| bytes[2 + i]));
    if bytes[0] & 0x80 != 0 { 0.0 } else { mantissa as f64 * libm::exp2(f64::from(exponent)) }
}

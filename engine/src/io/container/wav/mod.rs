//! WAVE files: RIFF, RF64, BW64 and big-endian RIFX. Uncompressed audio is read directly. For other
//! codecs, the header is corrected before the decoder reads it.

mod format;

use self::format::{Uncompressed, WaveFormat};
use super::header::ContainerHeader;
use super::names::refused_form;
use super::{AudioFormat, Container, ContainerRow};
use crate::io::DecodeError;
use crate::io::bytes::chunk_walk::{Chunk, ChunkWalk};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::pcm::file::{PcmFile, checked_channels, checked_rate};
use crate::io::codec::pcm::justification;
use crate::io::stem::time_stamp::{self, TimeStamp};
use std::io;
use std::path::Path;
use symphonia::core::formats::well_known::FORMAT_ID_WAVE;

/// Size written where it was not known yet.
const UNKNOWN: u32 = u32::MAX;
/// Size that sox writes when it cannot seek back.
const SOX_UNKNOWN: u32 = 0x7fff_f000;

/// The container.
#[derive(Debug)]
pub(super) struct Wav;

static ROW: ContainerRow = ContainerRow {
    refused: &[
        (b"AVI ", "AVI video"),
        (b"WEBP", "a WebP image"),
        (b"RMID", "MIDI in RIFF"),
        (b"sfbk", "a SoundFont"),
        (b"CDXA", "a CD-ROM XA file"),
    ],
    demuxers: &[FORMAT_ID_WAVE],
    ..ContainerRow::new(
        "wav",
        AudioFormat {
            name: "WAV",
            extensions: &["wav", "wave", "rf64", "bw64"],
            codecs: "PCM of up to 64 bits, float of 32 and 64, A-law, µ-law, MS and IMA ADPCM",
            trimming: "size of `data`, or of `ds64` in RF64 and BW64",
            corrections: "sizes that were never filled in; block aligns that contradict the bits; \
                          samples in the low bits of wider words; lists that break off",
        },
        &[(b"RIFF", "RIFF"), (b"RIFX", "RIFX"), (b"RF64", "RF64"), (b"BW64", "BW64")],
    )
};

impl Container for Wav {
    fn row(&self) -> &'static ContainerRow {
        &ROW
    }

    fn refuses(&self, head: &[u8]) -> Option<&'static str> {
        let is_riff = head.starts_with(b"RIFF") || head.starts_with(b"RIFX");
        if is_riff { refused_form(head, ROW.refused) } else { None }
    }

    fn header(&self, path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
        read(path, file, len)
    }

    fn reported(&self, name: &str) -> &'static str {
        match name {
            "rf64" => "rf64",
            "bw64" => "bw64",
            _ => ROW.id,
        }
    }
}

/// Content of the chunks, unchecked.
struct RiffChunks {
    container: &'static str,
    format: WaveFormat,
    data: Chunk,
    /// Bytes of audio by the header.
    claimed: Option<u64>,
    time_stamp: Option<TimeStamp>,
    remarks: Vec<String>,
    edits: HeaderPatches,
}

/// Reads the header of a file of `len` bytes. Returns `None` if it is not a WAVE file or its first
/// chunks are missing. Leaves the file at any position.
fn read(path: &Path, file: &mut StemBytes, len: u64) -> Result<Option<ContainerHeader>, DecodeError> {
    let from_io = |error| DecodeError::from_io(path, &error);
    let Some(chunks) = scan(file, len).map_err(from_io)? else { return Ok(None) };
    let RiffChunks { container, format, data, claimed, time_stamp, mut remarks, edits } = chunks;
    let channels = checked_channels(path, format.channels.into())?;
    let rate_hz = checked_rate(path, format.rate_hz.into())?;
    let unsupported = |reason: &str| {
        let (container, codec) = (container.to_string(), format.name());
        DecodeError::Unsupported { path: path.into(), container, codec, reason: reason.into() }
    };
    let mut coding = match format.uncompressed(container == "rifx") {
        Uncompressed::Coding(coding) => coding,
        Uncompressed::Damaged(reason) => return Err(DecodeError::damaged(path, reason)),
        Uncompressed::Unsupported(reason) => return Err(unsupported(reason)),
        // Only these codecs have a decoder, and none in the other byte order.
        Uncompressed::No if format.tag != 0x0002 && format.tag != 0x0011 || container == "rifx" => {
            return Err(unsupported("no decoder for it"));
        }
        Uncompressed::No => {
            let (name, codec) = (Some(container), Some(format.name()));
            return Ok(Some(ContainerHeader { name, codec, edits, ..ContainerHeader::default() }));
        }
    };
    if coding.bits.div_ceil(8) < u32::from(coding.word.bytes) {
        coding.word = justification::find(file, data.body, coding).map_err(from_io)?;
    }
    remarks.extend(format.contradiction(coding));
    let (frame_bytes, held) = (coding.frame_bytes(channels), len - data.body.min(len));
    let frames = claimed.unwrap_or(held) / frame_bytes;
    let pcm = PcmFile {
        container: &Wav,
        name: container,
        coding,
        rate_hz,
        layout: format.layout(channels),
        parts: std::iter::once(data.body..data.body.saturating_add(frames.saturating_mul(frame_bytes))).collect(),
        frames: Some(frames),
        time_stamp,
        remarks,
        track: None,
    };
    Ok(Some(ContainerHeader::uncompressed(pcm)))
}

fn scan(file: &mut StemBytes, len: u64) -> io::Result<Option<RiffChunks>> {
    let mut top = [0; 12];
    if ChunkWalk::new(file, len, 0, false).read(0, &mut top)? < top.len() || &top[8..] != b"WAVE" {
        return Ok(None);
    }
    let container = match &top[..4] {
        b"RIFF" => "wav",
        b"RF64" => "rf64",
        b"BW64" => "bw64",
        b"RIFX" => "rifx",
        _ => return Ok(None),
    };
    let big_endian = container == "rifx";
    let riff_size = [top[4], top[5], top[6], top[7]];
    let riff_size = if big_endian { u32::from_be_bytes(riff_size) } else { u32::from_le_bytes(riff_size) };
    // With every edit, the decoder ignores the outer size, which is wrong more often than right
    // (#380). It does not know RF64 and BW64 (pull request #447).
    let mut edits = HeaderPatches::default();
    edits.add(0, b"RIFF");
    edits.add(4, &UNKNOWN.to_le_bytes());
    let mut walk = ChunkWalk::new(file, len, 12, big_endian);
    let (mut format, mut long_data, mut time_stamp) = (None, None, None);
    while let Some(chunk) = walk.enter()? {
        match &chunk.id {
            b"ds64" => {
                let (sizes, count) = walk.content::<16>(&chunk)?;
                long_data = (count == 16).then(|| u64::from_le_bytes(std::array::from_fn(|i| sizes[8 + i])));
            }
            b"fmt " => {
                let (bytes, count) = walk.content::<40>(&chunk)?;
                format = WaveFormat::parse(&bytes[..count], big_endian);
            }
            b"bext" => time_stamp = read_stamp(&mut walk, &chunk, big_endian)?,
            b"data" => {
                let Some(format) = format else { return Ok(None) };
                let unfinished = matches!(riff_size, 0 | UNKNOWN) || u64::from(riff_size) + 8 <= chunk.body;
                let claimed = match chunk.size {
                    UNKNOWN if !matches!(container, "wav" | "rifx") => {
                        long_data.filter(|&bytes| bytes != 0 && bytes != u64::MAX)
                    }
                    UNKNOWN | SOX_UNKNOWN => None,
                    0 if unfinished => None,
                    size => Some(u64::from(size)),
                };
                // Beyond 4 GiB, and where the header states no size, the decoder reads to the end
                // and the frame count stops it.
                if claimed != Some(u64::from(chunk.size)) {
                    edits.add(chunk.at + 4, &UNKNOWN.to_le_bytes());
                }
                let mut remarks = Vec::new();
                if let Some(claimed) = claimed {
                    walk.leave(&chunk, claimed)?;
                    if !walk.may_continue()? {
                        remarks.push(format!(
                            "its header counts {claimed} bytes of audio, and {} bytes of something else follow them; \
                             only what is counted was read",
                            len - walk.at().min(len)
                        ));
                    } else if time_stamp.is_none() {
                        time_stamp = stamp_behind(&mut walk, big_endian)?;
                    }
                }
                let data = chunk;
                return Ok(Some(RiffChunks { container, format, data, claimed, time_stamp, remarks, edits }));
            }
            // The content of a list is not needed, and the decoder is strict about it (#380).
            b"LIST" => edits.add(chunk.at, b"JUNK"),
            _ => {}
        }
        walk.leave(&chunk, chunk.size.into())?;
    }
    Ok(None)
}

fn read_stamp(walk: &mut ChunkWalk<'_>, chunk: &Chunk, big_endian: bool) -> io::Result<Option<TimeStamp>> {
    let (bytes, count) = walk.content::<{ time_stamp::LENGTH }>(chunk)?;
    Ok(TimeStamp::parse(&bytes[..count], big_endian))
}

/// Finds the time stamp after the audio: some recorders write the chunk when they stop.
fn stamp_behind(walk: &mut ChunkWalk<'_>, big_endian: bool) -> io::Result<Option<TimeStamp>> {
    while let Some(chunk) = walk.enter()? {
        if &chunk.id == b"bext" {
            return read_stamp(walk, &chunk, big_endian);
        }
        walk.leave(&chunk, chunk.size.into())?;
    }
    Ok(None)
}

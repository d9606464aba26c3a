//! The header of a WAVE file, read before the decoder sees it: RF64 and BW64 are shown as RIFF, sizes that a stream or a crashed
//! recorder left unset are replaced by what the file holds, and the true length of the audio is kept.

use super::DecodeError;
use super::patch::{Edits, read_up_to};
use super::time_stamp::{self, TimeStamp};
use crate::audio::ChannelLayout;
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

/// A size field that says: not known when the header was written.
const UNKNOWN: u32 = u32::MAX;
/// What sox writes when it cannot seek back.
const SOX_UNKNOWN: u32 = 0x7fff_f000;
/// Chunks looked at before `data`; real files have fewer than ten.
const MAX_CHUNKS: usize = 1_000;

/// What the header of a WAVE file says, and how it must be changed to be read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WaveHeader {
    /// `wav`, `rf64` or `bw64`.
    pub(super) container: &'static str,
    /// The format tag of `fmt `, or of its extension.
    pub(super) format_tag: u16,
    /// Frames of audio; none when the file is a stream that ends where it ends.
    pub(super) frames: Option<u64>,
    /// Where in the file the samples lie, as far as the header says; none for what is compressed.
    pub(super) data: Option<Range<u64>>,
    pub(super) edits: Edits,
    /// What a `bext` chunk before the audio says.
    pub(super) time_stamp: Option<TimeStamp>,
}

impl WaveHeader {
    /// Reads the header of a file of `len` bytes; none when it is no WAVE file or its first chunks are missing, which the
    /// decoder then reports. Leaves the file anywhere.
    ///
    /// # Errors
    /// When the disk fails, or the header names no channels, too many, or an impossible rate.
    pub(super) fn read(path: &Path, file: &mut File, len: u64) -> Result<Option<Self>, DecodeError> {
        let header = Self::scan(file, len).map_err(|error| DecodeError::from_io(path, &error))?;
        let Some((header, format)) = header else { return Ok(None) };
        let channels = usize::from(format.channels);
        if !(1..=ChannelLayout::MAX_CHANNELS).contains(&channels) {
            return Err(DecodeError::Channels { path: path.into(), channels });
        }
        if SampleRate::new(format.rate_hz).is_err() {
            return Err(DecodeError::Rate { path: path.into(), rate_hz: format.rate_hz });
        }
        Ok(Some(header))
    }

    fn scan(file: &mut File, len: u64) -> io::Result<Option<(Self, Format)>> {
        let mut buffered = io::BufReader::with_capacity(4096, &mut *file);
        buffered.seek(SeekFrom::Start(0))?;
        let mut top = [0; 12];
        if read_up_to(&mut buffered, &mut top)? < top.len() || &top[8..] != b"WAVE" {
            return Ok(None);
        }
        let container = match &top[..4] {
            b"RIFF" => "wav",
            b"RF64" => "rf64",
            b"BW64" => "bw64",
            _ => return Ok(None),
        };
        let riff_size = u32_at(&top, 4);
        // Every edit keeps the decoder from trusting the outer size, which is wrong more often than it is right.
        let mut edits = Edits::default();
        edits.add(0, b"RIFF");
        edits.add(4, &UNKNOWN.to_le_bytes());
        let (mut format, mut long_data, mut time_stamp) = (None, None, None);
        let mut at = 12_u64;
        for _ in 0..MAX_CHUNKS {
            let mut chunk = [0; 8];
            buffered.seek(SeekFrom::Start(at))?;
            if read_up_to(&mut buffered, &mut chunk)? < chunk.len() {
                return Ok(None);
            }
            let size = u32_at(&chunk, 4);
            let body = at + 8;
            match &chunk[..4] {
                b"ds64" => {
                    let mut sizes = [0; 16];
                    if read_up_to(&mut buffered, &mut sizes)? == sizes.len() {
                        long_data = Some(u64::from(u32_at(&sizes, 8)) | u64::from(u32_at(&sizes, 12)) << 32);
                    }
                }
                b"fmt " => {
                    let mut bytes = [0; 40];
                    let wanted = bytes.len().min(size as usize);
                    let got = read_up_to(&mut buffered, &mut bytes[..wanted])?;
                    format = (got >= 16).then(|| Format::parse(&bytes[..got]));
                }
                b"bext" => {
                    let mut bytes = [0; time_stamp::LENGTH];
                    let wanted = bytes.len().min(size as usize);
                    let got = read_up_to(&mut buffered, &mut bytes[..wanted])?;
                    time_stamp = TimeStamp::parse(&bytes[..got], false);
                }
                b"data" => {
                    let Some(format) = format else { return Ok(None) };
                    let held = len - body.min(len);
                    let unfinished = matches!(riff_size, 0 | UNKNOWN) || u64::from(riff_size) + 8 <= body;
                    let claimed = match size {
                        UNKNOWN if container != "wav" => long_data.filter(|&bytes| bytes != 0 && bytes != u64::MAX),
                        UNKNOWN | SOX_UNKNOWN => None,
                        0 if unfinished => None,
                        size => Some(u64::from(size)),
                    };
                    // Past 4 GiB, and where nothing is claimed, the decoder reads to the end and the frame count stops it.
                    if claimed != Some(u64::from(size)) {
                        edits.add(at + 4, &UNKNOWN.to_le_bytes());
                    }
                    let bytes_a_frame = u64::from(format.bytes_a_frame).max(1);
                    let frames = format.is_uncompressed().then(|| claimed.unwrap_or(held) / bytes_a_frame);
                    let frames = if claimed.is_none() { frames.map(|f| f.min(held / bytes_a_frame)) } else { frames };
                    let data = frames.map(|frames| body..body.saturating_add(frames.saturating_mul(bytes_a_frame)));
                    return Ok(Some((
                        Self { container, format_tag: format.tag, frames, data, edits, time_stamp },
                        format,
                    )));
                }
                _ => {}
            }
            at = body + u64::from(size) + u64::from(size & 1);
            if at >= len {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// A name for a format tag that has no decoder.
    pub(super) fn codec_name(&self) -> String {
        let name = match self.format_tag {
            0x0050 => "MPEG layer 1 or 2",
            0x0055 => "MP3",
            0x0092 | 0x2000 => "AC-3",
            0x00ff => "AAC",
            0x0161..=0x0163 => "Windows Media Audio",
            0x2001 => "DTS",
            0x0031 => "GSM 6.10",
            0x674f..=0x6771 => "Vorbis",
            _ => return format!("WAVE format {:#06x}", self.format_tag),
        };
        format!("{name} (WAVE format {:#06x})", self.format_tag)
    }
}

/// The fields of `fmt ` that are needed here.
#[derive(Clone, Copy)]
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bytes_a_frame: u16,
}

impl Format {
    /// From 16 to 40 bytes.
    fn parse(bytes: &[u8]) -> Self {
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        // WAVE_FORMAT_EXTENSIBLE: the tag proper begins the sub-format GUID.
        let tag = if u16_at(0) == 0xfffe && bytes.len() >= 26 { u16_at(24) } else { u16_at(0) };
        let (channels, bits) = (u16_at(2), u16_at(14));
        Self { tag, channels, rate_hz: u32_at(bytes, 4), bytes_a_frame: bits.div_ceil(8).saturating_mul(channels) }
    }

    /// PCM, float, A-law, µ-law: as many bytes for every frame.
    fn is_uncompressed(self) -> bool {
        matches!(self.tag, 1 | 3 | 6 | 7)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

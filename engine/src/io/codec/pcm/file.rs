//! Uncompressed audio in any container: the result of parsing its header, for the one reader of
//! such audio.

use crate::audio::ChannelLayout;
use crate::io::DecodeError;
use crate::io::TimeStamp;
use crate::io::codec::{Pcm, Word, WordKind};
use crate::io::container::Container;
use crate::units::SampleRate;
use std::ops::Range;
use std::path::Path;

/// Location and coding of the samples of a file.
#[derive(Clone, Debug)]
pub(in crate::io) struct PcmFile {
    pub(in crate::io) container: &'static dyn Container,
    /// Name of the container in reports: `wav`, `rf64`, `bw64`, `rifx`, `aiff` …
    pub(in crate::io) name: &'static str,
    pub(in crate::io) coding: PcmCoding,
    pub(in crate::io) rate_hz: u32,
    pub(in crate::io) layout: ChannelLayout,
    /// Ranges of the samples by the header; the file may end before.
    pub(in crate::io) parts: Vec<Range<u64>>,
    /// Frames that the header promises; `None` when the audio ends where the file ends.
    pub(in crate::io) frames: Option<u64>,
    pub(in crate::io) time_stamp: Option<TimeStamp>,
    /// Contradictions in the header and their treatment, a sentence each.
    pub(in crate::io) remarks: Vec<String>,
    /// Number of its track, in a container of tracks.
    pub(in crate::io) track: Option<u32>,
}

/// Storage of samples, with their depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::io) struct PcmCoding {
    pub(in crate::io) word: Word,
    /// Significant bits of a sample.
    pub(in crate::io) bits: u32,
}

impl PcmCoding {
    /// Builds the coding for whole words of `bytes` bytes.
    pub(in crate::io) fn new(bytes: u8, big_endian: bool, kind: WordKind) -> Self {
        Self { word: Word { bytes, big_endian, kind }, bits: 8 * u32::from(bytes) }
    }

    /// Returns the same words, of which so many bits are significant.
    pub(in crate::io) fn with_bits(self, bits: u32) -> Self {
        Self { bits, ..self }
    }

    /// Returns the codec's name, as in `FFmpeg`.
    pub(in crate::io) fn name(self) -> String {
        let order = if self.word.big_endian { "be" } else { "le" };
        let (letter, bits) = match self.word.kind {
            WordKind::ALaw => return "pcm_alaw".into(),
            WordKind::MuLaw => return "pcm_mulaw".into(),
            WordKind::Signed | WordKind::LowSigned(_) => ('s', 8 * self.word.bytes),
            WordKind::Unsigned => ('u', 8 * self.word.bytes),
            WordKind::Float => ('f', 8 * self.word.bytes),
        };
        if bits == 8 { format!("pcm_{letter}8") } else { format!("pcm_{letter}{bits}{order}") }
    }

    /// Returns the bits of a stored sample; `None` where they are companded.
    pub(in crate::io) fn stored_bits(self) -> Option<u32> {
        (!matches!(self.word.kind, WordKind::ALaw | WordKind::MuLaw)).then_some(self.bits)
    }

    /// Returns the coding for the PCM reader.
    pub(in crate::io) fn pcm(self) -> Pcm {
        Pcm::of_word(self.word)
    }

    /// Returns the bytes of one frame.
    pub(in crate::io) fn frame_bytes(self, channels: usize) -> u64 {
        u64::from(self.word.bytes) * channels as u64
    }
}

/// Returns the number of channels, where it can be read.
pub(in crate::io) fn checked_channels(path: &Path, channels: u64) -> Result<usize, DecodeError> {
    let count = usize::try_from(channels).unwrap_or(usize::MAX);
    if (1..=ChannelLayout::MAX_CHANNELS).contains(&count) {
        Ok(count)
    } else {
        Err(DecodeError::Channels { path: path.into(), channels: count })
    }
}

/// Returns a rate that some containers write as a floating number, to the nearest hertz, where it
/// can be read.
pub(in crate::io) fn checked_rate(path: &Path, rate_hz: f64) -> Result<u32, DecodeError> {
    // A value beyond the range of `u32` becomes its nearest end, which is outside the range of
    // rates too.
    let rounded = rate_hz.round() as u32;
    SampleRate::new(rounded).map(SampleRate::hz).map_err(|_| DecodeError::Rate { path: path.into(), rate_hz: rounded })
}

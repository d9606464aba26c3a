//! Facts about a stem: before it is read, and after.

use crate::audio::ChannelLayout;
use crate::io::TimeStamp;
use crate::units::SampleRate;
use serde::Serialize;
use std::path::PathBuf;

/// Properties that a file states, checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StemInfo {
    /// The file, as given.
    pub path: PathBuf,
    /// The container: `wav`, `rf64`, `aiff`, `flac`, `mp3`, `mp4`, `adts`, `ogg`, `caf`, `matroska`
    /// …
    pub container: String,
    /// The codec: `pcm_s24le`, `flac`, `vorbis`, `opus`, `aac`, `alac`, `mp3` …
    pub codec: String,
    /// Frames per second; Opus is always decoded at 48 kHz.
    pub sample_rate: SampleRate,
    /// Channels in the file.
    pub source_channels: usize,
    /// The loudspeakers of those channels.
    pub source_layout: ChannelLayout,
    /// The channels that are read, after the fold.
    pub layout: ChannelLayout,
    /// Description of the fold to fewer channels, as a sentence; `None` when they are read as they
    /// are.
    pub fold: Option<String>,
    /// Bits of a stored sample; `None` where the codec is lossy.
    pub bits: Option<u32>,
    /// Frames to expect after trimming, where the file states them. A claim: a file that breaks off
    /// holds fewer.
    pub frames: Option<u64>,
    /// Frames that an encoder added and that are left out; for several programmes, those of the
    /// first.
    pub trim: Trim,
    /// Time of the first frame, in frames at [`StemInfo::sample_rate`] since midnight or since the
    /// start of the project: the `bext` chunk's time reference. `None` without one, and where it is
    /// a day or more. Also `None` where it is 0, which most programs write for an unknown time.
    pub time_reference: Option<u64>,
    /// Contradictions in the header and their treatment, a sentence each.
    pub remarks: Vec<String>,
    /// The `bext` chunk's time fields as they are written.
    pub time_stamp: Option<TimeStamp>,
    /// Number of programmes that follow each other in the file, and their conversions, as a
    /// sentence. `None` where the file contains one.
    pub programmes: Option<String>,
}

/// Frames that an encoder added before and after the recording, and that are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Trim {
    /// Left out at the start: encoder delay, decoder delay, pre-skip.
    pub start_frames: u64,
    /// Left out at the end: padding to a whole codec frame. Where only a total length is stored,
    /// known once the end has been read.
    pub end_frames: u64,
    /// Source of the figures: `LAME tag`, `iTunSMPB`, `elst`, `pre-skip`, `granule position`,
    /// `pakt`, `CodecDelay`, `Vorbis first block`. `None` where the file has no such field and
    /// nothing is left out.
    pub source: Option<&'static str>,
}

/// Result of reading a stem; complete once the stream has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StemOutcome {
    /// Frames read so far, after trimming.
    pub frames: u64,
    /// True if the end was reached.
    pub finished: bool,
    /// Difference between the frames read and those that the file promises or its bytes would
    /// yield, as a sentence. `None` when the stem is whole.
    pub truncated: Option<String>,
    /// Packets that could not be decoded. Silence of the same length replaces each, so the rest
    /// stays in time.
    pub corrupt_packets: u64,
}

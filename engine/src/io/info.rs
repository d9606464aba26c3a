//! What is known about a stem: before it is read, and after.

use super::TimeStamp;
use crate::audio::ChannelLayout;
use crate::units::SampleRate;
use serde::Serialize;
use std::path::PathBuf;

/// What a file says of itself, checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StemInfo {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The container: `wav`, `rf64`, `aiff`, `flac`, `mp3`, `mp4`, `adts`, `ogg`, `caf`, `matroska`
    /// …
    pub container: String,
    /// The codec: `pcm_s24le`, `flac`, `vorbis`, `opus`, `aac`, `alac`, `mp3` …
    pub codec: String,
    /// Frames a second; Opus is always decoded at 48 kHz.
    pub sample_rate: SampleRate,
    /// Channels in the file.
    pub source_channels: usize,
    /// The loudspeakers of those channels.
    pub source_layout: ChannelLayout,
    /// The channels that are read, after the fold.
    pub layout: ChannelLayout,
    /// How the channels of the file became fewer, as a sentence; none when they are read as they
    /// are.
    pub fold: Option<String>,
    /// Bits of a stored sample; none where the codec is lossy.
    pub bits: Option<u32>,
    /// The frames to expect after trimming, where the file tells. A claim: a file that breaks off
    /// holds fewer.
    pub frames: Option<u64>,
    /// What an encoder added and is left out; of several programmes, of the first.
    pub trim: Trim,
    /// When the first frame was recorded, in frames at [`StemInfo::sample_rate`] since midnight or
    /// since the start of the project: the `bext` chunk's time reference. `None` without one, and
    /// where it is 0, which most programs write when they do not know, or a day or more.
    pub time_reference: Option<u64>,
    /// What contradicts itself in the header, and what was made of it, a sentence each.
    pub remarks: Vec<String>,
    /// The `bext` chunk's time fields as they are written.
    pub time_stamp: Option<TimeStamp>,
    /// How many programmes follow each other in the file and what was converted, as a sentence;
    /// none where it holds one.
    pub programmes: Option<String>,
}

/// Frames that an encoder added before and after the recording, and that are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trim {
    /// Left out at the start: encoder delay, decoder delay, pre-skip.
    pub start_frames: u64,
    /// Left out at the end: padding to a whole codec frame. Where only a total length is stored,
    /// known once the end was read.
    pub end_frames: u64,
    /// What in the file said so: `LAME tag`, `iTunSMPB`, `elst`, `pre-skip`, `granule position`,
    /// `pakt`, `CodecDelay`, `Vorbis first block`; none where the file says nothing and nothing is
    /// left out.
    pub source: Option<&'static str>,
}

/// What was found while reading; complete once the stream has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StemOutcome {
    /// Frames read so far, after trimming.
    pub frames: u64,
    /// Whether the end was reached.
    pub finished: bool,
    /// How what was read differs from what the file promises or its bytes would give, as a
    /// sentence; none when it is whole.
    pub truncated: Option<String>,
    /// Packets that could not be decoded; silence of the same length stands in for each, so what
    /// follows stays in time.
    pub corrupt_packets: u64,
}

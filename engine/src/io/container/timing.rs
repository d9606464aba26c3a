//! Part of the decoded stream that is the recording, by one rule per container, so that nothing is
//! trimmed twice.
//!
//! The decoders run with their own trimming switched off; the plan made here is the only one that
//! leaves frames out.

use super::Container;
use super::cuts::Cuts;
use crate::io::Trim;
use std::fmt::Debug;

/// Figures of the demuxer for one track, in frames at the decoded rate.
#[derive(Clone, Debug)]
pub(in crate::io) struct StreamTiming {
    pub(in crate::io) rate_hz: u32,
    /// Not compressed: the size of the audio determines its length.
    pub(in crate::io) is_pcm: bool,
    pub(in crate::io) is_vorbis: bool,
    /// Pre-skip of Opus, from its header.
    pub(in crate::io) pre_skip: Option<u32>,
    pub(in crate::io) delay: Option<u32>,
    pub(in crate::io) padding: Option<u32>,
    /// Length, as the container counts it.
    pub(in crate::io) frames: Option<u64>,
    /// Frames that the header promises beyond the end of the file.
    pub(in crate::io) missing_frames: u64,
    /// Time of the first decoded frame, as the container counts it.
    pub(in crate::io) start: i64,
    /// Frames that the first packet yielded.
    pub(in crate::io) first_packet: u64,
}

impl StreamTiming {
    /// Builds the figures of uncompressed samples, which have neither delay nor padding.
    pub(in crate::io) fn uncompressed(rate_hz: u32, frames: Option<u64>) -> Self {
        Self {
            rate_hz,
            is_pcm: true,
            is_vorbis: false,
            pre_skip: None,
            delay: None,
            padding: None,
            frames,
            missing_frames: 0,
            start: 0,
            first_packet: 0,
        }
    }

    /// Returns the plan for a track: by its own rule, or that of its container.
    pub(in crate::io) fn plan(&self, container: &dyn Container, details: Option<&TrackDetails>) -> TrimPlan {
        details.map_or_else(|| container.plan(self), |details| details.rule.plan(self))
    }
}

/// Facts about a track that the demuxer does not pass on.
#[derive(Debug)]
pub(in crate::io) struct TrackDetails {
    /// The codec, as the container spells it.
    pub(in crate::io) codec: Option<String>,
    /// Reason for refusing the track, where it is compressed.
    pub(in crate::io) refused: Option<&'static str>,
    /// Rule in the place of the container's own [`super::Container::plan`].
    pub(in crate::io) rule: Box<dyn TrimRule>,
}

/// A rule for the start and the end of a track.
pub(in crate::io) trait TrimRule: Debug {
    /// Returns the part of the decoded stream that is the recording.
    fn plan(&self, stream: &StreamTiming) -> TrimPlan;
}

/// Part of the decoded stream to keep.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::io) struct TrimPlan {
    /// Frames to leave out first.
    pub(in crate::io) skip: u64,
    /// Frames to keep after that; `None` when all the rest is kept.
    pub(in crate::io) keep: Option<u64>,
    /// Frames to leave out at the end, where only this is known and not the length.
    pub(in crate::io) hold: u64,
    /// Frames that a whole file would yield; `None` when the file does not state them.
    pub(in crate::io) expected: Option<u64>,
    /// Edits to apply instead of all this, one list per pass over the media; empty for most files.
    pub(in crate::io) passes: Vec<Cuts>,
    /// Report for the user.
    pub(in crate::io) trim: Trim,
}

impl TrimPlan {
    /// Keeps all of so many frames.
    pub(in crate::io) fn exactly(frames: Option<u64>) -> Self {
        Self { keep: frames, expected: frames, ..Self::default() }
    }

    /// Leaves out `skip` frames, keeps so many, and reports the source of the figures.
    pub(in crate::io) fn trimmed(skip: u64, keep: Option<u64>, padding: u64, source: &'static str) -> Self {
        let trim = Trim { start_frames: skip, end_frames: padding, source: Some(source) };
        Self { skip, keep, expected: keep, trim, ..Self::default() }
    }
}

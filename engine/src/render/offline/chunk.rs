//! A chunk of the mix on its way to the sum.

use super::output_range::OutputRange;
use crate::mix::StripOutputs;
use std::ops::Range;

/// Output of the tracks, on its way to the sum.
pub(crate) struct MixChunk {
    /// Output of each track.
    pub(crate) outputs: Vec<StripOutputs>,
    /// Session frame at which the sound of each track ends, once known.
    pub(crate) track_ends: Vec<Option<u64>>,
    /// Number of frames in it.
    pub(crate) rendered: usize,
    /// Number of frames rendered before.
    pub(crate) position: u64,
    /// Range of the frames to keep.
    pub(crate) frames: Range<usize>,
    /// Session frame of the first kept frame.
    pub(crate) at: u64,
    /// State of the output range when it was rendered.
    pub(crate) span: OutputRange,
}

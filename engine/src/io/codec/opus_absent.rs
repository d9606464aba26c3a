//! Stand-in for the decoder of Opus in a build without the feature `opus`: it refuses every stream.

use super::opus_head::OpusHead;
use crate::audio::Queue;

/// Decoder that cannot be built.
pub(in crate::io) enum OpusStream {}

impl OpusStream {
    /// Returns the reason why there is no decoder.
    pub(in crate::io) fn new(_: OpusHead) -> Result<Self, String> {
        Err("this build leaves Opus out: build with the feature `opus`".into())
    }

    pub(in crate::io) fn head(&self) -> &OpusHead {
        match *self {}
    }

    pub(in crate::io) fn decode(&mut self, _: &[u8], _: &mut Queue) -> Option<usize> {
        match *self {}
    }
}

//! Look-ahead and gain: the signal is delayed while the detector reads ahead, then every channel
//! has the same gain.

use super::gain_kernel::multiply;
use crate::audio::BlockMut;
use crate::dsp::delay::DelayLine;
use crate::process::ProcessSpec;

/// Frames that dynamics process at a time. Their scratch stays in the first-level cache, and blocks
/// may be of any size.
pub(super) const CHUNK: usize = 256;

/// One delay line per channel, then one gain per frame.
#[derive(Clone, Debug)]
pub(super) struct GainStage {
    lines: Vec<DelayLine>,
    frames: usize,
}

impl GainStage {
    /// Creates a stage that delays by a number of frames.
    pub(super) fn new(frames: usize, spec: &ProcessSpec) -> Self {
        Self { lines: vec![DelayLine::new(frames); spec.channels], frames }
    }

    /// Returns the latency in frames.
    pub(super) fn latency(&self) -> u64 {
        self.frames as u64
    }

    pub(super) fn reset(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::reset);
    }

    /// Copies the delayed frames of another stage.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.lines.iter_mut().zip(&old.lines).for_each(|(line, old)| line.inherit_state(old));
    }

    /// Delays the block.
    pub(super) fn delay(&mut self, block: &mut BlockMut<'_>) {
        for (channel, line) in self.lines.iter_mut().enumerate() {
            line.process(block.channel_mut(channel));
        }
    }

    /// Delays the block, then multiplies each frame by its gain; a gain of 1 changes nothing.
    pub(super) fn process(&mut self, block: &mut BlockMut<'_>, gains: &[f64]) {
        for (channel, line) in self.lines.iter_mut().enumerate() {
            let samples = block.channel_mut(channel);
            line.process(samples);
            multiply(samples, gains);
        }
    }

    /// Delays one channel, then multiplies each frame by its gain.
    pub(super) fn process_channel(&mut self, channel: usize, samples: &mut [f32], gains: &[f64]) {
        self.lines[channel].process(samples);
        multiply(samples, gains);
    }
}

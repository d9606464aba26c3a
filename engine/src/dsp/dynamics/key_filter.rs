//! Filters of a detector: they change what it measures, and never the signal.

use super::detector::LARGEST;
use super::gain_stage::CHUNK;
use crate::audio::{AudioBuffer, Block};
use crate::dsp::biquad::{Cascade, PassFilter, Sections};
use crate::process::{BuildError, ProcessSpec, Processor};

/// Butterworth high-pass and low-pass of 12 dB per octave, on a copy of the detector's signal.
/// Their delay is that of the filters' phase, and is not compensated.
#[derive(Clone, Debug)]
pub(super) struct KeyFilter {
    cascade: Cascade,
    filtered: AudioBuffer,
}

impl KeyFilter {
    /// Creates the filters for so many channels; `None` where both frequencies are 0. Allocates.
    ///
    /// # Errors
    /// When the rate cannot carry a frequency.
    pub(super) fn new(
        high_pass_hz: f64,
        low_pass_hz: f64,
        channels: usize,
        spec: &ProcessSpec,
    ) -> Result<Option<Self>, BuildError> {
        let mut sections = Sections::new();
        if high_pass_hz > 0.0 {
            sections.extend(PassFilter::new(high_pass_hz).design_high_pass(spec.sample_rate)?);
        }
        if low_pass_hz > 0.0 {
            sections.extend(PassFilter::new(low_pass_hz).design_low_pass(spec.sample_rate)?);
        }
        let filter =
            || Self { cascade: Cascade::new(&sections, channels), filtered: AudioBuffer::new(channels, CHUNK) };
        Ok((!sections.is_empty()).then(filter))
    }

    pub(super) fn reset(&mut self) {
        self.cascade.reset();
    }

    /// Continues from the state of other filters of the same kind.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.cascade.inherit_state(&old.cascade);
    }

    /// Returns up to [`CHUNK`] frames, filtered.
    pub(super) fn process(&mut self, key: &Block<'_>) -> Block<'_> {
        let mut filtered = self.filtered.first_mut(key.frames());
        for channel in 0..filtered.channels() {
            for (to, from) in filtered.channel_mut(channel).iter_mut().zip(key.channel(channel)) {
                // What is not a number would stay in the filters' memory for ever.
                *to = if from.is_nan() { 0.0 } else { from.clamp(-LARGEST, LARGEST) };
            }
        }
        self.cascade.process(&mut filtered);
        self.filtered.first(key.frames())
    }
}

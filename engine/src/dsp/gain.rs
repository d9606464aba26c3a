//! Fixed gain.

use super::laws::{LawCase, Response};
use super::settings::{Settings, settings};
use crate::audio::BlockMut;
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail};
use crate::units::Decibels;
use std::ops::RangeInclusive;

/// Accepted gains, in decibels.
pub const GAIN_DB: RangeInclusive<f64> = -120.0..=60.0;

settings! {
    /// Settings of a fixed gain.
    pub struct GainSettings;

    /// Gain in decibels; 0 changes nothing.
    gain_db: f64, in GAIN_DB;
}

impl GainSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |gain_db| LawCase::new(Self::new(gain_db)).linear(Response::Flat { gain_db });
        vec![linear(0.0).neutral(), linear(-6.5).exchanged(), linear(12.0)]
    }
}

impl Stage for GainSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        self.check(spec.sample_rate)?;
        Ok(Box::new(Gain { factor: Decibels(self.gain_db).to_amplitude() }))
    }
}

struct Gain {
    factor: f64,
}

impl Processor for Gain {
    fn latency(&self) -> u64 {
        0
    }

    fn tail(&self) -> Tail {
        Tail::Frames(0)
    }

    fn reset(&mut self) {}

    fn process(&mut self, block: &mut BlockMut<'_>) {
        for channel in 0..block.channels() {
            for sample in block.channel_mut(channel) {
                *sample = (f64::from(*sample) * self.factor) as f32;
            }
        }
    }

    fn inherit_state(&mut self, _old: &dyn Processor) {}

    fn gain_reduction_db(&self) -> f64 {
        0.0
    }
}

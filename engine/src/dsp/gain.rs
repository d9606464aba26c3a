//! Fixed gain.

use crate::audio::BlockMut;
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, check_range};
use crate::units::Decibels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accepted gains, in decibels.
pub const GAIN_DB: (f64, f64) = (-120.0, 60.0);

/// Settings of a fixed gain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GainSettings {
    /// Gain in decibels; 0 changes nothing.
    #[schemars(range(min = GAIN_DB.0, max = GAIN_DB.1))]
    pub gain_db: f64,
}

impl Stage for GainSettings {
    fn build(&self, _spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        check_range("gain_db", self.gain_db, GAIN_DB.0, GAIN_DB.1)?;
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

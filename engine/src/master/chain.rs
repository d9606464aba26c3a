//! Static gain, then the true-peak limiter, with the limiter's latency compensated.

use super::loudness::MasterLimiter;
use crate::audio::BlockMut;
use crate::dsp::dynamics::{Limiter, LimiterSettings, LimiterStats};
use crate::process::{BuildError, ProcessSpec, Processor, Tail, same_kind};
use crate::units::Decibels;

/// The last stage before the file: gain and limiter.
pub struct MasterChain {
    gain: f64,
    limiter: Option<Limiter>,
}

impl MasterChain {
    /// Builds a chain with a gain in dB and, if there is a ceiling in dBTP, a limiter. Control
    /// thread; allocates.
    ///
    /// # Errors
    /// When the ceiling or the link is outside the limiter's range.
    pub fn new(
        gain_db: f64,
        ceiling_dbtp: Option<f64>,
        limiter: MasterLimiter,
        spec: &ProcessSpec,
    ) -> Result<Self, BuildError> {
        let settings = |ceiling_dbtp| LimiterSettings { ceiling_dbtp, ..limiter.settings() };
        let limiter = ceiling_dbtp.map(|ceiling_dbtp| Limiter::new(&settings(ceiling_dbtp), spec)).transpose()?;
        Ok(Self { gain: Decibels(gain_db).to_amplitude(), limiter })
    }

    /// Returns the statistics of the limiter; `None` without one.
    pub fn limiter_stats(&self) -> Option<LimiterStats> {
        self.limiter.as_ref().map(Limiter::stats)
    }

    /// Returns the limiter's largest reduction since the last call, in dB; 0 without a limiter.
    /// Audio thread.
    pub fn take_max_reduction_db(&mut self) -> f64 {
        self.limiter.as_mut().map_or(0.0, Limiter::take_max_reduction_db)
    }
}

impl Processor for MasterChain {
    fn latency(&self) -> u64 {
        self.limiter.as_ref().map_or(0, Processor::latency)
    }

    fn tail(&self) -> Tail {
        self.limiter.as_ref().map_or(Tail::Frames(0), Processor::tail)
    }

    fn reset(&mut self) {
        if let Some(limiter) = &mut self.limiter {
            limiter.reset();
        }
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        if self.gain != 1.0 {
            for channel in 0..block.channels() {
                for sample in block.channel_mut(channel) {
                    *sample = (f64::from(*sample) * self.gain) as f32;
                }
            }
        }
        if let Some(limiter) = &mut self.limiter {
            limiter.process(block);
        }
    }

    fn inherit_state(&mut self, old: &dyn Processor) {
        if let Some(old) = same_kind::<Self>(old)
            && let (Some(limiter), Some(old)) = (&mut self.limiter, &old.limiter)
        {
            limiter.inherit_state(old);
        }
    }

    fn gain_reduction_db(&self) -> f64 {
        self.limiter.as_ref().map_or(0.0, Processor::gain_reduction_db)
    }
}

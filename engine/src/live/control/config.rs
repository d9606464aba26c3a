//! Settings that are fixed when an engine is built, and the master gain and limiter that follow
//! from them.

use super::command::{CommandError, RAMP_MS};
use crate::dsp::Insert;
use crate::dsp::dynamics::LimiterSettings;
use crate::master::{GainPlan, MasterLimiter, MasterTarget};
use crate::mix::Chain;
use crate::process::ProcessSpec;
use crate::session::Session;
use crate::units::{Decibels, SampleRate};

/// Measurement of an earlier render of the same mix before its master gain, and the resulting gain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenderedLevels {
    /// Integrated loudness, in LUFS.
    pub integrated_lufs: f64,
    /// True peak, in dBTP.
    pub true_peak_dbtp: f64,
    /// Master gain of that render. Without it, and for other targets and ceilings, the gain follows
    /// from the loudness.
    pub found: Option<RenderedGain>,
}

/// Master gain found by a render.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenderedGain {
    /// Loudness target, in LUFS.
    pub target_lufs: f64,
    /// Ceiling, in dBTP; `None` for no limiter.
    pub ceiling_dbtp: Option<f64>,
    /// The limiter under the ceiling.
    pub limiter: MasterLimiter,
    /// Gain, in dB.
    pub gain_db: f64,
}

/// Settings that do not change after the engine has been built.
#[derive(Clone, Debug)]
pub(crate) struct LiveConfig {
    pub(crate) rate: SampleRate,
    pub(crate) max_block: usize,
    /// Number of channels per track.
    pub(crate) channels: Vec<usize>,
    pub(crate) measured: Option<RenderedLevels>,
    pub(crate) look_ahead_ms: f64,
}

impl LiveConfig {
    pub(crate) fn spec(&self, channels: usize) -> ProcessSpec {
        ProcessSpec { sample_rate: self.rate, max_block: self.max_block, channels }
    }

    /// Returns the length of a ramp, in frames.
    pub(crate) fn ramp(&self, ramp_ms: f64) -> Result<u64, CommandError> {
        if !(RAMP_MS.0..=RAMP_MS.1).contains(&ramp_ms) {
            let (min, max) = RAMP_MS;
            return Err(CommandError::Invalid(format!("ramp_ms = {ramp_ms} is out of range ({min} to {max})")));
        }
        Ok(self.rate.frames(ramp_ms / 1_000.0).max(1))
    }

    /// Returns the master's static gain, as a factor: 1 without a measurement.
    pub(crate) fn master_gain(&self, session: &Session) -> f64 {
        let Some(measured) = self.measured else { return 1.0 };
        let target = MasterTarget::of_session(session);
        let same = |found: &RenderedGain| {
            let aim = (target.target_lufs, target.ceiling_dbtp, target.limiter);
            (Some(found.target_lufs), found.ceiling_dbtp, found.limiter) == aim
        };
        let gain_db = match measured.found.filter(same) {
            Some(found) => found.gain_db,
            None => GainPlan::first(&target, Some(measured.integrated_lufs), Some(measured.true_peak_dbtp)).gain_db,
        };
        Decibels(gain_db).to_amplitude()
    }

    /// Returns the limiter's chain for the session's ceiling; empty without a ceiling.
    pub(crate) fn limiter(&self, session: &Session) -> Result<Chain, CommandError> {
        let target = MasterTarget::of_session(session);
        let limiter = target.ceiling_dbtp.map(|ceiling_dbtp| {
            let look_ahead_ms = self.look_ahead_ms;
            Insert::Limiter(LimiterSettings { ceiling_dbtp, look_ahead_ms, ..target.limiter.settings() })
        });
        Chain::build(limiter.as_slice(), &self.spec(2)).map_err(|error| CommandError::Invalid(error.to_string()))
    }
}

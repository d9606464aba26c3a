//! Front of a compressor or ducker: filters, then one level per frame for all channels.

use super::detector::{largest, magnitude, mean_powers, peak_levels};
use super::gain_stage::CHUNK;
use super::key_filter::KeyFilter;
use super::mean_power::MeanPower;
use super::true_peak_detector::{DELAY, TruePeakDetector};
use crate::audio::Block;

/// Kind of a level.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    /// Largest magnitude of the samples of a frame.
    Peak,
    /// Largest magnitude between a frame and the next, [`DELAY`] frames late.
    TruePeak(Box<(TruePeakDetector, [f32; CHUNK])>),
    /// Mean of the power over time.
    Power(MeanPower),
}

impl Measure {
    /// Creates a true-peak detector of so many channels. Allocates.
    pub(super) fn true_peak(channels: usize) -> Self {
        Self::TruePeak(Box::new((TruePeakDetector::new(channels, 0), [0.0; CHUNK])))
    }
}

/// Filters and measure of a detector.
#[derive(Clone, Debug)]
pub(super) struct LevelDetector {
    filter: Option<KeyFilter>,
    measure: Measure,
    /// Level in the detector's own measure, up to which true peaks may be estimates.
    quiet: f64,
}

impl LevelDetector {
    /// Joins filters and a measure. Levels up to `quiet_amplitude` need not be exact.
    pub(super) fn new(filter: Option<KeyFilter>, measure: Measure, quiet_amplitude: f64) -> Self {
        let is_power = matches!(measure, Measure::Power(_));
        let quiet = if is_power { quiet_amplitude * quiet_amplitude } else { quiet_amplitude };
        Self { filter, measure, quiet }
    }

    /// Returns the delay of the levels, in frames.
    pub(super) fn delay(&self) -> usize {
        if matches!(self.measure, Measure::TruePeak(_)) { DELAY } else { 0 }
    }

    /// Returns true if its levels are powers, and not amplitudes.
    pub(super) fn measures_power(&self) -> bool {
        matches!(self.measure, Measure::Power(_))
    }

    pub(super) fn reset(&mut self) {
        if let Some(filter) = &mut self.filter {
            filter.reset();
        }
        match &mut self.measure {
            Measure::Peak => {}
            Measure::TruePeak(of) => of.0.reset(),
            Measure::Power(mean) => mean.reset(),
        }
    }

    /// Continues from the state of another one, as far as both have the same parts.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        if let (Some(filter), Some(old)) = (&mut self.filter, &old.filter) {
            filter.inherit_state(old);
        }
        match (&mut self.measure, &old.measure) {
            (Measure::TruePeak(of), Measure::TruePeak(old)) => of.0.inherit_state(&old.0),
            (Measure::Power(mean), Measure::Power(old)) => mean.inherit_state(old),
            _ => {}
        }
    }

    /// Writes the level of each of up to [`CHUNK`] frames. Returns true if none is above the quiet
    /// amplitude.
    pub(super) fn levels(&mut self, key: &Block<'_>, levels: &mut [f64]) -> bool {
        let key = match &mut self.filter {
            Some(filter) => filter.process(key),
            None => *key,
        };
        let loudest = match &mut self.measure {
            Measure::Peak => peak_levels(&key, levels),
            Measure::TruePeak(of) => {
                let (detector, peaks) = &mut **of;
                let peaks = &mut peaks[..key.frames()];
                let quiet = self.quiet.min(f64::from(f32::MAX)) as f32;
                detector.process(&key, (quiet, f32::INFINITY), peaks);
                for (level, peak) in levels.iter_mut().zip(peaks) {
                    *level = f64::from(magnitude(*peak));
                }
                largest(levels)
            }
            Measure::Power(mean) => {
                mean_powers(&key, levels);
                mean.process(levels);
                largest(levels)
            }
        };
        loudest <= self.quiet
    }
}

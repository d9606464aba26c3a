//! Envelopes of a transient shaper, and the gain that their differences give.

#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::dsp::decibel_math::amplitude_to_db;
use crate::dsp::dynamics::ballistics::smoothing_coefficient;
use crate::dsp::dynamics::detector::RMS_MS;
use crate::dsp::dynamics::sliding_maximum::SlidingMaximum;
use crate::process::ProcessSpec;
use crate::simd::vectorised;

/// Half a wave of 20 Hz, in seconds: no gap between two peaks of an audible tone is longer.
const HOLD_S: f64 = 0.025;

/// Lowest envelope, −120 dBFS: below it, noise has no beginnings.
const FLOOR: f64 = 1e-6;

/// Difference of two envelopes from which on the whole gain is applied, in decibels.
const WHOLE_DB: f64 = 12.0;

/// Envelope of a signal, one that lags behind its rises, and one that lags behind its falls.
#[derive(Clone, Debug)]
pub(super) struct Envelopes {
    maximum: SlidingMaximum,
    /// Shares that the three keep of their distance each frame.
    fall: f64,
    rise_lag: f64,
    fall_lag: f64,
    level: f64,
    behind_rise: f64,
    behind_fall: f64,
    /// Frames during which the others follow the envelope at once.
    gathering: usize,
    hold: usize,
}

impl Envelopes {
    pub(super) fn new(attack_ms: f64, sustain_ms: f64, spec: &ProcessSpec) -> Self {
        let hold = spec.sample_rate.frames(HOLD_S).max(1) as usize;
        Self {
            maximum: SlidingMaximum::new(hold),
            fall: smoothing_coefficient(RMS_MS, spec),
            rise_lag: smoothing_coefficient(attack_ms, spec),
            fall_lag: smoothing_coefficient(sustain_ms, spec),
            level: FLOOR,
            behind_rise: FLOOR,
            behind_fall: FLOOR,
            gathering: 0,
            hold,
        }
    }

    pub(super) fn reset(&mut self) {
        self.maximum.reset();
        (self.level, self.behind_rise, self.behind_fall) = (FLOOR, FLOOR, FLOOR);
        self.gathering = 0;
    }

    /// Continues from the state of another one.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.maximum.inherit_state(&old.maximum);
        (self.level, self.behind_rise, self.behind_fall) = (old.level, old.behind_rise, old.behind_fall);
        self.gathering = old.gathering;
    }

    /// Prepares to start within a sound, whose present level is then not a beginning.
    pub(super) fn start_amid_sound(&mut self) {
        self.gathering = self.hold;
    }

    /// Writes for each magnitude by which factor the signal has risen and fallen: 1 or more.
    pub(super) fn process(&mut self, magnitudes: &[f64], rises: &mut [f64], falls: &mut [f64]) {
        for ((magnitude, rise), fall) in magnitudes.iter().zip(rises).zip(falls) {
            let held = self.maximum.push(*magnitude).max(FLOOR);
            let level = held.max(self.fall * self.level);
            self.level = level;
            if self.gathering > 0 {
                self.gathering -= 1;
                (self.behind_rise, self.behind_fall) = (level, level);
            }
            self.behind_rise = level.min(level + self.rise_lag * (self.behind_rise - level));
            self.behind_fall = level.max(level + self.fall_lag * (self.behind_fall - level));
            (*rise, *fall) = (level / self.behind_rise, self.behind_fall / level);
        }
    }
}

vectorised! {
    /// Turns the factors into reductions in decibels, negative where the gain is above 1.
    pub(super) fn shares_to_reductions(attack_db: f64, sustain_db: f64, rises: &[f64], falls: &[f64], values: &mut [f64]) {
        for ((value, rise), fall) in values.iter_mut().zip(rises).zip(falls) {
            *value = -(attack_db * share(*rise) + sustain_db * share(*fall));
        }
    }
}

/// Returns the share of the gain that a factor gives.
#[inline]
fn share(factor: f64) -> f64 {
    let share = amplitude_to_db(factor) * (1.0 / WHOLE_DB);
    if share < 1.0 { share } else { 1.0 }
}

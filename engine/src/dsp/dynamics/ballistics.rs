//! Ballistics: the speed at which a gain reduction follows the curve. All in decibels of reduction,
//! 0 or more.

use super::ballistics_state::Decoupled;
use super::ballistics_state::FADE_OUT_DB;
use crate::process::{ProcessSpec, TRACKS_PER_BATCH};

/// Returns the share of its value that a one-pole keeps each frame: after the time constant, 1/e of
/// a step is left.
pub(super) fn smoothing_coefficient(time_ms: f64, spec: &ProcessSpec) -> f64 {
    libm::exp(-1_000.0 / (time_ms * spec.sample_rate.as_f64()))
}

impl Decoupled {
    pub(super) fn new(attack_ms: f64, release_ms: f64, spec: &ProcessSpec) -> Self {
        Self {
            attack: smoothing_coefficient(attack_ms, spec),
            release: smoothing_coefficient(release_ms, spec),
            held_db: 0.0,
            smooth_db: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        (self.held_db, self.smooth_db) = (0.0, 0.0);
    }

    /// Continues from the state of another one.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        (self.held_db, self.smooth_db) = (old.held_db, old.smooth_db);
    }

    /// Returns the reduction after the last frame, in decibels.
    pub(super) fn reduction_db(&self) -> f64 {
        self.smooth_db
    }

    /// Appends a reduction; afterwards `smooth_db` is the one to apply.
    #[inline]
    fn push(&mut self, wanted: f64) {
        self.held_db = wanted.max(self.release * self.held_db + ((1.0 - self.release) * wanted - FADE_OUT_DB));
        let followed = (1.0 - self.attack) * self.held_db - FADE_OUT_DB;
        self.smooth_db = (self.attack * self.smooth_db + followed).max(0.0);
    }

    /// Smooths reductions, in place.
    pub(super) fn process(&mut self, reductions_db: &mut [f64]) {
        for reduction in reductions_db {
            self.push(*reduction);
            *reduction = self.smooth_db;
        }
    }

    /// Returns true if nothing is held and nothing is applied: reductions of 0 leave it so.
    pub(super) fn is_idle(&self) -> bool {
        (self.held_db, self.smooth_db) == (0.0, 0.0)
    }

    /// Smooths the reductions of four side by side. Each waits for its own last frame only, so they
    /// take little longer than one.
    pub(super) fn process_batch<'a>(several: [(&'a mut Self, &'a mut [f64]); TRACKS_PER_BATCH]) {
        #[cfg(target_arch = "x86_64")]
        let (done, several) = super::ballistics_avx2::run_if_there(several);
        #[cfg(not(target_arch = "x86_64"))]
        let done = 0;
        for (one, reductions_db) in several {
            one.process(&mut reductions_db[done..]);
        }
    }
}

/// Ballistics with one time constant for opening (falling reduction), another for closing.
#[derive(Clone, Debug)]
pub(super) struct OpenClose {
    open: f64,
    close: f64,
    rest_db: f64,
    reduction_db: f64,
}

impl OpenClose {
    /// Creates ballistics that start, also after a reset, from `rest_db` of reduction.
    pub(super) fn new(open_ms: f64, close_ms: f64, rest_db: f64, spec: &ProcessSpec) -> Self {
        Self {
            open: smoothing_coefficient(open_ms, spec),
            close: smoothing_coefficient(close_ms, spec),
            rest_db,
            reduction_db: rest_db,
        }
    }

    pub(super) fn reset(&mut self) {
        self.reduction_db = self.rest_db;
    }

    /// Continues from the state of another one.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        self.reduction_db = old.reduction_db;
    }

    /// Returns the reduction after the last frame, in decibels.
    pub(super) fn reduction_db(&self) -> f64 {
        self.reduction_db
    }

    /// Smooths reductions, in place.
    pub(super) fn process(&mut self, reductions_db: &mut [f64]) {
        for reduction in reductions_db {
            let (wanted, now) = (*reduction, self.reduction_db);
            self.reduction_db = if wanted < now {
                wanted.max(wanted + self.open * (now - wanted) - FADE_OUT_DB)
            } else {
                wanted.min(wanted + self.close * (now - wanted) + FADE_OUT_DB)
            };
            *reduction = self.reduction_db;
        }
    }
}

/// Release that adapts to the programme: fast after a single peak, slow after sustained reduction.
///
/// Two envelopes run side by side, and the larger one counts. The fast one rises at once. The slow
/// one charges over four release times and discharges over eight. A single peak leaves it nearly
/// empty; steady limiting fills it and is held steady by it.
#[derive(Clone, Debug)]
pub(super) struct AdaptiveRelease {
    fast: f64,
    slow: f64,
    charge: f64,
    fast_envelope: f64,
    slow_envelope: f64,
}

impl AdaptiveRelease {
    const CHARGE: f64 = 4.0;
    const SLOWER: f64 = 8.0;

    pub(super) fn new(release_ms: f64, spec: &ProcessSpec) -> Self {
        Self {
            fast: smoothing_coefficient(release_ms, spec),
            slow: smoothing_coefficient(release_ms * Self::SLOWER, spec),
            charge: smoothing_coefficient(release_ms * Self::CHARGE, spec),
            fast_envelope: 0.0,
            slow_envelope: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        (self.fast_envelope, self.slow_envelope) = (0.0, 0.0);
    }

    /// Continues from the state of another one.
    pub(super) fn inherit_state(&mut self, old: &Self) {
        (self.fast_envelope, self.slow_envelope) = (old.fast_envelope, old.slow_envelope);
    }

    /// Returns true if no reduction is left.
    pub(super) fn is_idle(&self) -> bool {
        self.fast_envelope == 0.0 && self.slow_envelope == 0.0
    }

    /// Receives the needed reduction and returns the one to apply: never less.
    #[inline]
    pub(super) fn push(&mut self, needed: f64) -> f64 {
        self.fast_envelope = needed.max(self.fast * self.fast_envelope - FADE_OUT_DB);
        let keep = if needed > self.slow_envelope { self.charge } else { self.slow };
        self.slow_envelope = (needed + keep * (self.slow_envelope - needed) - FADE_OUT_DB).max(0.0);
        self.fast_envelope.max(self.slow_envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SampleRate;

    fn spec() -> ProcessSpec {
        ProcessSpec { sample_rate: SampleRate::new(1_000).unwrap(), max_block: 64, channels: 1 }
    }

    #[test]
    fn a_step_is_at_63_percent_after_the_attack_time() {
        let mut steps = [10.0; 20];
        Decoupled::new(20.0, 500.0, &spec()).process(&mut steps);
        assert!((steps[19] - 10.0 * (1.0 - (-1.0_f64).exp())).abs() < 1e-9); // twenty steps of the fade-out
    }

    #[test]
    fn a_release_ends_at_exactly_nothing() {
        let mut ballistics = Decoupled::new(1.0, 10.0, &spec());
        ballistics.process(&mut [30.0; 50]);
        let mut silence = [0.0; 500];
        ballistics.process(&mut silence);
        assert!(silence[0] > 20.0);
        assert_eq!(silence[499], 0.0);
        // A time constant later (after the attack's own millisecond or two) 1/e is left.
        let later = silence[13] / silence[3];
        assert!((later - (-1.0_f64).exp()).abs() < 0.02, "{later}");
    }

    #[test]
    fn a_gate_opens_and_closes_with_its_own_times_and_arrives() {
        let mut gate = OpenClose::new(5.0, 50.0, 60.0, &spec());
        let mut open = [0.0; 400];
        gate.process(&mut open);
        assert!((open[4] - 60.0 * (-1.0_f64).exp()).abs() < 1e-9);
        assert_eq!(open[399], 0.0);
        let mut close = vec![60.0; 3_000];
        gate.process(&mut close);
        assert!((close[49] - 60.0 * (1.0 - (-1.0_f64).exp())).abs() < 1e-9);
        assert_eq!(close[2_999], 60.0);
    }
}

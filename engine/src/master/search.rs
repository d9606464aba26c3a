//! Search for the gain that leads to a loudness: tries between two gains, one too soft and one too
//! loud.

use super::tolerance::LOUDNESS_TOLERANCE_LU;

/// Accepted distance from the target, in LU: half the tolerance of the report, so that rounding
/// never decides.
const ENOUGH_LU: f64 = LOUDNESS_TOLERANCE_LU / 2.0;
/// Width of the bracket at which the search ends, in dB. Gains this close lead to loudnesses as
/// close, well within [`ENOUGH_LU`], unless the loudness jumps between them.
const NARROWEST_DB: f64 = 0.01;
/// Slope of the flattest chord that is followed, in LU per dB of gain.
const FLATTEST_LU_A_DB: f64 = 0.01;
/// Factor for steps along the chord from the third on: on a curve that bends they fall short, each
/// by less.
const STRETCH: f64 = 1.5;
/// Longest step beyond the gains tried, in dB.
const LONGEST_STEP_DB: f64 = 12.0;

/// A gain and its result.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Try {
    gain_db: f64,
    /// Target minus loudness, in LU: positive if the try was too soft.
    missing_lu: f64,
}

/// Outcome of a try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum GainStep {
    /// The loudness is met.
    Met,
    /// Next gain to try, in dB.
    Try(f64),
    /// The largest gain allowed was too soft.
    AtLimit,
    /// No gain leads to the target: the loudness jumps past it.
    Jump,
}

/// Finds the gain at which the loudness meets a target.
///
/// The function rises and saturates: a limiter reduces the more, the more gain it gets. From one
/// side the search follows the chord. Once a gain on either side is known, it is regula falsi in
/// the Illinois variant (Dowell and Jarratt, BIT 11, 1971). That never leaves the bracket and
/// always narrows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GainSearch {
    target_lufs: f64,
    /// Largest gain allowed, in dB; may be infinite.
    limit_db: f64,
    /// Loudest try that was too soft.
    below: Option<Try>,
    /// Softest try that was too loud.
    above: Option<Try>,
    /// Last known point, tried or not.
    last: Option<Try>,
    /// Slope of the last chord, in LU per dB.
    slope: Option<f64>,
    /// Steps made along chords since the search began.
    steps: u8,
}

impl GainSearch {
    /// Creates a search up to `limit_db`. `untouched` is a gain and loudness (dB, LUFS) below which
    /// nothing is limited, if known.
    pub(super) fn new(target_lufs: f64, limit_db: f64, untouched: Option<(f64, f64)>) -> Self {
        let last = untouched.map(|(gain_db, lufs)| Try { gain_db, missing_lu: target_lufs - lufs });
        Self { target_lufs, limit_db, below: None, above: None, last, slope: None, steps: 0 }
    }

    /// Discards earlier tries, but keeps the slope: the ceiling has changed.
    pub(super) fn restart(&mut self) {
        (self.below, self.above, self.last, self.steps) = (None, None, None, 0);
    }

    /// Evaluates the loudness at a gain, and chooses the next step.
    pub(super) fn after(&mut self, gain_db: f64, loudness_lufs: f64) -> GainStep {
        let now = Try { gain_db, missing_lu: self.target_lufs - loudness_lufs };
        let before = self.last.replace(now);
        if let Some(last) = before.filter(|last| (last.gain_db - gain_db).abs() > NARROWEST_DB) {
            self.slope = Some((last.missing_lu - now.missing_lu) / (gain_db - last.gain_db));
        }
        if now.missing_lu.abs() <= ENOUGH_LU {
            return GainStep::Met;
        }
        let soft = now.missing_lu > 0.0;
        let (mine, other) = if soft { (&mut self.below, &mut self.above) } else { (&mut self.above, &mut self.below) };
        *mine = Some(now);
        // Illinois: an end that is kept a second time counts half.
        if let Some(other) = other
            && before.is_some_and(|before| (before.missing_lu > 0.0) == soft)
        {
            other.missing_lu /= 2.0;
        }
        match (self.below, self.above) {
            (Some(below), Some(above)) => Self::between(below, above),
            (Some(_), None) if gain_db >= self.limit_db => GainStep::AtLimit,
            _ => GainStep::Try((gain_db + self.step(now.missing_lu)).min(self.limit_db)),
        }
    }

    fn between(below: Try, above: Try) -> GainStep {
        let width = above.gain_db - below.gain_db;
        if width.abs() < NARROWEST_DB {
            return GainStep::Jump;
        }
        let share = below.missing_lu / (below.missing_lu - above.missing_lu);
        // Away from the ends, so that a curve with a near-corner narrows the bracket, too.
        GainStep::Try(below.gain_db + width * share.clamp(0.01, 0.99))
    }

    /// Returns the step that closes the remaining distance, along the last chord.
    fn step(&mut self, missing_lu: f64) -> f64 {
        self.steps += 1;
        let slope = self.slope.unwrap_or(1.0).clamp(FLATTEST_LU_A_DB, 1.0);
        let stretch = if self.steps > 2 { STRETCH } else { 1.0 };
        (missing_lu / slope * stretch).clamp(-LONGEST_STEP_DB, LONGEST_STEP_DB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the gain and number of tries until a curve is met, or the step that ended the
    /// search.
    fn search(curve: impl Fn(f64) -> f64, target: f64, limit_db: f64) -> (GainStep, f64, usize) {
        let mut search = GainSearch::new(target, limit_db, None);
        let mut gain_db = (target - curve(0.0)).min(limit_db);
        for tries in 1..100 {
            match search.after(gain_db, curve(gain_db)) {
                GainStep::Try(next) => gain_db = next,
                end => return (end, gain_db, tries),
            }
        }
        (GainStep::Try(gain_db), gain_db, 100)
    }

    #[test]
    fn a_straight_curve_takes_one_try_and_a_bent_one_few() {
        assert_eq!(search(|gain| gain - 20.0, -14.0, 40.0), (GainStep::Met, 6.0, 1));
        // Ever less per decibel: −20 + 8·(1 − e^(−g/8)).
        let bent = |gain: f64| 8.0_f64.mul_add(1.0 - (-gain / 8.0).exp(), -20.0);
        for target in [-19.0, -17.0, -15.0, -13.0, -12.4] {
            let (end, gain, tries) = search(bent, target, 40.0);
            assert_eq!(end, GainStep::Met, "{target}");
            assert!((bent(gain) - target).abs() <= ENOUGH_LU && tries <= 8, "{target}: {gain} dB, {tries} tries");
        }
    }

    #[test]
    fn corners_steps_and_steep_curves_are_met() {
        let corner = |gain: f64| if gain < 10.0 { gain - 30.0 } else { -20.0 + (gain - 10.0) * 0.02 };
        assert_eq!(search(corner, -19.9, 60.0).0, GainStep::Met);
        // Quiet passages cross the gate of the meter: the loudness falls as the gain rises.
        let gate = |gain: f64| if gain < 5.0 { gain - 20.0 } else { gain - 23.0 };
        assert_eq!(search(gate, -12.0, 60.0).0, GainStep::Met);
        let steep = |gain: f64| 1.8 * gain - 30.0;
        assert_eq!(search(steep, -14.0, 60.0).0, GainStep::Met);
    }

    #[test]
    fn a_limit_and_a_jump_end_it() {
        assert_eq!(search(|gain| gain - 30.0, -14.0, 8.0), (GainStep::AtLimit, 8.0, 1));
        let jump = |gain: f64| if gain < 12.0 { gain - 30.0 } else { gain - 20.0 };
        let (end, _, tries) = search(jump, -14.0, 60.0);
        assert_eq!(end, GainStep::Jump);
        assert!(tries <= 40, "{tries}");
    }
}

//! Which static gain brings a mix to its loudness, and when to stop short of it.

use serde::Serialize;

/// How near the written file's loudness must come to the target, in LU.
pub const LOUDNESS_TOLERANCE_LU: f64 = 0.05;
/// How far above the ceiling a meter may read before the ceiling counts as missed, in dB: what the limiter's own detector and
/// the meter, both 8 times oversampled and refined, may differ by.
pub const TRUE_PEAK_TOLERANCE_DB: f64 = 0.02;

/// What the master is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Aim {
    /// Integrated loudness, in LUFS; `None` keeps the mix's own.
    pub target_lufs: Option<f64>,
    /// Highest true peak, in dBTP; `None` for no limiter.
    pub ceiling_dbtp: Option<f64>,
    /// The most that the limiter may take away for the sake of the target, in dB.
    pub max_limiting_db: f64,
}

/// The static gain before the limiter.
#[derive(Clone, Debug, PartialEq)]
pub struct GainPlan {
    /// In dB.
    pub gain_db: f64,
    /// The largest gain that may be tried, in dB.
    limit_db: f64,
    /// Why the target is not, or cannot be, reached.
    pub note: Option<String>,
}

impl GainPlan {
    /// The first gain to try for a mix of the given loudness (LUFS) and true peak (dBTP); `None` where they are undefined.
    pub fn first(aim: &Aim, loudness_lufs: Option<f64>, true_peak_dbtp: Option<f64>) -> Self {
        let limit_db = match (aim.ceiling_dbtp, true_peak_dbtp) {
            (Some(ceiling), Some(peak)) => ceiling - peak + aim.max_limiting_db,
            _ => f64::INFINITY,
        };
        let Some(target) = aim.target_lufs else {
            return Self { gain_db: 0.0, limit_db: f64::INFINITY, note: None };
        };
        let Some(loudness) = loudness_lufs else {
            let note =
                "the mix is silent or shorter than 0.4 s, so it has no loudness, and its gain was left alone".into();
            return Self { gain_db: 0.0, limit_db, note: Some(note) };
        };
        let mut plan = Self { gain_db: 0.0, limit_db, note: None };
        plan.set(aim, target - loudness);
        plan
    }

    /// The next gain to try when a try with the current one measured `loudness_lufs`; `None` when that is near enough, or when
    /// the limit of limiting has been reached.
    pub fn next(&self, aim: &Aim, loudness_lufs: Option<f64>) -> Option<Self> {
        // Half the tolerance: the written file is quantised after this measurement.
        const ENOUGH_LU: f64 = LOUDNESS_TOLERANCE_LU / 2.0;
        let missing = aim.target_lufs? - loudness_lufs?;
        if missing.abs() <= ENOUGH_LU || (self.note.is_some() && missing > 0.0) {
            return None;
        }
        let mut next = Self { note: None, ..self.clone() };
        next.set(aim, self.gain_db + missing);
        (next.gain_db != self.gain_db).then_some(next)
    }

    fn set(&mut self, aim: &Aim, gain_db: f64) {
        self.gain_db = gain_db.min(self.limit_db);
        if gain_db > self.limit_db {
            self.note = Some(format!(
                "the target would need more than {} dB of limiting under the ceiling, so the master stays softer; \
                 raise max_limiting_db, lower the target, or tame the peaks of the mix",
                aim.max_limiting_db
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIM: Aim = Aim { target_lufs: Some(-14.0), ceiling_dbtp: Some(-1.0), max_limiting_db: 6.0 };

    #[test]
    fn the_gain_is_what_is_missing() {
        let plan = GainPlan::first(&AIM, Some(-20.0), Some(-8.0));
        assert_eq!((plan.gain_db, &plan.note), (6.0, &None));
        assert_eq!(plan.next(&AIM, Some(-14.01)), None);
        assert!((plan.next(&AIM, Some(-14.5)).unwrap().gain_db - 6.5).abs() < 1e-12);
    }

    #[test]
    fn it_stops_where_more_than_the_allowed_limiting_would_begin() {
        // Peak −3, ceiling −1, at most 6 dB of limiting: at most 8 dB of gain, and 16 are missing.
        let plan = GainPlan::first(&AIM, Some(-30.0), Some(-3.0));
        assert_eq!(plan.gain_db, 8.0);
        assert!(plan.note.as_ref().unwrap().contains("more than 6 dB"));
        assert_eq!(plan.next(&AIM, Some(-22.0)), None);
    }

    #[test]
    fn silence_and_no_target_keep_the_gain() {
        assert_eq!(GainPlan::first(&AIM, None, None).gain_db, 0.0);
        let free = Aim { target_lufs: None, ..AIM };
        let plan = GainPlan::first(&free, Some(-3.0), Some(4.0));
        assert_eq!((plan.gain_db, plan.note.clone()), (0.0, None));
        assert_eq!(plan.next(&free, Some(-3.0)), None);
    }
}

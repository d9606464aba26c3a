//! Static gain that brings a mix to its target loudness, and the limits of the search for it.

use super::limit::Limit;
use super::search::{GainSearch, GainStep};
use crate::dsp::dynamics::{LimiterSettings, LimiterStyle};
use crate::session::{Ceiling, MAX_LIMITING_DB, OutputFormat, Session, Target};
use serde::{Deserialize, Serialize};

/// Way in which the master's limiter works, besides its ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MasterLimiter {
    /// Way in which it turns down.
    pub style: LimiterStyle,
    /// Link of the channels, 0 to 100 percent.
    pub stereo_link_percent: f64,
}

impl MasterLimiter {
    /// The clean style, with linked channels.
    pub const CLEAN: Self = Self { style: LimiterStyle::Clean, stereo_link_percent: 100.0 };

    /// Returns the settings of a limiter, with the default ceiling.
    pub fn settings(self) -> LimiterSettings {
        let Self { style, stereo_link_percent } = self;
        LimiterSettings { style, stereo_link_percent, ..LimiterSettings::default() }
    }
}

/// Requested properties of the master.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MasterTarget {
    /// Integrated loudness, in LUFS; `None` keeps the mix's own.
    pub target_lufs: Option<f64>,
    /// Highest true peak, in dBTP; `None` for no limiter.
    pub ceiling_dbtp: Option<f64>,
    /// Largest reduction allowed for the sake of the target, in dB: how far the peaks may exceed
    /// the ceiling before the limiter.
    pub max_limiting_db: f64,
    /// The limiter under the ceiling.
    pub limiter: MasterLimiter,
}

/// The static gain before the limiter.
#[derive(Clone, Debug, PartialEq)]
pub struct GainPlan {
    /// Gain, in dB.
    pub gain_db: f64,
    /// The known cause that keeps the loudness from its target.
    pub limit: Option<Limit>,
    /// State of the search; `None` if there is nothing to search for.
    search: Option<GainSearch>,
}

impl MasterTarget {
    /// Returns the aim of a session. Floats that keep their own loudness are left alone unless a
    /// ceiling is named: they hold any peak.
    pub fn of_session(session: &Session) -> Self {
        let master = &session.master;
        let free = master.target == Target::None && session.output.format == OutputFormat::Wav32f;
        let ceiling_dbtp = match master.ceiling_dbtp {
            Some(Ceiling::Off) => None,
            None if free => None,
            _ => master.effective_ceiling_dbtp(),
        };
        let limiter =
            MasterLimiter { style: master.limiter_style, stereo_link_percent: master.limiter_stereo_link_percent };
        let (target_lufs, max_limiting_db) = (master.target.loudness_lufs(), master.max_limiting_db);
        Self { target_lufs, ceiling_dbtp, max_limiting_db, limiter }
    }
}

impl GainPlan {
    /// Returns the first gain to try for a mix of the given loudness (LUFS) and true peak (dBTP);
    /// `None` where they are undefined.
    pub fn first(aim: &MasterTarget, loudness_lufs: Option<f64>, true_peak_dbtp: Option<f64>) -> Self {
        let Some(target) = aim.target_lufs else {
            return Self { gain_db: 0.0, limit: None, search: None };
        };
        let Some(loudness) = loudness_lufs else {
            return Self { gain_db: 0.0, limit: Some(Limit::Silence), search: None };
        };
        // Up to this gain nothing is limited.
        let untouched_db = aim.ceiling_dbtp.zip(true_peak_dbtp).map(|(ceiling, peak)| ceiling - peak);
        let limit_db = untouched_db.map_or(f64::INFINITY, |gain| gain + aim.max_limiting_db);
        let search = GainSearch::new(target, limit_db, untouched_db.map(|gain| (gain, loudness + gain)));
        Self { gain_db: (target - loudness).min(limit_db), limit: None, search: Some(search) }
    }

    /// Evaluates the loudness at the current gain, in LUFS; returns true if another gain is to be
    /// tried. `None` where it has no loudness.
    pub fn needs_another_pass(&mut self, aim: &MasterTarget, loudness_lufs: Option<f64>) -> bool {
        let Some((search, loudness)) = self.search.as_mut().zip(loudness_lufs) else { return false };
        self.limit = match search.after(self.gain_db, loudness) {
            GainStep::Try(gain_db) => {
                self.gain_db = gain_db;
                return true;
            }
            GainStep::Met => None,
            GainStep::Jump => Some(Limit::Gate),
            GainStep::AtLimit if aim.max_limiting_db <= 0.0 => Some(Limit::Ceiling),
            GainStep::AtLimit if aim.max_limiting_db >= MAX_LIMITING_DB.1 => Some(Limit::Saturation),
            GainStep::AtLimit => Some(Limit::MaxLimiting),
        };
        false
    }

    /// Discards earlier tries, as the ceiling has changed; the gain stays.
    pub fn restart(&mut self) {
        if let Some(search) = &mut self.search {
            search.restart();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIM: MasterTarget = MasterTarget {
        target_lufs: Some(-14.0),
        ceiling_dbtp: Some(-1.0),
        max_limiting_db: 6.0,
        limiter: MasterLimiter::CLEAN,
    };

    #[test]
    fn the_gain_is_the_missing_loudness() {
        let mut plan = GainPlan::first(&AIM, Some(-20.0), Some(-8.0));
        assert_eq!((plan.gain_db, plan.limit), (6.0, None));
        assert!(!plan.clone().needs_another_pass(&AIM, Some(-14.01)));
        assert!(plan.needs_another_pass(&AIM, Some(-14.5)));
        assert_eq!(plan.gain_db, 6.5);
        let mut limited = GainPlan::first(&AIM, Some(-20.0), Some(-3.0));
        assert_eq!(limited.gain_db, 6.0);
        // Of the last 4 dB of gain, 3 appear in the loudness: at most the same share of the next
        // ones will.
        assert!(limited.needs_another_pass(&AIM, Some(-15.0)));
        assert!((limited.gain_db - (6.0 + 4.0 / 3.0)).abs() < 1e-12, "{}", limited.gain_db);
    }

    #[test]
    fn the_search_stops_at_the_allowed_limiting() {
        // Peak −3, ceiling −1, at most 6 dB of limiting: at most 8 dB of gain, and 16 are missing.
        let mut plan = GainPlan::first(&AIM, Some(-30.0), Some(-3.0));
        assert_eq!(plan.gain_db, 8.0);
        assert!(!plan.needs_another_pass(&AIM, Some(-23.0)));
        assert_eq!(plan.limit, Some(Limit::MaxLimiting));
        let none = MasterTarget { max_limiting_db: 0.0, ..AIM };
        let mut plan = GainPlan::first(&none, Some(-30.0), Some(-3.0));
        assert_eq!(plan.gain_db, 2.0);
        assert!(!plan.needs_another_pass(&none, Some(-28.0)));
        assert_eq!(plan.limit, Some(Limit::Ceiling));
    }

    #[test]
    fn the_most_limiting_there_is_is_named() {
        let aim = MasterTarget { max_limiting_db: 24.0, ..AIM };
        let mut plan = GainPlan::first(&aim, Some(-30.0), Some(-3.0));
        // Never louder than −20, whatever the gain.
        while plan.needs_another_pass(&aim, Some((plan.gain_db - 30.0).min(-20.0))) {}
        assert_eq!((plan.gain_db, plan.limit), (26.0, Some(Limit::Saturation)));
    }

    #[test]
    fn silence_and_no_target_keep_the_gain() {
        let silent = GainPlan::first(&AIM, None, None);
        assert_eq!((silent.gain_db, silent.limit), (0.0, Some(Limit::Silence)));
        let free = MasterTarget { target_lufs: None, ..AIM };
        let mut plan = GainPlan::first(&free, Some(-3.0), Some(4.0));
        assert_eq!((plan.gain_db, plan.limit), (0.0, None));
        assert!(!plan.needs_another_pass(&free, Some(-3.0)));
    }
}

//! Evidence for and against one hypothesis of tempo and beats.
//!
//! All that is the same for all hypotheses of a song is computed once, as [`Sources`]. The values
//! of a hypothesis come from five views of it: the pulse, rates of events, repetition after lags,
//! bars, and accents within bars.

mod accents;
mod bars;
mod lags;
mod parts;
mod pulse;
mod rates;
mod values;

use super::features::Features;
use super::tracker::Track;
use crate::tempo::{Curve, Repetition};
use lags::Lags;
pub(super) use parts::period;
use pulse::Pulses;
use rates::Rates;
use values::Values;

/// Number of values.
pub(super) const VALUES: usize = pulse::VALUES + rates::VALUES + lags::VALUES + bars::VALUES + accents::VALUES;

/// Frames around a beat that count as the beat: 30 ms.
const REACH: usize = 3;
/// Share of a period by which trackers are early: half the part of it that is the beat.
const TRACKED_EARLY: f64 = 1.0 / 32.0;

/// Seconds on each side of a change of harmony, and of the bass.
const SPANS_S: (f64, f64) = (0.5, 0.35);

/// Changes of pitches over time.
#[derive(Debug)]
struct Changes {
    harmony: Curve,
    bass: Option<Curve>,
}

impl Changes {
    fn new(features: &Features) -> Self {
        let frames = features.mix.len();
        Self {
            harmony: features.pitches.changes(SPANS_S.0, frames),
            bass: features.bass_pitches.as_ref().map(|pitches| pitches.changes(SPANS_S.1, frames)),
        }
    }
}

/// Sources of evidence that all hypotheses of a song share.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    features: &'a Features,
    pulses: Pulses,
    rates: Rates,
    lags: Lags<'a>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(features: &'a Features) -> Self {
        let changes = Changes::new(features);
        Self {
            features,
            pulses: Pulses::new(features),
            rates: Rates::new(features, &changes),
            lags: Lags::new(features, &changes),
        }
    }

    /// Returns the repetition of the curves that candidates of tempo come from, with weights.
    pub(super) fn of_candidates(&self) -> [(&Repetition, f64); 3] {
        [(&self.pulses.beat, 1.0), (&self.pulses.low, 0.6), (&self.pulses.all, 0.6)]
    }

    /// Returns the [`VALUES`] of a hypothesis, most of them about -3 to 3. `likelihood` is that of
    /// its track less that of the likeliest hypothesis.
    pub(super) fn evidence(&self, track: &Track, likelihood: f64) -> Vec<f64> {
        let tracked = &track.beats_s;
        let period_s = period(tracked);
        let beats_s: Vec<f64> = tracked.iter().map(|beat| beat + TRACKED_EARLY * period_s).collect();
        let mut values = Values::default();
        self.pulses.add(&mut values, self.features, tracked, likelihood);
        self.rates.add(&mut values, period_s);
        self.lags.add(&mut values, period_s);
        bars::add(&mut values, self.features, &beats_s, period_s);
        accents::add(&mut values, self.features, &beats_s, period_s);
        values.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beats::{Blocks, RhythmFeatures};

    #[test]
    fn every_hypothesis_has_all_values() {
        let clicks: Vec<f32> = (0..220_500u32).map(|index| if index % 11_025 < 200 { 0.5 } else { 0.0 }).collect();
        let silence = vec![0.0; clicks.len()];
        for (mix, drums) in [(&clicks, Some(&clicks[..])), (&clicks, None), (&silence, None)] {
            let mut features = RhythmFeatures::new();
            features.push(&Blocks { mix, drums, bass: Some(&silence), rest: None });
            let features = features.finish();
            let sources = Sources::new(&features);
            for beats_s in [vec![], vec![1.0], (0..40).map(|beat| f64::from(beat) * 0.25).collect()] {
                let values = sources.evidence(&Track { beats_s, likelihood: 0.0 }, 0.0);
                assert_eq!(values.len(), VALUES);
                assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
            }
        }
    }
}

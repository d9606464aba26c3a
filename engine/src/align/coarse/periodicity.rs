//! Repeats within stems: delays at which a correlation is nearly as high as at the first.

use super::segment_vote::{self, SegmentSearch};
use super::thresholds::THRESHOLDS;
use crate::align::correlate::gcc_phat::{Correlator, Lags};
use crate::align::features::prepared::PreparedStem;

/// Search for repeats within one stem.
const OF_ITSELF: SegmentSearch =
    SegmentSearch { segment_s: THRESHOLDS.repeat_segment_s, reach_s: THRESHOLDS.segment_reach_s, drifts: true };

/// Returns the period of a stem, in session frames, if all segments along it repeat. Any pair with
/// this stem that fits at one delay fits as well one period later and earlier. Lags within `lobe_s`
/// seconds count as the same place.
pub(crate) fn period(correlator: &Correlator, stem: &PreparedStem<'_>, lobe_s: f64) -> Option<i64> {
    let (factor, lobe) = (stem.factor(), lobe_s * stem.stem.rate().as_f64());
    let places = correlator.lend(|scratch| {
        let lags = Lags { early: &[], late: correlator.own(&mut stem.decimated(), stem.scale(), scratch)? };
        Some(high_places(lags, &Overlap::new(stem, stem), 0.0, factor, lobe, THRESHOLDS.max_candidates))
    })?;
    let is_same = |place: &i64| {
        let found = segment_vote::vote(stem, stem, *place, OF_ITSELF)?;
        let apart = found.time_map.delay(stem.stem.kept() as f64 / 2.0).abs() > lobe;
        (apart && found.agreeing == found.segments && found.height >= THRESHOLDS.min_paste_height_ratio)
            .then_some(*place)
    };
    places.iter().filter_map(is_same).min()
}

/// Energies of two stems where they overlap, by the delay of the second.
pub(crate) struct Overlap<'a> {
    first: &'a [f64],
    second: &'a [f64],
    /// Session frames in a step of the energies.
    hop: f64,
}

impl<'a> Overlap<'a> {
    pub(crate) fn new(a: &'a PreparedStem<'_>, b: &'a PreparedStem<'_>) -> Self {
        let (first, second) = (a.envelope.running_power(), b.envelope.running_power());
        Self { first, second, hop: a.envelope.hop() as f64 }
    }

    /// Returns the root of the product of both energies when the second stem is delayed by `shift`
    /// steps.
    fn at(&self, shift: i64) -> f64 {
        let (n, m) = (self.first.len() as i64 - 1, self.second.len() as i64 - 1);
        let start = (-shift).clamp(0, n);
        let end = (m - shift).clamp(start, n);
        let energy = |sums: &[f64], from: i64, to: i64| sums[to as usize] - sums[from as usize];
        let other = ((start + shift).clamp(0, m), (end + shift).clamp(0, m));
        (energy(self.first, start, end) * energy(self.second, other.0, other.1)).max(0.0).sqrt()
    }

    /// Returns the overlap at a delay of `late` session frames, as a share of the overlap at `own`.
    /// `None` if it is too small to count.
    pub(crate) fn share(&self, delay: f64, own: f64) -> Option<f64> {
        let step = |delay: f64| (delay / self.hop).round() as i64;
        let share = self.at(step(delay)) / self.at(step(own)).max(f64::MIN_POSITIVE);
        (share >= THRESHOLDS.min_overlap_share).then_some(share)
    }
}

/// Returns up to `most` lags, in session frames, the highest first, at which a levelled correlation
/// is nearly as high as at `own`. Heights are corrected for the overlap. A step of the correlation
/// is `factor` session frames. Lags within `lobe` of `own` count as the same place.
pub(crate) fn high_places(
    lags: Lags<'_>,
    overlap: &Overlap<'_>,
    own: f64,
    factor: usize,
    lobe: f64,
    most: usize,
) -> Vec<i64> {
    let factor = factor as f64;
    let hop = overlap.hop / factor;
    let (early, delay) = (lags.early.len() as i64, lags.late.len() as i64);
    let at = |lag: i64| {
        let x = if lag < 0 {
            usize::try_from(lag + early).ok().map(|n| &lags.early[n])
        } else {
            lags.late.get(lag as usize)
        };
        x.map_or(0.0, |x| x.abs())
    };
    let lobe = ((lobe / factor) as i64).max(2);
    let centre = (own / factor).round() as i64;
    let height = (centre - lobe..=centre + lobe).map(at).fold(0.0_f32, f32::max);
    let whole = overlap.at((centre as f64 / hop).round() as i64);
    if whole <= 0.0 || height <= 0.0 {
        return Vec::new();
    }
    let mut found: Vec<(f64, i64)> = Vec::new();
    // All lags of one step of the energies overlap alike, and are mostly too low together.
    let first_of = |shift: i64| ((shift as f64 - 0.5) * hop).ceil() as i64;
    for shift in (-early as f64 / hop).floor() as i64..=(delay as f64 / hop).ceil() as i64 {
        let share = overlap.at(shift) / whole;
        if share < THRESHOLDS.min_overlap_share {
            continue;
        }
        let least = (THRESHOLDS.min_repeat_height_share * share * f64::from(height)) as f32;
        let (from, to) = (first_of(shift).max(1 - early), first_of(shift + 1).min(delay - 1));
        let to = to.max(from);
        let (before, after) = (from.min(0)..to.min(0), from.max(0)..to.max(0));
        let before = (before.start, &lags.early[(before.start + early) as usize..(before.end + early) as usize]);
        let after = (after.start, &lags.late[after.start as usize..after.end as usize]);
        for (first, part) in [before, after] {
            // A sum of ones is quick to form.
            if part.iter().map(|x| u32::from(x.abs() >= least)).sum::<u32>() == 0 {
                continue;
            }
            for (lag, x) in (first..).zip(part).map(|(lag, x)| (lag, x.abs())) {
                if x >= least && x >= at(lag - 1) && x >= at(lag + 1) && (lag - centre).abs() > lobe {
                    found.push((f64::from(x / height) / share, lag));
                }
            }
        }
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    found.into_iter().take(most).map(|(_, lag)| (lag as f64 * factor) as i64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::features::stem::StemFeatures;
    use crate::audio::Block;
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals;

    const RATE_HZ: usize = 16_000;
    const FRAMES: usize = 20 * RATE_HZ;

    fn period_of(samples: &[f32]) -> Option<i64> {
        let mut stem = StemFeatures::new(SampleRate::new(RATE_HZ as u32).unwrap(), 1 << 20);
        stem.observe(&Block::mono(samples));
        let stem = PreparedStem::new(&stem);
        let longest = samples.len().div_ceil(stem.factor());
        period(&Correlator::new(longest, longest, RATE_HZ as f64 / stem.factor() as f64), &stem, 0.001)
    }

    fn looped(seconds: f64) -> Vec<f32> {
        let bar = signals::pink_noise(7, 0.1, (seconds * RATE_HZ as f64) as usize);
        bar.into_iter().cycle().take(FRAMES).collect()
    }

    #[test]
    fn what_is_played_round_and_round_is_the_same_after_each_round() {
        for seconds in [2.0, 3.3, 7.0] {
            let rounds = period_of(&looped(seconds)).unwrap() as f64 / RATE_HZ as f64 / seconds;
            // To the step of the correlation, 2 frames.
            assert!(rounds > 0.9 && (rounds - rounds.round()).abs() < 1e-3, "{seconds}: {rounds}");
        }
    }

    #[test]
    fn what_is_pasted_once_or_played_again_is_not() {
        let noise = signals::pink_noise(8, 0.1, FRAMES);
        assert_eq!(period_of(&noise), None);
        let mut pasted = noise.clone();
        pasted.copy_within(2 * RATE_HZ..8 * RATE_HZ, 11 * RATE_HZ);
        assert_eq!(period_of(&pasted), None);
        // A tenth of its power is new each time.
        let again: Vec<f32> = looped(2.0).iter().zip(&noise).map(|(x, y)| x + 0.33 * y).collect();
        assert_eq!(period_of(&again), None);
    }

    #[test]
    fn a_fill_is_the_same_after_no_round_that_meets_it() {
        let mut stem = looped(2.0);
        let fill = 9 * RATE_HZ..11 * RATE_HZ;
        stem[fill.clone()].copy_from_slice(&signals::pink_noise(9, 0.1, FRAMES)[fill]);
        // After twelve seconds nothing is beside it any more.
        assert_eq!(period_of(&stem), Some(12 * RATE_HZ as i64));
    }
}

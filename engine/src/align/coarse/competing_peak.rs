//! Checks for a competing peak. The part that two stems share may be a pasted take, so that another
//! delay fits as well.

use super::thresholds::THRESHOLDS;
use std::ops::RangeInclusive;

/// Lag that competes with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompetingPeak {
    /// Lower, but the stems clearly overlap more there than in the short part that they share at
    /// the other.
    Longer(i64),
    /// Nearly as high.
    AsHigh(i64),
}

/// Returns the highest lag of a correlation that competes with the lags `own`, over which differing
/// clocks spread a peak. The middle of the correlation is lag 0. `common` returns the overlap of
/// the stems by lag, and `most` is the largest possible overlap.
pub(crate) fn rival(
    correlation: &[f32],
    own: RangeInclusive<i64>,
    common: impl Fn(i64) -> usize,
    most: usize,
) -> Option<CompetingPeak> {
    let middle = (correlation.len() / 2) as i64;
    let squares = correlation.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let deviation = (squares / correlation.len() as f64).sqrt();
    let chance = (2.0 * (correlation.len() as f64).ln()).sqrt() * deviation;
    let at = |lag: i64| usize::try_from(lag + middle).ok().and_then(|n| correlation.get(n)).map_or(0.0, |x| x.abs());
    let peak = own.clone().map(at).fold(0.0, f32::max);
    let least = |share: f64| ((THRESHOLDS.min_rival_to_chance * chance) as f32).max(share as f32 * peak);
    let (nearly, lower) = (least(THRESHOLDS.min_rival_height_share), least(THRESHOLDS.min_longer_rival_height_share));
    let here = common(own.start().midpoint(*own.end())) as f64;
    let is_short = here < THRESHOLDS.min_long_overlap_share * most as f64;
    let others = || {
        let all = correlation.iter().enumerate().map(|(n, x)| (n as i64 - middle, x.abs()));
        all.filter(|(lag, height)| *height >= lower && !own.contains(lag))
    };
    let longer =
        others().filter(|(lag, _)| is_short && common(*lag) as f64 >= THRESHOLDS.min_longer_overlap_ratio * here);
    let highest = |x: &(i64, f32), y: &(i64, f32)| x.1.total_cmp(&y.1);
    let longer = longer.max_by(highest).map(|(lag, _)| CompetingPeak::Longer(lag));
    let as_high = || others().filter(|(_, height)| *height >= nearly).max_by(highest);
    longer.or_else(|| as_high().map(|(lag, _)| CompetingPeak::AsHigh(lag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    const FRAMES: i64 = 1_000;

    /// Returns the rival of lag `own` in noise with peaks.
    fn against(own: i64, peaks: &[(i64, f32)]) -> Option<CompetingPeak> {
        let mut lags = signals::white_noise(4, 1.0, 2 * FRAMES as usize + 1);
        for (lag, height) in peaks {
            lags[(lag + FRAMES) as usize] = *height;
        }
        rival(&lags, own - 8..=own + 8, |lag| (FRAMES - lag.abs()) as usize, FRAMES as usize)
    }

    #[test]
    fn a_short_part_gives_way_to_a_longer_one_that_stands_out() {
        assert_eq!(against(-850, &[(-850, 40.0), (400, -12.0)]), Some(CompetingPeak::Longer(400)));
    }

    #[test]
    fn a_part_nearly_as_high_speaks_against_any() {
        assert_eq!(against(100, &[(100, 40.0), (-600, 30.0)]), Some(CompetingPeak::AsHigh(-600)));
    }

    #[test]
    fn what_is_near_or_no_longer_or_low_or_noise_is_no_rival() {
        for (own, other, height) in
            [(300, 306, 35.0), (300, 100, 20.0), (-600, 500, 20.0), (850, 840, 20.0), (850, 400, 9.0)]
        {
            assert_eq!(against(own, &[(own, 40.0), (other, height)]), None, "{own} {other} {height}");
        }
        assert_eq!(against(850, &[(850, 9.0)]), None);
    }
}

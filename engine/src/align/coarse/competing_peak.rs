//! A part that two stems have in common may be a take that was pasted: whether another offset has
//! as much to say.

use std::ops::RangeInclusive;

/// What a rival reaches at least, in multiples of what chance reaches among all lags: it occurs
/// once in 10 000 pairs.
const LEAST_Z: f64 = 1.3;
/// How high a rival is at least, as a share of the peak.
const LEAST_HEIGHT: f64 = 0.7;
/// From this share of the most that two stems can have in common on, a part is long: a paste of
/// that length is the stem itself.
const LONG: f64 = 0.5;
/// How much longer than a short part the part of a lower rival is, at least.
const LONGER: f64 = 1.5;
/// How high that one is at least: where 35 seconds of 60 are in common, what is played again
/// reaches a sixth; a pasted take of 8 seconds has rivals from a third on.
const LEAST_HEIGHT_OF_LONGER: f64 = 0.25;

/// A lag that speaks against another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rival {
    /// Not so high, but there the stems have clearly more in common than the short part that they
    /// have at the other.
    Longer(i64),
    /// Nearly as high.
    AsHigh(i64),
}

/// The highest lag of a correlation, whose middle is lag 0, that speaks against those of `own`,
/// over which clocks that differ spread a peak. `common` tells how much the stems have in common,
/// by lag, and `most` how much that could be.
pub(crate) fn rival(
    correlation: &[f32],
    own: RangeInclusive<i64>,
    common: impl Fn(i64) -> usize,
    most: usize,
) -> Option<Rival> {
    let middle = (correlation.len() / 2) as i64;
    let squares = correlation.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let deviation = (squares / correlation.len() as f64).sqrt();
    let chance = (2.0 * (correlation.len() as f64).ln()).sqrt() * deviation;
    let at = |lag: i64| usize::try_from(lag + middle).ok().and_then(|n| correlation.get(n)).map_or(0.0, |x| x.abs());
    let peak = own.clone().map(at).fold(0.0, f32::max);
    let least = |share: f64| ((LEAST_Z * chance) as f32).max(share as f32 * peak);
    let (nearly, lower) = (least(LEAST_HEIGHT), least(LEAST_HEIGHT_OF_LONGER));
    let here = common(own.start().midpoint(*own.end())) as f64;
    let is_short = here < LONG * most as f64;
    let others = || {
        let all = correlation.iter().enumerate().map(|(n, x)| (n as i64 - middle, x.abs()));
        all.filter(|(lag, height)| *height >= lower && !own.contains(lag))
    };
    let longer = others().filter(|(lag, _)| is_short && common(*lag) as f64 >= LONGER * here);
    let highest = |x: &(i64, f32), y: &(i64, f32)| x.1.total_cmp(&y.1);
    let longer = longer.max_by(highest).map(|(lag, _)| Rival::Longer(lag));
    let as_high = || others().filter(|(_, height)| *height >= nearly).max_by(highest);
    longer.or_else(|| as_high().map(|(lag, _)| Rival::AsHigh(lag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    const FRAMES: i64 = 1_000;

    /// What speaks against lag `own` in noise with peaks.
    fn against(own: i64, peaks: &[(i64, f32)]) -> Option<Rival> {
        let mut lags = signals::white_noise(4, 1.0, 2 * FRAMES as usize + 1);
        for (lag, height) in peaks {
            lags[(lag + FRAMES) as usize] = *height;
        }
        rival(&lags, own - 8..=own + 8, |lag| (FRAMES - lag.abs()) as usize, FRAMES as usize)
    }

    #[test]
    fn a_short_part_gives_way_to_a_longer_one_that_stands_out() {
        assert_eq!(against(-850, &[(-850, 40.0), (400, -12.0)]), Some(Rival::Longer(400)));
    }

    #[test]
    fn a_part_nearly_as_high_speaks_against_any() {
        assert_eq!(against(100, &[(100, 40.0), (-600, 30.0)]), Some(Rival::AsHigh(-600)));
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

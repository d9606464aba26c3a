//! The direct path to a microphone in a room: the first lag that stands out, with silence before it
//! and reflections after it.

/// Reflections are looked for so far from the peak, in seconds; beyond, on the quiet side, only
/// chance is left.
pub(crate) const REFLECTIONS_S: f64 = 0.06;
/// What a lag stands out by, in deviations of the quiet side.
const LEAST_DEVIATIONS: f32 = 7.0;
/// The least height of the direct path, as a share of the highest reflection.
const LEAST_HEIGHT: f32 = 0.3;
/// How much quieter one side is when that alone decides which it is.
const QUIETER: f32 = 1.3;
/// How much more sudden the start of the lags that stand out is than their end.
const MORE_SUDDEN: f64 = 2.0;
/// How much louder what follows the direct path is than what comes before it: power.
const LOUDER_AFTER: f64 = 2.0;
/// The time before and after an edge that decides how sudden it is, in seconds.
const EDGE_S: f64 = 0.01;

/// Where the direct path lies in a correlation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// The lag, by its number.
    pub(crate) at: usize,
    /// The lags on its quiet side.
    pub(crate) quiet: std::ops::Range<usize>,
}

/// Finds the direct path among the lags around `best`, those within `lobe` of a peak belonging to
/// it. `None` where the correlation has but one peak, or looks alike on both sides.
pub(crate) fn arrival(curve: &[f32], best: usize, lobe: usize, rate: f64) -> Option<Arrival> {
    let mirrored: Vec<f32> = curve.iter().rev().copied().collect();
    let (forth, before) = onset(curve, best, lobe, rate)?;
    let (back, after) = onset(&mirrored, curve.len() - 1 - best, lobe, rate)?;
    let sudden = |onset: Option<Onset>| onset.map_or(0.0, |onset| onset.sudden);
    let from = || Some(forth?).map(|onset| Arrival { at: onset.at, quiet: 0..onset.at.saturating_sub(lobe) });
    let until = || {
        let at = curve.len() - 1 - back?.at;
        Some(Arrival { at, quiet: (at + lobe + 1).min(curve.len())..curve.len() })
    };
    // A long reverberation lasts beyond the lags measured; a short one begins more suddenly than
    // it ends.
    if QUIETER * before < after {
        from()
    } else if QUIETER * after < before {
        until()
    } else if sudden(forth) >= MORE_SUDDEN * sudden(back) {
        from()
    } else if sudden(back) >= MORE_SUDDEN * sudden(forth) {
        until()
    } else {
        None
    }
}

/// The first lag that stands out, and how sudden it comes.
#[derive(Clone, Copy)]
struct Onset {
    at: usize,
    sudden: f64,
}

/// The onset before `best`, and the deviation of the lags farthest before it; `None` where there
/// are none.
fn onset(curve: &[f32], best: usize, lobe: usize, rate: f64) -> Option<(Option<Onset>, f32)> {
    let frames = |seconds: f64| (seconds * rate) as usize;
    let from = best.checked_sub(frames(REFLECTIONS_S)).filter(|from| *from >= frames(EDGE_S))?;
    let power = |range: std::ops::Range<usize>| {
        let part = &curve[range.start.min(curve.len())..range.end.min(curve.len())];
        part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len().max(1) as f64
    };
    let deviation = power(0..from).sqrt() as f32;
    let least = (LEAST_DEVIATIONS * deviation).max(LEAST_HEIGHT * curve[best].abs());
    // The peak itself stands out, or nothing does.
    let Some(first) = (from..=best).find(|n| curve[*n].abs() >= least) else { return Some((None, deviation)) };
    let higher = |top: usize, n: usize| if curve[n].abs() > curve[top].abs() { n } else { top };
    // Its own slope rises to it.
    let at = (first..=(first + lobe / 3).min(best)).fold(first, higher);
    let start = at.saturating_sub(lobe);
    let edge = (power(start.saturating_sub(frames(EDGE_S))..start), power(at + lobe..at + lobe + frames(EDGE_S)));
    let whole = (power(from.min(start.saturating_sub(1))..start), power(at + lobe..at + frames(REFLECTIONS_S)));
    let louder = whole.1 >= LOUDER_AFTER * whole.0;
    Some((louder.then(|| Onset { at, sudden: edge.1 / edge.0.max(f64::MIN_POSITIVE) }), deviation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    const RATE_HZ: f64 = 44_100.0;
    const LOBE: usize = 44;
    const MIDDLE: usize = 4_096;

    /// Noise with peaks, and a tail from lag `from` on.
    fn lags(peaks: &[(usize, f32)], from: Option<usize>) -> Vec<f32> {
        let mut lags = signals::white_noise(4, 1.0, 2 * MIDDLE + 1);
        if let Some(from) = from {
            let tail = signals::white_noise(5, 5.0, lags.len() - from);
            for (n, (to, x)) in lags[from..].iter_mut().zip(tail).enumerate() {
                *to += x * (-(n as f32) / 800.0).exp();
            }
        }
        for (at, height) in peaks {
            lags[*at] = *height;
        }
        lags
    }

    #[test]
    fn the_first_of_several_peaks_with_a_tail_is_the_direct_path_either_way_round() {
        let mut curve = lags(&[(MIDDLE - 900, 20.0), (MIDDLE - 400, -25.0), (MIDDLE, 30.0)], Some(MIDDLE - 900));
        let found = arrival(&curve, MIDDLE, LOBE, RATE_HZ).map(|arrival| arrival.at);
        assert_eq!(found, Some(MIDDLE - 900));
        curve.reverse();
        let found = arrival(&curve, MIDDLE, LOBE, RATE_HZ).map(|arrival| arrival.at);
        assert_eq!(found, Some(MIDDLE + 900));
    }

    #[test]
    fn a_peak_alone_and_peaks_alike_on_both_sides_tell_no_direct_path() {
        let alone = lags(&[(MIDDLE, 30.0)], None);
        let alike = lags(&[(MIDDLE - 900, 25.0), (MIDDLE, 30.0), (MIDDLE + 900, 25.0)], None);
        for curve in [alone, alike] {
            assert_eq!(arrival(&curve, MIDDLE, LOBE, RATE_HZ), None);
        }
    }
}

//! Direct path to a microphone in a room: the first lag that stands out, with silence before it and
//! reflections after it.

use super::thresholds::THRESHOLDS;

/// Direct path in a correlation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrival {
    /// Index of the lag.
    pub(crate) at: usize,
    /// Lags on its quiet side.
    pub(crate) quiet: std::ops::Range<usize>,
}

/// Finds the direct path among the lags around `best`. Lags within `lobe` of a peak belong to it.
/// `None` where the correlation has only one peak, or looks alike on both sides.
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
    // A long reverberation lasts beyond the measured lags; a short one begins more suddenly than it
    // ends.
    if THRESHOLDS.min_side_ratio * before < after {
        from()
    } else if THRESHOLDS.min_side_ratio * after < before {
        until()
    } else if sudden(forth) >= THRESHOLDS.min_steepness_ratio * sudden(back) {
        from()
    } else if sudden(back) >= THRESHOLDS.min_steepness_ratio * sudden(forth) {
        until()
    } else {
        None
    }
}

/// First lag that stands out, and the steepness of its edge.
#[derive(Clone, Copy)]
struct Onset {
    at: usize,
    sudden: f64,
}

/// Returns the onset before `best`, and the deviation of the lags farthest before it. `None` if
/// there are no such lags.
fn onset(curve: &[f32], best: usize, lobe: usize, rate: f64) -> Option<(Option<Onset>, f32)> {
    let frames = |seconds: f64| (seconds * rate) as usize;
    let from =
        best.checked_sub(frames(THRESHOLDS.max_reflection_s)).filter(|from| *from >= frames(THRESHOLDS.edge_s))?;
    let power = |range: std::ops::Range<usize>| {
        let part = &curve[range.start.min(curve.len())..range.end.min(curve.len())];
        part.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / part.len().max(1) as f64
    };
    let deviation = power(0..from).sqrt() as f32;
    let least =
        (THRESHOLDS.min_arrival_to_rms * deviation).max(THRESHOLDS.min_arrival_height_share * curve[best].abs());
    // The peak itself stands out, or nothing does.
    let Some(first) = (from..=best).find(|n| curve[*n].abs() >= least) else { return Some((None, deviation)) };
    let higher = |top: usize, n: usize| if curve[n].abs() > curve[top].abs() { n } else { top };
    // Its own slope rises to it.
    let at = (first..=(first + lobe / 3).min(best)).fold(first, higher);
    let start = at.saturating_sub(lobe);
    let edge = (
        power(start.saturating_sub(frames(THRESHOLDS.edge_s))..start),
        power(at + lobe..at + lobe + frames(THRESHOLDS.edge_s)),
    );
    let whole =
        (power(from.min(start.saturating_sub(1))..start), power(at + lobe..at + frames(THRESHOLDS.max_reflection_s)));
    let louder = whole.1 >= THRESHOLDS.min_power_ratio * whole.0;
    Some((louder.then(|| Onset { at, sudden: edge.1 / edge.0.max(f64::MIN_POSITIVE) }), deviation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    const RATE_HZ: f64 = 44_100.0;
    const LOBE: usize = 44;
    const MIDDLE: usize = 4_096;

    /// Returns noise with peaks, and a tail from lag `from` on.
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

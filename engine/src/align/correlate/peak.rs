//! Highest peak of a correlation, and its height above the rest.

use super::thresholds::THRESHOLDS;

/// Peak among lags −max … +max.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Peak {
    /// Position in steps of the correlation; above 0 when the second stem is delayed.
    pub(crate) lag: i64,
    /// Height over the standard deviation of the side lobes.
    pub(crate) z: f64,
    /// The z that noise alone reaches: √(2 ln n) for n lags.
    pub(crate) floor: f64,
}

/// Finds the peak of a correlation whose middle is lag 0. Lags within `lobe` steps of it belong to
/// it. `None` if all values are zero.
pub(crate) fn find(correlation: &[f32], lobe: usize) -> Option<Peak> {
    let parts: Vec<(f32, f64)> = correlation.chunks(THRESHOLDS.chunk_lags).map(highest_and_squares).collect();
    let height = parts.iter().fold(0.0_f32, |height, part| height.max(part.0));
    if height == 0.0 || !height.is_finite() {
        return None;
    }
    let part = parts.iter().position(|part| part.0 == height)? * THRESHOLDS.chunk_lags;
    let at = part + correlation[part..].iter().position(|x| x.abs() == height)?;
    let own = at.saturating_sub(lobe)..(at + lobe + 1).min(correlation.len());
    let count = correlation.len() - own.len();
    if count == 0 {
        return None;
    }
    // The parts that the peak reaches into are summed lag by lag. What lies beside a high peak is
    // too little to subtract it from.
    let (first, last) = (own.start / THRESHOLDS.chunk_lags, (own.end - 1) / THRESHOLDS.chunk_lags);
    let beside = first * THRESHOLDS.chunk_lags..((last + 1) * THRESHOLDS.chunk_lags).min(correlation.len());
    let beside = beside.filter(|n| !own.contains(n)).map(|n| f64::from(correlation[n]).powi(2));
    let squares: f64 = parts[..first].iter().chain(&parts[last + 1..]).map(|part| part.1).chain(beside).sum();
    let deviation = (squares / count as f64).sqrt();
    Some(Peak {
        lag: at as i64 - (correlation.len() / 2) as i64,
        z: f64::from(height) / deviation.max(f64::MIN_POSITIVE),
        floor: (2.0 * (correlation.len() as f64).ln()).sqrt(),
    })
}

/// Returns the largest absolute value of a part, and its sum of squares.
fn highest_and_squares(part: &[f32]) -> (f32, f64) {
    let (mut highest, mut squares) = ([0.0_f32; 16], [0.0_f32; 16]);
    let (lanes, rest) = part.as_chunks::<16>();
    for x in lanes {
        for n in 0..16 {
            let height = x[n].abs();
            // A plain comparison: NaN is never the highest.
            highest[n] = if height > highest[n] { height } else { highest[n] };
            squares[n] += x[n] * x[n];
        }
    }
    let last = rest.iter().fold(0.0_f32, |last, x| last.max(x.abs()));
    let sum = squares.iter().chain(&rest.iter().map(|x| x * x).collect::<Vec<_>>()).map(|x| f64::from(*x)).sum();
    (highest.iter().fold(last, |highest, x| highest.max(*x)), sum)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::*;

    #[test]
    fn the_highest_peak_is_found_on_either_side_whatever_its_sign() {
        for (at, height) in [(20, 1.0), (2_980, -1.0), (0, 1.0), (3_000, -1.0)] {
            let mut lags = vec![0.1; 3_001];
            lags[at] = height;
            let peak = find(&lags, 2).unwrap();
            assert_eq!(peak.lag, at as i64 - 1_500);
            assert!((peak.z - 10.0).abs() < 1e-4, "{peak:?}");
        }
    }

    #[test]
    fn nothing_has_no_peak() {
        assert_eq!(find(&[0.0; 11], 2), None);
        assert_eq!(find(&[], 2), None);
        assert_eq!(find(&[f32::NAN; 9], 2), None);
        assert_eq!(find(&[1.0; 3], 2), None);
    }
}

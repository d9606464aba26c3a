//! The highest peak of a correlation, and how far it stands out.

/// A peak among lags −max … +max.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Peak {
    /// Where, in steps of the correlation; above 0 when the second stem is late.
    pub(super) lag: i64,
    /// +1, or −1 when the second stem is inverted.
    pub(super) polarity: i8,
    /// Its height over the standard deviation of the side lobes.
    pub(super) z: f64,
    /// What z noise alone reaches: √(2 ln n) for n lags.
    pub(super) floor: f64,
    /// Its height over that of the second peak.
    pub(super) ratio: f64,
}

/// The peak of a correlation whose middle is lag 0; lags within `lobe` steps of it belong to it. None when there is nothing but zeros.
pub(super) fn find(correlation: &[f32], lobe: usize) -> Option<Peak> {
    let (at, height) = correlation
        .iter()
        .enumerate()
        .fold((0, 0.0_f32), |best, (n, x)| if x.abs() > best.1.abs() { (n, *x) } else { best });
    let far = || correlation.iter().enumerate().filter(|(n, _)| n.abs_diff(at) > lobe).map(|(_, x)| f64::from(*x));
    let count = far().count();
    if height == 0.0 || !height.is_finite() || count == 0 {
        return None;
    }
    let deviation = (far().map(|x| x * x).sum::<f64>() / count as f64).sqrt();
    let second = far().fold(0.0_f64, |second, x| second.max(x.abs()));
    let top = f64::from(height.abs());
    Some(Peak {
        lag: at as i64 - (correlation.len() / 2) as i64,
        polarity: if height > 0.0 { 1 } else { -1 },
        z: top / deviation.max(f64::MIN_POSITIVE),
        floor: (2.0 * (correlation.len() as f64).ln()).sqrt(),
        ratio: top / second.max(f64::MIN_POSITIVE),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.
    use super::*;

    #[test]
    fn the_highest_peak_is_found_on_either_side_and_with_its_sign() {
        for (at, height) in [(20, 1.0), (80, -1.0)] {
            let mut lags = vec![0.1; 101];
            lags[at] = height;
            let peak = find(&lags, 2).unwrap();
            assert_eq!((peak.lag, f32::from(peak.polarity)), (at as i64 - 50, height));
            assert!((peak.z - 10.0).abs() < 1e-5 && (peak.ratio - 10.0).abs() < 1e-5);
        }
    }

    #[test]
    fn nothing_has_no_peak() {
        assert_eq!(find(&[0.0; 11], 2), None);
        assert_eq!(find(&[], 2), None);
        assert_eq!(find(&[f32::NAN; 9], 2), None);
    }
}

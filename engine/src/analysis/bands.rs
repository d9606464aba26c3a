//! Frequency bands, as shares of the bins of a transform.

/// Lowest frequency shown, in hertz.
pub(super) const LOWEST_HZ: f64 = 20.0;
/// Least width of a band in bins: the main lobe of a Hann window. A narrower band would miss part
/// of a sine in its middle.
pub(super) const LEAST_BINS: f64 = 4.0;

/// Frequency band.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_field_names)] // The unit stands in the names.
pub(super) struct Band {
    pub(super) low_hz: f64,
    pub(super) centre_hz: f64,
    pub(super) high_hz: f64,
}

/// Returns the third-octave bands of IEC 61260-1:2014 §5.2 to §5.5, base ten. Their centres are
/// 1000·10^(n/10) Hz from 20 Hz to below Nyquist, where the last one may be cut off.
pub(super) fn third_octaves(nyquist_hz: f64) -> Vec<Band> {
    let at = |tenths: f64| 1_000.0 * libm::pow(10.0, tenths / 10.0);
    // Beyond the highest rate's Nyquist, 384 kHz, n would be 26.
    (-17..26)
        .map(f64::from)
        .map(|n| Band { low_hz: at(n - 0.5), centre_hz: at(n), high_hz: at(n + 0.5).min(nyquist_hz) })
        .filter(|band| band.centre_hz < nyquist_hz)
        .collect()
}

/// Returns bands of equal ratio from 20 Hz to Nyquist; centres are geometric means.
pub(super) fn logarithmic(nyquist_hz: f64, count: usize) -> Vec<Band> {
    let at = |index: f64| LOWEST_HZ * libm::pow(nyquist_hz / LOWEST_HZ, index / count as f64);
    (0..count)
        .map(|index| index as f64)
        .map(|index| Band { low_hz: at(index), centre_hz: at(index + 0.5), high_hz: at(index + 1.0) })
        .collect()
}

/// Bins that make up a band, with their shares.
#[derive(Clone, Debug)]
pub(super) struct BandWeights {
    first: usize,
    weights: Vec<f64>,
}

impl BandWeights {
    /// Computes the shares of bins that are `bin_hz` apart: each spreads half a bin to either side.
    /// Bands narrower than [`LEAST_BINS`] are widened about their centre, so that a sine reads its
    /// full power in them. They then overlap, as the transform resolves no more.
    pub(super) fn new(band: &Band, bin_hz: f64, bins: usize) -> Self {
        let widened = LEAST_BINS / 2.0 * bin_hz;
        let narrow = band.high_hz - band.low_hz < 2.0 * widened;
        let (low_hz, high_hz) =
            if narrow { (band.centre_hz - widened, band.centre_hz + widened) } else { (band.low_hz, band.high_hz) };
        let (low, high) = (low_hz / bin_hz, high_hz / bin_hz);
        let first = (low + 0.5).floor().max(0.0) as usize;
        let last = ((high + 0.5).floor().max(0.0) as usize).min(bins.saturating_sub(1));
        let share = |bin: usize| {
            let bin = bin as f64;
            ((bin + 0.5).min(high) - (bin - 0.5).max(low)).clamp(0.0, 1.0)
        };
        Self { first, weights: (first..=last).map(share).collect() }
    }

    /// Returns the power in the band.
    pub(super) fn power(&self, bins: &[f64]) -> f64 {
        self.weights.iter().zip(bins.iter().skip(self.first)).map(|(weight, power)| weight * power).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn third_octaves_have_the_centres_of_the_standard() {
        let bands = third_octaves(24_000.0);
        assert_eq!(bands.len(), 31);
        let nominal = [(0, 20.0), (7, 100.0), (17, 1_000.0), (20, 2_000.0), (30, 20_000.0)];
        for (index, hz) in nominal {
            // Nominal frequencies are rounded ones: IEC 61260-1 annex E.
            assert!((bands[index].centre_hz / hz - 1.0).abs() < 0.006, "{}", bands[index].centre_hz);
        }
        assert!(bands.windows(2).all(|two| (two[0].high_hz - two[1].low_hz).abs() < 1e-9));
    }

    #[test]
    fn wide_bands_share_every_bin_between_them_once() {
        let bands = logarithmic(24_000.0, 20);
        let bins = vec![1.0; 4_097];
        let bin_hz = 24_000.0 / 4_096.0;
        let total: f64 = bands.iter().skip(5).map(|band| BandWeights::new(band, bin_hz, bins.len()).power(&bins)).sum();
        // Rounding of twenty sums.
        assert!((total - (24_000.0 - bands[5].low_hz) / bin_hz).abs() < 1e-6, "{total}");
    }
}

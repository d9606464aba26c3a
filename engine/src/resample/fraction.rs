//! Samples between the samples: band-limited interpolation by a windowed sinc.

use std::f64::consts::PI;

/// Phases of a table; between them weights are interpolated, with errors below 10⁻⁵.
const PHASES: usize = 512;
/// Kaiser's β: ripples of 80 dB.
const BETA: f64 = 8.0;

/// The weights that read a signal `fraction` (0 to 1) of a sample after sample `taps / 2 − 1` of `taps` samples. With 64 taps flat
/// to 0.001 dB up to 0.45 of the rate.
pub fn fraction_weights(taps: usize, fraction: f64) -> Vec<f64> {
    let half = taps as f64 / 2.0;
    let raw: Vec<f64> = (0..taps)
        .map(|n| {
            let x = n as f64 - (half - 1.0) - fraction;
            let window = bessel_i0(BETA * (1.0 - (x / half).powi(2)).max(0.0).sqrt()) / bessel_i0(BETA);
            let sinc = if x.abs() < 1e-12 { 1.0 } else { (PI * x).sin() / (PI * x) };
            sinc * window
        })
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|weight| weight / sum).collect()
}

/// The modified Bessel function of order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..50 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

/// Weights for every fraction, for reading along a line.
#[derive(Clone, Debug)]
pub struct FractionTable {
    taps: usize,
    /// `PHASES + 1` rows of `taps` weights.
    rows: Vec<f32>,
}

impl FractionTable {
    /// Weights of `taps` samples around each position. Control thread; allocates.
    pub fn new(taps: usize) -> Self {
        let row = |phase: usize| fraction_weights(taps, phase as f64 / PHASES as f64);
        Self { taps, rows: (0..=PHASES).flat_map(row).map(|weight| weight as f32).collect() }
    }

    /// Samples that one reading takes.
    pub fn taps(&self) -> usize {
        self.taps
    }

    /// The signal `fraction` (0 to 1) of a sample after the middle of `around`: [`FractionTable::taps`] samples, of which
    /// sample `taps / 2 − 1` is the middle.
    pub fn at(&self, around: &[f32], fraction: f64) -> f32 {
        let place = fraction * PHASES as f64;
        let row = (place as usize).min(PHASES - 1);
        let part = (place - row as f64) as f32;
        let rows = &self.rows[row * self.taps..][..2 * self.taps];
        let (low, high) = rows.split_at(self.taps);
        let (mut sums, mut rest) = ([0.0_f32; 8], 0.0);
        let chunks = around.as_chunks::<8>();
        for ((x, low), high) in chunks.0.iter().zip(low.as_chunks::<8>().0).zip(high.as_chunks::<8>().0) {
            for n in 0..8 {
                sums[n] += x[n] * (low[n] + part * (high[n] - low[n]));
            }
        }
        let done = chunks.0.len() * 8;
        for n in done..around.len() {
            rest += around[n] * (low[n] + part * (high[n] - low[n]));
        }
        sums.iter().sum::<f32>() + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn every_fraction_is_flat_to_a_hundredth_of_a_decibel_up_to_045_of_the_rate() {
        for fraction in [0.0, 0.1, 0.25, 0.5, 0.77, 0.999] {
            let weights = fraction_weights(64, fraction);
            for step in 1..=450 {
                let omega = TAU * f64::from(step) / 1_000.0;
                // Against the exact delay, so that errors of phase count too.
                let error = weights.iter().enumerate().fold((-1.0, 0.0), |(re, im), (n, weight)| {
                    let phase = omega * (n as f64 - 31.0 - fraction);
                    (re + weight * phase.cos(), im + weight * phase.sin())
                });
                // 0.01 dB is 0.00115.
                assert!(error.0.hypot(error.1) < 0.001, "{fraction} at {step}: {error:?}");
            }
        }
    }

    #[test]
    fn a_table_reads_what_the_weights_say() {
        let table = FractionTable::new(20);
        let samples: Vec<f32> = (0..20).map(|n| (n as f32 * 1.7).sin()).collect();
        for fraction in [0.0, 0.123_4, 0.5, 1.0] {
            let exact: f64 = fraction_weights(20, fraction).iter().zip(&samples).map(|(w, x)| w * f64::from(*x)).sum();
            // Interpolated weights are off by less than 10⁻⁵, twenty of them.
            assert!((f64::from(table.at(&samples, fraction)) - exact).abs() < 1e-4);
        }
    }
}

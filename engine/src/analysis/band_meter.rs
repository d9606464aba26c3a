//! Live spectrum: the power of the last window in bands of equal ratio.

use super::bands::{BandWeights, logarithmic};
use super::power_frames::PowerFrames;
use crate::audio::Block;
use crate::process::Tap;
use crate::units::SampleRate;

/// Frames of a window, at rates up to 50 kHz; 43 ms at 48 kHz.
const WINDOW: usize = 2_048;
/// Least level shown, in dBFS.
const FLOOR_DBFS: f32 = -120.0;

/// Powers in `N` bands from 20 Hz to Nyquist. A transform every half window.
pub struct BandMeter<const N: usize> {
    frames: PowerFrames,
    bands: Vec<BandWeights>,
    powers: [f64; N],
}

impl<const N: usize> BandMeter<N> {
    /// Creates a meter whose first transform comes after a part of half a window, `turn`
    /// from 0 to 1. Meters with different turns never all transform in the same block. Control
    /// thread; allocates.
    pub fn new(rate: SampleRate, channels: usize, turn: f64) -> Self {
        let window = WINDOW * (rate.hz() as usize).div_ceil(50_000).next_power_of_two();
        let mut frames = PowerFrames::new(channels, window, false);
        let nyquist_hz = rate.nyquist_hz();
        let bin_hz = rate.as_f64() / window as f64;
        let bands = logarithmic(nyquist_hz, N);
        let bands = bands.iter().map(|band| BandWeights::new(band, bin_hz, frames.bins())).collect();
        let lead = ((turn.clamp(0.0, 1.0) * (window / 2) as f64) as usize).min(window / 2 - 1);
        let silence = vec![0.0; lead * channels];
        frames.push(&Block::new(&silence, lead, channels, lead), |_| ());
        Self { frames, bands, powers: [0.0; N] }
    }

    /// Returns the powers of the last whole window in dBFS, -120 at least; a full-scale sine has 0
    /// in its band. Audio thread.
    pub fn levels_dbfs(&self) -> [f32; N] {
        self.powers.map(|power| (10.0 * power.max(1e-12).log10()) as f32).map(|level| level.max(FLOOR_DBFS))
    }
}

impl<const N: usize> Tap for BandMeter<N> {
    /// Observes the next block. Audio thread: no allocation.
    fn observe(&mut self, block: &Block<'_>) {
        let Self { frames, bands, powers } = self;
        frames.push(block, |bins| {
            for (power, band) in powers.iter_mut().zip(bands.iter()) {
                *power = band.power(bins);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::sine;

    #[test]
    fn a_full_scale_sine_reads_0_dbfs_in_its_band() {
        let rate = SampleRate::try_from(48_000).unwrap();
        let mut meter = BandMeter::<64>::new(rate, 1, 0.5);
        meter.observe(&Block::mono(&sine(48_000.0, 1_000.0, 1.0, 0.0, 10_000)));
        let levels = meter.levels_dbfs();
        let loudest = (0..64).max_by(|a, b| levels[*a].total_cmp(&levels[*b])).unwrap();
        // 20·1200^((35+½)/64) is 1.02 kHz.
        assert_eq!(loudest, 35);
        // Its 111 Hz are a little more than a Hann window's main lobe; bins at the edges count in
        // part.
        assert!(levels[loudest].abs() < 0.5, "{}", levels[loudest]);
        assert!(levels[20] < -70.0 && levels[50] < -70.0, "{levels:?}");
    }
}

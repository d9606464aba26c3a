//! Sums over two signals and their difference, frame by frame.

use crate::audio::Block;
use crate::meter::power_db;

/// Sums over samples, of all channels; where one signal has ended, the other is compared with
/// silence.
#[derive(Clone, Debug, Default)]
pub(super) struct DifferenceSums {
    frames: u64,
    first_squared: f64,
    second_squared: f64,
    product: f64,
    difference_squared: f64,
    /// Largest difference of two samples.
    pub(super) peak: f64,
    /// First frame that differs.
    pub(super) first_difference: Option<u64>,
}

impl DifferenceSums {
    /// Adds the next frames of both, which have as many channels.
    pub(super) fn add(&mut self, first: &Block<'_>, second: &Block<'_>) {
        let common = first.frames().min(second.frames());
        let longest = first.frames().max(second.frames());
        let mut differs = (longest > common).then_some(common);
        for channel in 0..first.channels() {
            let (a, b) = (first.channel(channel), second.channel(channel));
            for frame in 0..longest {
                let (x, y) = (sample(a, frame), sample(b, frame));
                let difference = y - x;
                self.first_squared += x * x;
                self.second_squared += y * y;
                self.product += x * y;
                self.difference_squared += difference * difference;
                if difference != 0.0 {
                    self.peak = self.peak.max(difference.abs());
                    differs = Some(differs.map_or(frame, |first| first.min(frame)));
                }
            }
        }
        let begins = self.frames;
        self.first_difference = self.first_difference.or(differs.map(|frame| begins + frame as u64));
        self.frames += longest as u64;
    }

    /// Returns the power of the difference over that of the first, in dB.
    pub(super) fn null_depth_db(&self) -> Option<f64> {
        (self.first_squared > 0.0).then(|| self.difference_squared / self.first_squared).and_then(power_db)
    }

    /// Returns the factor that makes the first most like the second, by least squares.
    pub(super) fn gain(&self) -> Option<f64> {
        let gain = self.product / self.first_squared;
        (self.first_squared > 0.0 && gain != 0.0).then_some(gain)
    }

    /// Returns the power of the second minus the first times [`DifferenceSums::gain`], over the
    /// power of the second.
    pub(super) fn residual_power(&self) -> Option<f64> {
        // Rounding of the sums: a smaller rest counts as none.
        const ROUNDING: f64 = 1e-14;
        let gain = self.gain()?;
        let left = 1.0 - gain * self.product / self.second_squared;
        (self.second_squared > 0.0 && left > ROUNDING).then_some(left)
    }
}

fn sample(samples: &[f32], frame: usize) -> f64 {
    samples.get(frame).map_or(0.0, |sample| f64::from(*sample))
}

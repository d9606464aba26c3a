//! Root mean square and DC offset.

use super::lane_sums::LaneSums;
use super::reading::power_db;
use crate::audio::Block;
use crate::process::Tap;

/// Measures the mean and the mean square of every channel.
#[derive(Clone, Debug)]
pub struct RmsMeter {
    /// For every channel, Σx and Σx².
    sums: Vec<LaneSums<2>>,
    frames: u64,
}

impl RmsMeter {
    /// Creates a meter for this many channels. Control thread; allocates.
    pub fn new(channels: usize) -> Self {
        Self { sums: vec![LaneSums::new(); channels], frames: 0 }
    }

    /// Forgets all input. Audio thread: no allocation.
    pub fn reset(&mut self) {
        self.sums.fill(LaneSums::new());
        self.frames = 0;
    }

    /// Returns the mean square over all frames and channels so far, linear: 0.5 for a full-scale
    /// sine.
    pub fn mean_square(&self) -> f64 {
        let total: f64 = self.sums.iter().map(|sums| sums.totals()[1]).sum();
        total / (self.frames * self.sums.len() as u64).max(1) as f64
    }

    /// Returns the level of [`Self::mean_square`] in dBFS: −3.01 for a full-scale sine. `None` in
    /// silence.
    pub fn rms_dbfs(&self) -> Option<f64> {
        power_db(self.mean_square())
    }

    /// Returns the mean of one channel so far, full scale 1.0; 0 where the channel does not exist.
    pub fn dc_offset(&self, channel: usize) -> f64 {
        self.sums.get(channel).map_or(0.0, |sums| sums.totals()[0] / self.frames.max(1) as f64)
    }
}

impl Tap for RmsMeter {
    /// Observes the next block. Audio thread: no allocation. A block with another number of
    /// channels is not counted.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != self.sums.len() {
            return;
        }
        for (index, sums) in self.sums.iter_mut().enumerate() {
            sums.add([block.channel(index)], |[x]| [x, x * x]);
        }
        self.frames += block.frames() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::{sine, white_noise};

    #[test]
    fn a_full_scale_sine_reads_3_01_db_below_full_scale() {
        let mut meter = RmsMeter::new(1);
        meter.observe(&Block::mono(&sine(48_000.0, 1_000.0, 1.0, 0.3, 48_000)));
        // f32 rounding of the samples.
        assert!((meter.rms_dbfs().unwrap() + 3.010_299_957).abs() < 1e-6);
    }

    #[test]
    fn channels_are_averaged_as_powers_and_offsets_kept_apart() {
        let mut meter = RmsMeter::new(2);
        meter.observe(&Block::new(&[0.5, 0.5, 0.0, 0.0], 2, 2, 2));
        assert_eq!((meter.mean_square(), meter.dc_offset(0), meter.dc_offset(1)), (0.125, 0.5, 0.0));
        meter.reset();
        assert_eq!((meter.rms_dbfs(), meter.dc_offset(0), meter.dc_offset(7)), (None, 0.0, 0.0));
    }

    #[test]
    fn any_split_reads_the_same_bits() {
        let signal = white_noise(5, 0.7, 10_000);
        let read = |size: usize| {
            let mut meter = RmsMeter::new(1);
            signal.chunks(size).for_each(|block| meter.observe(&Block::mono(block)));
            (meter.mean_square().to_bits(), meter.dc_offset(0).to_bits())
        };
        assert!([1, 7, 64, 511].iter().all(|size| read(*size) == read(10_000)));
    }
}

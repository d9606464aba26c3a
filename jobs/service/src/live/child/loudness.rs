//! Loudness of all that has played since the last seek or stop.

use mixdown_engine::audio::{Block, ChannelLayout};
use mixdown_engine::meter::LoudnessMeter;
use mixdown_engine::process::Tap;
use mixdown_engine::units::SampleRate;

/// Integrated loudness and loudness range of the master.
pub(super) struct PlayedLoudness {
    meter: LoudnessMeter,
    /// Frames between two evaluations: each looks at the whole history.
    interval: u64,
    left: u64,
    integrated_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
}

impl PlayedLoudness {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            meter: LoudnessMeter::new(rate, &ChannelLayout::stereo()),
            interval: rate.frames(0.5),
            left: 0,
            integrated_lufs: None,
            loudness_range_lu: None,
        }
    }

    /// Begins anew.
    pub(super) fn reset(&mut self) {
        self.meter.reset();
        (self.left, self.integrated_lufs, self.loudness_range_lu) = (0, None, None);
    }

    /// Meters the next block of the master.
    pub(super) fn observe(&mut self, block: &Block<'_>) {
        self.meter.observe(block);
        self.left = self.left.saturating_sub(block.frames() as u64);
        if self.left == 0 {
            self.left = self.interval;
            self.integrated_lufs = self.meter.integrated_lufs();
            self.loudness_range_lu = self.meter.loudness_range_lu();
        }
    }

    /// Returns the values with their names.
    pub(super) fn values(&self) -> [(&'static str, Option<f64>); 2] {
        [("integrated_lufs", self.integrated_lufs), ("loudness_range_lu", self.loudness_range_lu)]
    }
}

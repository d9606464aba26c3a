//! Meters of one file each, which run beside levels and loudness and read once per interval.

use crate::audio::Block;
use crate::units::SampleRate;

/// A meter that reads once per interval of 100 ms. Its readings are rows of the table.
pub(crate) trait IntervalMeter {
    /// Creates a meter for this many channels. Control thread; allocates.
    fn new(rate: SampleRate, channels: usize) -> Self;

    /// Forgets all input. Audio thread: no allocation.
    fn reset(&mut self);

    /// Observes frames that end with the running interval or before. Audio thread: no allocation.
    fn observe(&mut self, part: &Block<'_>);

    /// Ends the running interval. Audio thread: no allocation.
    fn end_interval(&mut self, levels: &IntervalLevels);
}

/// Levels of an interval, which need not be measured twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IntervalLevels {
    /// True peak of the interval, linear.
    pub(crate) true_peak: f32,
    /// Short-term loudness at its end, LUFS.
    pub(crate) short_term_lufs: Option<f64>,
}

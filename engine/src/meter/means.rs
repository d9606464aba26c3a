//! Mean square, offset and correlation of a programme, from sums in its loudness meter.

use super::LoudnessMeter;
use super::correlation::correlation;
use super::level_state::ChannelSums;

/// Sums over the intervals before the running one, whose sums are still in the loudness meter.
#[derive(Clone, Debug)]
pub(super) struct Means {
    taken: Vec<ChannelSums>,
    frames: u64,
    frames_since_taken: u64,
}

/// Readings of an interval.
pub(super) struct IntervalMeans {
    pub(super) mean_square: f64,
    /// Correlation of the first two channels.
    pub(super) correlation: Option<f64>,
}

impl Means {
    /// Creates empty sums. Control thread; allocates.
    pub(super) fn new(channels: usize) -> Self {
        Self { taken: vec![ChannelSums::default(); channels], frames: 0, frames_since_taken: 0 }
    }

    /// Forgets all input. Audio thread: no allocation.
    pub(super) fn reset(&mut self) {
        self.taken.fill(ChannelSums::default());
        (self.frames, self.frames_since_taken) = (0, 0);
    }

    /// Counts frames that the loudness meter has observed.
    pub(super) fn count(&mut self, frames: u64) {
        self.frames += frames;
        self.frames_since_taken += frames;
    }

    /// Returns the mean square over all frames and channels so far.
    pub(super) fn mean_square(&self, running: &LoudnessMeter) -> f64 {
        let squares: f64 = self.totals(running).map(|sums| sums.squares).sum();
        squares / (self.frames * self.taken.len() as u64).max(1) as f64
    }

    /// Returns the mean of each channel so far.
    pub(super) fn offsets(&self, running: &LoudnessMeter) -> Vec<f64> {
        self.totals(running).map(|sums| sums.plain / self.frames.max(1) as f64).collect()
    }

    /// Returns the correlation of the first two channels so far; `None` for one channel, and while
    /// one is silent.
    pub(super) fn correlation(&self, running: &LoudnessMeter) -> Option<f64> {
        let mut totals = self.totals(running);
        of_pair(&totals.next()?, &totals.next()?)
    }

    /// Closes the running interval. Audio thread: no allocation.
    pub(super) fn take_interval(&mut self, running: &mut LoudnessMeter) -> IntervalMeans {
        let frames = std::mem::take(&mut self.frames_since_taken);
        let (mut squares, mut first, mut correlation) = (0.0, None, None);
        for (channel, taken) in self.taken.iter_mut().enumerate() {
            let sums = running.take_sums(channel);
            *taken = taken.plus(&sums);
            squares += sums.squares;
            match (channel, &first) {
                (0, _) => first = Some(sums),
                (1, Some(left)) => correlation = of_pair(left, &sums),
                _ => {}
            }
        }
        let mean_square = squares / (frames * self.taken.len() as u64).max(1) as f64;
        IntervalMeans { mean_square, correlation }
    }

    fn totals(&self, running: &LoudnessMeter) -> impl Iterator<Item = ChannelSums> {
        self.taken.iter().enumerate().map(|(channel, taken)| taken.plus(&running.sums(channel)))
    }
}

fn of_pair(left: &ChannelSums, right: &ChannelSums) -> Option<f64> {
    correlation([left.products, left.squares, right.squares])
}

//! Peaks of two signals and of their difference over time, few enough to draw.

use crate::audio::Block;
use crate::units::SampleRate;

/// Frames per column at first; columns merge in twos when there are too many.
const FRAMES: u64 = 256;
/// Most columns kept.
const MOST: usize = 2_000;

/// Largest samples of every stretch of time: of the first signal, the second, and their difference,
/// linear.
#[derive(Clone, Debug)]
pub struct DifferenceOutline {
    rate: SampleRate,
    frames_each: u64,
    columns: Vec<[f32; 3]>,
    running: [f32; 3],
    filled: u64,
    frames: u64,
}

impl DifferenceOutline {
    /// Creates an empty outline.
    pub(super) fn new(rate: SampleRate) -> Self {
        Self { rate, frames_each: FRAMES, columns: Vec::new(), running: [0.0; 3], filled: 0, frames: 0 }
    }

    /// Adds the next frames of both; a signal that has ended is silent.
    pub(super) fn add(&mut self, first: &Block<'_>, second: &Block<'_>) {
        let longest = first.frames().max(second.frames());
        for frame in 0..longest {
            for channel in 0..first.channels() {
                let at = |block: &Block<'_>| block.channel(channel).get(frame).copied().unwrap_or(0.0);
                let (x, y) = (at(first), at(second));
                for (peak, value) in self.running.iter_mut().zip([x, y, y - x]) {
                    *peak = peak.max(value.abs());
                }
            }
            self.filled += 1;
            if self.filled == self.frames_each {
                self.end_column();
            }
        }
        self.frames += longest as u64;
    }

    /// Ends the last column.
    pub(super) fn finish(&mut self) {
        if self.filled > 0 {
            self.end_column();
        }
    }

    fn end_column(&mut self) {
        self.columns.push(std::mem::take(&mut self.running));
        self.filled = 0;
        if self.columns.len() == MOST {
            let larger = |pair: &[[f32; 3]]| [0, 1, 2].map(|n| pair[0][n].max(pair[1][n]));
            self.columns = self.columns.chunks_exact(2).map(larger).collect();
            self.frames_each *= 2;
        }
    }

    /// Returns the peaks of every column: first, second, difference; linear.
    pub fn columns(&self) -> &[[f32; 3]] {
        &self.columns
    }

    /// Returns the length of a column, in seconds.
    pub fn column_s(&self) -> f64 {
        self.rate.seconds(self.frames_each)
    }

    /// Returns the length of the longer signal, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.rate.seconds(self.frames)
    }
}

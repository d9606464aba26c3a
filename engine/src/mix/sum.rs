//! The f64 sum where tracks and buses meet.

use crate::audio::{Block, BlockMut};

/// A stereo sum in f64: adding in a fixed order gives the same bits for any number of threads.
#[derive(Clone, Debug)]
pub struct MixSum {
    left: Vec<f64>,
    right: Vec<f64>,
}

impl MixSum {
    /// A sum for blocks of up to `max_block` frames. Control thread; allocates.
    pub fn new(max_block: usize) -> Self {
        Self { left: vec![0.0; max_block], right: vec![0.0; max_block] }
    }

    /// Starts a block of silence. Audio thread.
    pub fn clear(&mut self, frames: usize) {
        self.left[..frames].fill(0.0);
        self.right[..frames].fill(0.0);
    }

    /// Adds a stereo block times a gain. Audio thread.
    pub fn add(&mut self, block: &Block<'_>, gain: f64) {
        for (channel, sum) in [&mut self.left, &mut self.right].into_iter().enumerate() {
            for (total, sample) in sum.iter_mut().zip(block.channel(channel)) {
                *total += f64::from(*sample) * gain;
            }
        }
    }

    /// Rounds the sum to f32, once. Audio thread.
    pub fn write(&self, out: &mut BlockMut<'_>) {
        for (channel, sum) in [&self.left, &self.right].into_iter().enumerate() {
            for (sample, total) in out.channel_mut(channel).iter_mut().zip(sum) {
                *sample = *total as f32;
            }
        }
    }
}

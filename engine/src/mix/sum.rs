//! The f64 sum where tracks and buses meet.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::audio::{Block, BlockMut};
use crate::simd::vectorised;

/// A stereo sum in f64: adding in a fixed order gives the same bits for any number of threads.
#[derive(Clone, Debug)]
pub struct MixSum {
    left: Vec<f64>,
    right: Vec<f64>,
}

impl MixSum {
    /// Creates a sum for blocks of up to `max_block` frames. Control thread; allocates.
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
            add(sum, block.channel(channel), gain);
        }
    }

    /// Rounds the sum to f32, once. Audio thread.
    pub fn write(&self, out: &mut BlockMut<'_>) {
        for (channel, sum) in [&self.left, &self.right].into_iter().enumerate() {
            round(out.channel_mut(channel), sum);
        }
    }
}

vectorised! {
    fn add(sum: &mut [f64], samples: &[f32], gain: f64) {
        for (total, sample) in sum.iter_mut().zip(samples) {
            *total += f64::from(*sample) * gain;
        }
    }
}

vectorised! {
    fn round(samples: &mut [f32], sum: &[f64]) {
        for (sample, total) in samples.iter_mut().zip(sum) {
            *sample = *total as f32;
        }
    }
}

//! Memory for planar audio.

use super::{Block, BlockMut};
use std::ops::Range;

/// Owned planar samples: `channels` channels of `capacity` frames each.
///
/// Channels are stored a little further apart than they are long. At distances of whole pages,
/// processors confuse the addresses of samples in different channels. Filters on several channels
/// at once then take twice as long.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioBuffer {
    data: Vec<f32>,
    channels: usize,
    capacity: usize,
    stride: usize,
}

/// Samples between the end of a channel and the start of the next: five cache lines.
const APART: usize = 80;

impl AudioBuffer {
    /// Creates silence of `channels` × `frames`. Control thread; allocates.
    pub fn new(channels: usize, frames: usize) -> Self {
        let stride = if channels > 1 { frames + APART } else { frames };
        Self { data: vec![0.0; channels * stride], channels, capacity: frames, stride }
    }

    /// Creates a buffer from one vector per channel. Control thread; allocates.
    ///
    /// # Panics
    /// When the vectors differ in length.
    pub fn from_channels(channels: &[Vec<f32>]) -> Self {
        let mut buffer = Self::new(channels.len(), channels.first().map_or(0, Vec::len));
        for (index, samples) in channels.iter().enumerate() {
            assert_eq!(samples.len(), buffer.capacity, "channels differ in length");
            buffer.channel_mut(index).copy_from_slice(samples);
        }
        buffer
    }

    /// Returns the number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the number of frames.
    pub fn frames(&self) -> usize {
        self.capacity
    }

    /// Returns the samples of one channel.
    pub fn channel(&self, index: usize) -> &[f32] {
        &self.data[index * self.stride..][..self.capacity]
    }

    /// Returns the samples of one channel, to write.
    pub fn channel_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.data[index * self.stride..][..self.capacity]
    }

    /// Returns a view of everything.
    pub fn block(&self) -> Block<'_> {
        self.first(self.capacity)
    }

    /// Returns a view of everything, to write.
    pub fn block_mut(&mut self) -> BlockMut<'_> {
        self.first_mut(self.capacity)
    }

    /// Returns a view of the first `frames` frames.
    ///
    /// # Panics
    /// When there are not that many.
    pub fn first(&self, frames: usize) -> Block<'_> {
        assert!(frames <= self.capacity, "{frames} frames of {}", self.capacity);
        Block::new(&self.data, self.stride, self.channels, frames)
    }

    /// Returns a view of the first `frames` frames, to write.
    ///
    /// # Panics
    /// When there are not that many.
    pub fn first_mut(&mut self, frames: usize) -> BlockMut<'_> {
        self.range_mut(0..frames)
    }

    /// Returns a view of a range of frames, to write.
    ///
    /// # Panics
    /// When the range leaves the buffer.
    pub fn range_mut(&mut self, range: Range<usize>) -> BlockMut<'_> {
        assert!(range.end <= self.capacity, "frames {range:?} of {}", self.capacity);
        BlockMut::new(&mut self.data[range.start..], self.stride, self.channels, range.len())
    }
}

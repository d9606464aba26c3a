//! Memory for planar audio.

use super::{Block, BlockMut};
use std::ops::Range;

/// Owned planar samples: `channels` channels of `capacity` frames each, one after another.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioBuffer {
    data: Vec<f32>,
    channels: usize,
    capacity: usize,
}

impl AudioBuffer {
    /// Silence of `channels` × `frames`. Control thread; allocates.
    pub fn new(channels: usize, frames: usize) -> Self {
        Self { data: vec![0.0; channels * frames], channels, capacity: frames }
    }

    /// One buffer from a vector a channel. Control thread; allocates.
    ///
    /// # Panics
    /// When the vectors differ in length.
    pub fn from_channels(channels: &[Vec<f32>]) -> Self {
        let frames = channels.first().map_or(0, Vec::len);
        assert!(channels.iter().all(|c| c.len() == frames), "channels differ in length");
        Self { data: channels.concat(), channels: channels.len(), capacity: frames }
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The number of frames.
    pub fn frames(&self) -> usize {
        self.capacity
    }

    /// The samples of one channel.
    pub fn channel(&self, index: usize) -> &[f32] {
        &self.data[index * self.capacity..][..self.capacity]
    }

    /// The samples of one channel, to write.
    pub fn channel_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.data[index * self.capacity..][..self.capacity]
    }

    /// A view of everything.
    pub fn block(&self) -> Block<'_> {
        self.first(self.capacity)
    }

    /// A view of everything, to write.
    pub fn block_mut(&mut self) -> BlockMut<'_> {
        self.first_mut(self.capacity)
    }

    /// A view of the first `frames` frames.
    pub fn first(&self, frames: usize) -> Block<'_> {
        Block::new(&self.data, self.capacity, self.channels, frames)
    }

    /// A view of the first `frames` frames, to write.
    pub fn first_mut(&mut self, frames: usize) -> BlockMut<'_> {
        BlockMut::new(&mut self.data, self.capacity, self.channels, frames)
    }

    /// A view of a range of frames, to write.
    ///
    /// # Panics
    /// When the range leaves the buffer.
    pub fn range_mut(&mut self, range: Range<usize>) -> BlockMut<'_> {
        BlockMut::new(&mut self.data[range.start..], self.capacity, self.channels, range.len())
    }
}

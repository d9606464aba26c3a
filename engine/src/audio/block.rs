//! Views of planar samples: frames × channels, each channel contiguous, channels a fixed stride
//! apart.

use std::ops::Range;

/// Read-only view of `frames` frames of `channels` planar channels. Samples are f32, full scale
/// ±1.0.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    data: &'a [f32],
    stride: usize,
    channels: usize,
    frames: usize,
}

/// Writable view of planar samples. See [`Block`] for the shape.
#[derive(Debug)]
pub struct BlockMut<'a> {
    data: &'a mut [f32],
    stride: usize,
    channels: usize,
    frames: usize,
}

fn check(len: usize, stride: usize, channels: usize, frames: usize) {
    assert!(frames <= stride || channels <= 1, "channels overlap: {frames} frames, stride {stride}");
    let needed = if channels == 0 { 0 } else { (channels - 1) * stride + frames };
    assert!(needed <= len, "a block of {channels} × {frames} does not fit in {len} samples");
}

impl<'a> Block<'a> {
    /// Creates a view of `channels` channels, channel `c` at `data[c * stride..][..frames]`.
    ///
    /// # Panics
    /// When the channels overlap or do not fit in `data`.
    pub fn new(data: &'a [f32], stride: usize, channels: usize, frames: usize) -> Self {
        check(data.len(), stride, channels, frames);
        Self { data, stride, channels, frames }
    }

    /// Creates a view of one channel.
    pub fn mono(data: &'a [f32]) -> Self {
        Self { data, stride: data.len(), channels: 1, frames: data.len() }
    }

    /// Returns the number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Returns the samples of one channel.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn channel(&self, index: usize) -> &'a [f32] {
        assert!(index < self.channels, "channel {index} of {}", self.channels);
        &self.data[index * self.stride..][..self.frames]
    }

    /// Returns the same channels over a range of frames.
    ///
    /// # Panics
    /// When the range leaves the block.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Block<'a> {
        assert!(range.end <= self.frames, "frames {range:?} of {}", self.frames);
        Block {
            data: &self.data[range.start.min(self.data.len())..],
            stride: self.stride,
            channels: self.channels,
            frames: range.end.saturating_sub(range.start),
        }
    }
}

impl<'a> BlockMut<'a> {
    /// Creates a view of `channels` channels, channel `c` at `data[c * stride..][..frames]`.
    ///
    /// # Panics
    /// When the channels overlap or do not fit in `data`.
    pub fn new(data: &'a mut [f32], stride: usize, channels: usize, frames: usize) -> Self {
        check(data.len(), stride, channels, frames);
        Self { data, stride, channels, frames }
    }

    /// Creates a view of one channel.
    pub fn mono(data: &'a mut [f32]) -> Self {
        let frames = data.len();
        Self { data, stride: frames, channels: 1, frames }
    }

    /// Returns the number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the number of frames.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Returns the samples of one channel.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn channel(&self, index: usize) -> &[f32] {
        self.as_block().channel(index)
    }

    /// Returns the samples of one channel, to write.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn channel_mut(&mut self, index: usize) -> &mut [f32] {
        assert!(index < self.channels, "channel {index} of {}", self.channels);
        &mut self.data[index * self.stride..][..self.frames]
    }

    /// Returns the first two channels at once, to write.
    ///
    /// # Panics
    /// When the block has fewer than two channels.
    pub fn pair_mut(&mut self) -> (&mut [f32], &mut [f32]) {
        assert!(self.channels >= 2, "a pair of {} channels", self.channels);
        let (left, right) = self.data.split_at_mut(self.stride);
        (&mut left[..self.frames], &mut right[..self.frames])
    }

    /// Returns the same channels over a range of frames, borrowed from this view.
    ///
    /// # Panics
    /// When the range leaves the block.
    pub fn slice_mut(&mut self, range: Range<usize>) -> BlockMut<'_> {
        assert!(range.end <= self.frames, "frames {range:?} of {}", self.frames);
        let start = range.start.min(self.data.len());
        BlockMut {
            data: &mut self.data[start..],
            stride: self.stride,
            channels: self.channels,
            frames: range.end.saturating_sub(range.start),
        }
    }

    /// Returns the same view under a shorter borrow.
    pub fn reborrow(&mut self) -> BlockMut<'_> {
        BlockMut { data: self.data, stride: self.stride, channels: self.channels, frames: self.frames }
    }

    /// Returns the same view, read-only.
    pub fn as_block(&self) -> Block<'_> {
        Block { data: self.data, stride: self.stride, channels: self.channels, frames: self.frames }
    }

    /// Writes one value everywhere.
    pub fn fill(&mut self, value: f32) {
        for channel in 0..self.channels {
            self.channel_mut(channel).fill(value);
        }
    }

    /// Copies the samples of a block of the same shape.
    ///
    /// # Panics
    /// When the shapes differ.
    pub fn copy_from(&mut self, source: &Block<'_>) {
        assert_eq!((self.channels, self.frames), (source.channels, source.frames));
        for channel in 0..self.channels {
            self.channel_mut(channel).copy_from_slice(source.channel(channel));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_keep_the_channels_apart() {
        let mut data = [0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0];
        let block = Block::new(&data, 4, 2, 4).slice(1..3);
        assert_eq!(block.channel(0), [1.0, 2.0]);
        assert_eq!(block.channel(1), [11.0, 12.0]);
        let mut block = BlockMut::new(&mut data, 4, 2, 4);
        let mut part = block.slice_mut(3..4);
        let (left, right) = part.pair_mut();
        (left[0], right[0]) = (-1.0, -2.0);
        assert_eq!(data, [0.0, 1.0, 2.0, -1.0, 10.0, 11.0, 12.0, -2.0]);
    }

    #[test]
    fn a_block_of_no_frames_at_the_end_is_allowed() {
        let data = [1.0, 2.0];
        assert_eq!(Block::new(&data, 2, 1, 2).slice(2..2).frames(), 0);
    }

    #[test]
    #[should_panic(expected = "does not fit")]
    fn a_block_larger_than_its_memory_is_refused() {
        let _ = Block::new(&[0.0; 3], 2, 2, 2);
    }
}

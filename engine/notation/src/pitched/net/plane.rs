//! Channels of frames that a convolution reads or writes.

use super::FRAMES;

/// Rows of values, one for each channel and frame of a window.
#[derive(Debug)]
pub(super) struct Plane {
    /// Values of a row, its zero padding included.
    pub(super) stride: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// Creates a plane of zeros.
    pub(super) fn new(channels: usize, stride: usize) -> Self {
        // Tiles of a convolution may read beyond the last row.
        Self { stride, values: vec![0.0; (channels * FRAMES + 1) * stride] }
    }

    /// Returns the index of the first value of a row.
    pub(super) fn start(&self, channel: usize, frame: usize) -> usize {
        (channel * FRAMES + frame) * self.stride
    }

    /// Returns a row.
    pub(super) fn row(&self, channel: usize, frame: usize) -> &[f32] {
        &self.values[self.start(channel, frame)..][..self.stride]
    }

    /// Returns a row.
    pub(super) fn row_mut(&mut self, channel: usize, frame: usize) -> &mut [f32] {
        let start = self.start(channel, frame);
        &mut self.values[start..][..self.stride]
    }
}

/// Positions between the three phases of a row that is read in steps of three.
pub(super) const PHASE: usize = 96;

/// Writes values to a row whose phases are apart, after `padding` zeros.
pub(super) fn split_phases(row: &mut [f32], values: &[f32], padding: usize) {
    for (index, value) in (padding..).zip(values) {
        row[index % 3 * PHASE + index / 3] = *value;
    }
}

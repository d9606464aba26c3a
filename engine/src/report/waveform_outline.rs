//! A waveform, thinned out to what its plot shows of it.

use crate::analysis::WaveformHead;

/// Columns of the drawn waveform at most.
const COLUMNS: usize = 1_400;

/// The extremes of every column and lane: gathered value by value, so that no waveform needs to be
/// held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaveformOutline {
    head: WaveformHead,
    /// Pixels per column; the last may have fewer.
    together: usize,
    /// Column by column, lane by lane: minimum and maximum.
    extremes: Vec<(i16, i16)>,
    /// Pixels added, times lanes.
    added: usize,
}

impl WaveformOutline {
    /// Creates an empty outline of a waveform. Allocates.
    pub fn new(head: &WaveformHead) -> Self {
        let together = head.length.div_ceil(COLUMNS).max(1);
        let extremes = vec![(i16::MAX, i16::MIN); head.length.div_ceil(together) * head.channels];
        Self { head: *head, together, extremes, added: 0 }
    }

    /// Adds the least and the greatest value of the next channel of a pixel, or of the first of the
    /// next pixel. At most as many pixels as the head states may be added.
    pub fn add(&mut self, low: i16, high: i16) {
        let lanes = self.lanes();
        let (pixel, lane) = (self.added / lanes, self.added % lanes);
        if let Some(extremes) = self.extremes.get_mut(pixel / self.together * lanes + lane) {
            *extremes = (extremes.0.min(low), extremes.1.max(high));
        }
        self.added += 1;
    }

    /// Returns the number of waveforms: 1 or more.
    pub(super) fn lanes(&self) -> usize {
        self.head.channels.max(1)
    }

    /// Returns the number of columns.
    pub(super) fn columns(&self) -> usize {
        self.head.length.div_ceil(self.together)
    }

    /// Returns the frames at which a column begins and ends; the last pixel may stand for fewer
    /// frames than the others.
    pub(super) fn frames(&self, column: usize) -> (usize, usize) {
        let first = column * self.together;
        let last = self.head.length.min(first + self.together);
        let at = |pixel: usize| pixel * self.head.samples_per_pixel as usize;
        (at(first), at(last))
    }

    /// Returns the least and the greatest value of a lane in a column.
    pub(super) fn extremes(&self, column: usize, lane: usize) -> (i16, i16) {
        self.extremes[column * self.lanes() + lane]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Bits;

    #[test]
    fn a_column_has_the_extremes_of_its_pixels() {
        let length = 2 * COLUMNS + 1;
        let head =
            WaveformHead { bits: Bits::Sixteen, sample_rate_hz: 8_000, samples_per_pixel: 256, channels: 2, length };
        let mut outline = WaveformOutline::new(&head);
        for pixel in 0..length as i16 {
            outline.add(-pixel, pixel);
            outline.add(5, 6);
        }
        assert_eq!((outline.lanes(), outline.columns()), (2, 934));
        assert_eq!([outline.extremes(0, 0), outline.extremes(1, 0)], [(-2, 2), (-5, 5)]);
        assert_eq!([outline.extremes(933, 0), outline.extremes(933, 1)], [(-2_800, 2_800), (5, 6)]);
        assert_eq!([outline.frames(1), outline.frames(933)], [(768, 1_536), (2_799 * 256, 2_801 * 256)]);
    }
}

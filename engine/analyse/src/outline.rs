//! Waveform and chroma of a song, reduced to the columns of a picture.

use mixdown_music::chroma::{CLASS_COUNT, PitchClasses};
use mixdown_music::spectrum::frame_seconds;

/// Columns of the waveform, and the most columns of the chroma.
const COLUMNS: usize = 1_000;

/// Lowest and highest sample of each of the columns of a song.
pub(crate) struct Outline {
    samples: u64,
    done: u64,
    columns: Vec<(f32, f32)>,
}

impl Outline {
    /// Creates the outline of this many samples.
    pub(crate) fn new(samples: u64) -> Self {
        Self { samples: samples.max(1), done: 0, columns: vec![(0.0, 0.0); COLUMNS] }
    }

    /// Adds samples; those beyond the length count for the last column.
    pub(crate) fn add(&mut self, samples: &[f32]) {
        for sample in samples {
            let column = (self.done * COLUMNS as u64 / self.samples).min(COLUMNS as u64 - 1) as usize;
            let (low, high) = &mut self.columns[column];
            (*low, *high) = (low.min(*sample), high.max(*sample));
            self.done += 1;
        }
    }

    /// Returns the columns, evenly spaced over the song.
    pub(crate) fn into_columns(self) -> Vec<(f32, f32)> {
        self.columns
    }
}

/// Returns chroma as at most [`COLUMNS`] means, each with its strongest class at 1, and the seconds
/// from one to the next.
pub(crate) fn chroma_columns(frames: &[PitchClasses]) -> (Vec<[f32; CLASS_COUNT]>, f64) {
    let together = frames.len().div_ceil(COLUMNS).max(1);
    let columns = frames.chunks(together).map(|frames| {
        let mut sums = [0.0; CLASS_COUNT];
        for frame in frames {
            sums.iter_mut().zip(frame).for_each(|(sum, value)| *sum += value);
        }
        let most = sums.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        sums.map(|sum| sum / most)
    });
    (columns.collect(), frame_seconds(together) - frame_seconds(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_extremes_of_their_part() {
        let mut outline = Outline::new(2_000);
        let mut samples = vec![0.0; 2_000];
        (samples[0], samples[3], samples[1_999]) = (-0.5, 0.25, 1.0);
        outline.add(&samples[..7]);
        outline.add(&samples[7..]);
        let columns = outline.into_columns();
        assert_eq!((columns[0], columns[1], columns[999]), ((-0.5, 0.0), (0.0, 0.25), (0.0, 1.0)));
        assert_eq!(columns.len(), COLUMNS);
    }

    #[test]
    fn chroma_is_relative_to_its_strongest_class() {
        let mut frame = [0.0; CLASS_COUNT];
        (frame[2], frame[7]) = (0.1, 0.4);
        let (columns, step_s) = chroma_columns(&vec![frame; 2_500]);
        assert_eq!((columns.len(), columns[0][2], columns[0][7]), (834, 0.25, 1.0));
        assert!((step_s - 3.0 * 1_024.0 / 22_050.0).abs() < 1e-9);
        assert_eq!(chroma_columns(&[]).0.len(), 0);
        assert_eq!(chroma_columns(&[[0.0; CLASS_COUNT]]).0[0], [0.0; CLASS_COUNT]);
    }
}

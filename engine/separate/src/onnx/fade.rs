//! Linear ramps from one segment into the next.

use super::segments::HOP_FRAMES;
use super::{OVERLAP_FRAMES, SEGMENT_FRAMES};

/// The end of the segment before, which the next one shares.
#[derive(Default)]
pub(super) struct Fade {
    /// Per part and channel, samples that already fade out; empty before the second segment.
    ends: Vec<Vec<f32>>,
}

impl Fade {
    /// Fades the end of the segment before into the start of this one. Returns the frames at its
    /// start that are then complete: up to the next segment, or to the end of the song.
    ///
    /// `stems` holds [`SEGMENT_FRAMES`] samples per part and channel. `left` is the length of the
    /// song from the start of the segment on: a segment that does not cover it has a successor.
    pub(super) fn join(&mut self, stems: &mut [f32], left: usize) -> usize {
        for (lane, end) in stems.chunks_mut(SEGMENT_FRAMES).zip(&self.ends) {
            for (at, (sample, end)) in lane.iter_mut().zip(end).enumerate() {
                *sample = *sample * ramp(at) + end;
            }
        }
        if left <= SEGMENT_FRAMES {
            self.ends.clear();
            return left;
        }
        let fading = |lane: &[f32]| -> Vec<f32> {
            lane[HOP_FRAMES..].iter().enumerate().map(|(at, sample)| sample * (1.0 - ramp(at))).collect()
        };
        self.ends = stems.chunks(SEGMENT_FRAMES).map(fading).collect();
        HOP_FRAMES
    }
}

/// Returns the share of the later segment in a frame of the overlap. Both shares sum to 1.
fn ramp(at: usize) -> f32 {
    (at as f32 + 0.5) / OVERLAP_FRAMES as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_fade_linearly_and_their_shares_sum_to_one() {
        let mut fade = Fade::default();
        let mut first = vec![1.0; SEGMENT_FRAMES];
        assert_eq!(fade.join(&mut first, SEGMENT_FRAMES + 1), HOP_FRAMES);
        assert!(first.iter().all(|sample| *sample == 1.0), "the start of the song has no ramp");

        let mut other = vec![0.0; SEGMENT_FRAMES];
        let left = SEGMENT_FRAMES - 5;
        assert_eq!(fade.join(&mut other, left), left);
        let step = f64::from(other[0]) - f64::from(other[OVERLAP_FRAMES - 1]);
        assert!((step - (1.0 - 1.0 / OVERLAP_FRAMES as f64)).abs() < 1e-6, "{step}");
        // The middle of an odd number of frames.
        assert!((other[OVERLAP_FRAMES / 2] - 0.5).abs() < 1e-6);
        assert!(other[OVERLAP_FRAMES..].iter().all(|sample| *sample == 0.0));

        let mut fade = Fade::default();
        fade.join(&mut vec![1.0; SEGMENT_FRAMES], SEGMENT_FRAMES + 1);
        let mut same = vec![1.0; SEGMENT_FRAMES];
        fade.join(&mut same, SEGMENT_FRAMES);
        // Three roundings of f32 near 1.
        assert!(same.iter().all(|sample| (sample - 1.0).abs() <= 2.0 * f32::EPSILON));
    }
}

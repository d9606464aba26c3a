//! Digital silence: found in exports where nothing plays, and never in microphone recordings.

use super::thresholds::THRESHOLDS;

/// Runs of digital silence in a stem, collected while it is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DigitalSilence {
    run_frames: u64,
    /// Frames before the first one that is not silent.
    pub(crate) leading_frames: u64,
    /// Frames of the longest run between two that are not silent.
    pub(crate) longest_inner_frames: u64,
    sounded: bool,
}

impl DigitalSilence {
    /// Observes the next samples.
    pub(crate) fn observe(&mut self, samples: &[f32]) {
        for x in samples {
            if x.abs() <= THRESHOLDS.digital_silence_amplitude {
                self.run_frames += 1;
                continue;
            }
            if self.sounded {
                self.longest_inner_frames = self.longest_inner_frames.max(self.run_frames);
            } else {
                (self.leading_frames, self.sounded) = (self.run_frames, true);
            }
            self.run_frames = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_whatever_the_pieces_in_which_a_stem_comes() {
        let stem = [vec![0.0; 5], vec![0.1, 0.0, 1e-7, -0.2], vec![0.0; 3], vec![0.4], vec![0.0; 9]].concat();
        for piece in [1, 2, 7, 100] {
            let mut silence = DigitalSilence::default();
            stem.chunks(piece).for_each(|part| silence.observe(part));
            assert_eq!((silence.leading_frames, silence.longest_inner_frames), (5, 3), "{piece}");
        }
    }
}

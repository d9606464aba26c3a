//! Statistics of a limiter.

use crate::dsp::decibel_math::DB_PER_OCTAVE;
use serde::Serialize;

/// Statistics of a limiter since it was built or reset. The same for every block size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LimiterStats {
    /// Frames output.
    pub frames: u64,
    /// Frames of them with a reduction of more than 0.1 dB.
    pub limited_frames: u64,
    /// Largest gain reduction, 0 or more, in decibels.
    pub max_reduction_db: f64,
    /// Mean gain reduction over all frames, 0 or more, in decibels.
    pub mean_reduction_db: f64,
}

impl LimiterStats {
    /// Returns the share of time with a gain reduction of more than 0.1 dB, 0 to 1.
    pub fn limited_share(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.limited_frames as f64 / self.frames as f64 }
    }
}

/// Reduction from which a frame counts as limited, in decibels. A release leaves less behind for
/// seconds, which is inaudible.
const WORKING_DB: f64 = 0.1;

/// Running statistics, added frame by frame, so that the block size cannot change them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    frames: u64,
    limited_frames: u64,
    pub(super) last_octaves: f64,
    most_octaves: f64,
    /// The largest since it was last read.
    pub(super) recent_octaves: f64,
    sum_octaves: f64,
}

impl Tally {
    #[inline]
    pub(super) fn add(&mut self, octaves: f64) {
        self.frames += 1;
        self.limited_frames += u64::from(octaves * DB_PER_OCTAVE > WORKING_DB);
        self.last_octaves = octaves;
        self.most_octaves = self.most_octaves.max(octaves);
        self.recent_octaves = self.recent_octaves.max(octaves);
        self.sum_octaves += octaves;
    }

    pub(super) fn add_unlimited(&mut self, frames: usize) {
        self.frames += frames as u64;
        self.last_octaves = if frames > 0 { 0.0 } else { self.last_octaves };
    }

    pub(super) fn stats(&self) -> LimiterStats {
        LimiterStats {
            frames: self.frames,
            limited_frames: self.limited_frames,
            max_reduction_db: self.most_octaves * DB_PER_OCTAVE,
            mean_reduction_db: self.sum_octaves * DB_PER_OCTAVE / self.frames.max(1) as f64,
        }
    }
}

//! Sample peak, clipped samples, and samples that are NaN or too large.

use super::reading::{amplitude_db, finite, is_level};
use crate::audio::Block;
use crate::process::Tap;
use crate::simd::vectorised;

/// Measures the largest sample of all channels and counts the samples that should not be there.
#[derive(Clone, Debug, Default)]
pub struct PeakMeter {
    max: f32,
    since_taken: f32,
    clipped: u64,
    non_finite: u64,
}

impl PeakMeter {
    /// Creates a meter for any number of channels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all input. Audio thread: no allocation.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Returns the largest magnitude so far; full scale is 1.0.
    pub fn sample_peak(&self) -> f64 {
        f64::from(self.max)
    }

    /// Returns the largest magnitude so far in dBFS; `None` in silence.
    pub fn sample_peak_dbfs(&self) -> Option<f64> {
        amplitude_db(self.sample_peak())
    }

    /// Returns the number of samples of magnitude 1.0 or more, every channel counted. The positive
    /// full scale of an integer file, one step below 1.0, is not among them.
    pub fn clipped_samples(&self) -> u64 {
        self.clipped
    }

    /// Returns the number of samples that are NaN, infinite or beyond ±10³⁰, every channel counted.
    /// All meters measure them as 0.
    pub fn non_finite_samples(&self) -> u64 {
        self.non_finite
    }

    /// Returns the largest magnitude since [`Self::take_interval`]. Audio thread.
    pub(super) fn interval(&self) -> f32 {
        self.since_taken
    }

    /// Returns the largest magnitude since the last call. Audio thread: no allocation.
    pub(super) fn take_interval(&mut self) -> f32 {
        std::mem::take(&mut self.since_taken)
    }
}

/// Counts and maximum of one stretch of samples.
struct PeakSurvey {
    max: f32,
    clipped: u32,
    non_finite: u32,
}

/// Surveys a stretch of samples. Most stretches contain nothing to count, as their largest
/// magnitude shows.
fn survey(samples: &[f32]) -> PeakSurvey {
    let max = largest(samples);
    if max < 1.0 { PeakSurvey { max, clipped: 0, non_finite: 0 } } else { count(samples) }
}

// Maxima of integers: AVX has none of 256 bits.
vectorised! { avx512, avx2;
    /// Returns the largest magnitude; above every number where one sample is NaN. Maxima do not
    /// depend on the order.
    fn largest(samples: &[f32]) -> f32 {
        const LANES: usize = 32;
        // As integers, magnitudes are in the order of their values, and NaN comes last.
        let magnitude = |x: f32| x.abs().to_bits();
        let mut max = [0_u32; LANES];
        let (groups, rest) = samples.as_chunks::<LANES>();
        for group in groups {
            for lane in 0..LANES {
                max[lane] = max[lane].max(magnitude(group[lane]));
            }
        }
        f32::from_bits(rest.iter().map(|x| magnitude(*x)).chain(max).fold(0, u32::max))
    }
}

// Counts are integers, of which AVX has none of 256 bits. A third version for AVX-512 would seldom
// run: most stretches have nothing to count.
vectorised! { avx2;
    /// Counts samples. Maxima and counts do not depend on the order.
    fn count(samples: &[f32]) -> PeakSurvey {
        const LANES: usize = 16;
        let (mut max, mut clipped, mut non_finite) = ([0.0_f32; LANES], [0_u32; LANES], [0_u32; LANES]);
        let (groups, rest) = samples.as_chunks::<LANES>();
        let mut last = [0.0; LANES];
        last[..rest.len()].copy_from_slice(rest);
        for group in groups.iter().chain([&last]) {
            for lane in 0..LANES {
                let level = finite(group[lane]).abs();
                max[lane] = if level > max[lane] { level } else { max[lane] };
                clipped[lane] += u32::from(level >= 1.0);
                non_finite[lane] += u32::from(!is_level(group[lane]));
            }
        }
        PeakSurvey {
            max: max.into_iter().fold(0.0, f32::max),
            clipped: clipped.iter().sum(),
            non_finite: non_finite.iter().sum(),
        }
    }
}

impl Tap for PeakMeter {
    /// Observes the next block. Audio thread: no allocation.
    fn observe(&mut self, block: &Block<'_>) {
        for channel in 0..block.channels() {
            // Stretches short enough for 32-bit counts, which keep pace with the samples in vector
            // registers.
            for stretch in block.channel(channel).chunks(4096) {
                let found = survey(stretch);
                self.since_taken = self.since_taken.max(found.max);
                self.clipped += u64::from(found.clipped);
                self.non_finite += u64::from(found.non_finite);
            }
        }
        self.max = self.max.max(self.since_taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_counts_as_clipped_and_one_step_below_does_not() {
        let mut meter = PeakMeter::new();
        meter.observe(&Block::mono(&[0.5, 1.0, -1.0, -1.25, 32_767.0 / 32_768.0]));
        assert_eq!(meter.clipped_samples(), 3);
        assert_eq!(meter.sample_peak(), 1.25);
    }

    #[test]
    fn what_is_not_a_number_is_counted_and_has_no_peak() {
        let mut meter = PeakMeter::new();
        meter.observe(&Block::new(&[f32::NAN, 0.25, f32::INFINITY, -0.5, f32::NEG_INFINITY, f32::MAX], 3, 2, 3));
        assert_eq!((meter.non_finite_samples(), meter.clipped_samples(), meter.sample_peak()), (4, 0, 0.5));
        meter.reset();
        assert_eq!((meter.non_finite_samples(), meter.sample_peak_dbfs()), (0, None));
    }
}

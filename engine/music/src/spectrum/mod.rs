//!
//! All frames of a song are centred on multiples of [`HOP`] samples, so features of several
//! extractors line up by index. See Brown and Puckette, "An efficient algorithm for the calculation
//! of a constant Q transform" (1992), for the kernels that gather bins of a transform.

mod bands;
mod framing;
mod level;
mod log_map;
mod log_spectrum;
mod stft;

pub use bands::{BAND_COUNT, BandExtractor};
pub(crate) use framing::Framing;
pub use level::LevelExtractor;
pub use log_map::{BIN_COUNT, BINS_PER_OCTAVE, LOWEST_HZ, bin_hz};
pub(crate) use log_map::{LogMap, SIZES};
pub use log_spectrum::{LogSpectrum, LogSpectrumExtractor};
pub(crate) use stft::Stft;

use crate::SAMPLE_RATE;

/// Samples between the centres of two frames: 46 ms.
pub const HOP: usize = 1024;

/// Returns the time of the centre of frame `index`, in seconds.
#[must_use]
pub fn frame_seconds(index: usize) -> f64 {
    (index * HOP) as f64 / f64::from(SAMPLE_RATE)
}

/// Returns the index of the frame whose centre is nearest to `seconds`; times before 0 give 0.
#[must_use]
pub fn frame_at(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE) / HOP as f64).round().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_frames_are_inverse() {
        assert!((0..9999).all(|index| frame_at(frame_seconds(index)) == index));
        assert_eq!((frame_at(-1.0), frame_at(f64::NAN)), (0, 0));
        assert!((frame_seconds(1) - 0.046_44).abs() < 1e-5);
    }
}

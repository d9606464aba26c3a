//! Onsets: curves of spectral flux in bands, their peaks, and the rate of onsets.

mod bands;
mod extractor;
pub(crate) mod frames;
mod peaks;

pub use extractor::{Onsets, OnsetsExtractor};
pub(crate) use peaks::quantile;
pub use peaks::{Peak, find_peaks, onset_rate};

/// Samples between frames: about 10 ms.
pub const HOP: usize = 220;

/// Frames a second.
pub const FRAME_RATE: f64 = crate::SAMPLE_RATE as f64 / HOP as f64;

#[cfg(test)]
mod tests;

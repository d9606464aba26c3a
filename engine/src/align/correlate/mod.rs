//! Cross-correlation of whole stems: transforms, GCC-PHAT and its peaks.

pub(super) mod fft;
pub(super) mod gcc_phat;
pub(super) mod peak;
pub(super) mod quantised_spectrum;
pub(super) mod thresholds;

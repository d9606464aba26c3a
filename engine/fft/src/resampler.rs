//! Block resamplers.

use rubato::{Fft, FixedSync, ResamplerConstructionError, Sample, WindowFunction};

/// Rates and shape of a block resampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockShape {
    /// Sample rate of the input, in Hz.
    pub from_hz: usize,
    /// Sample rate of the output, in Hz.
    pub to_hz: usize,
    /// Frames in a block of input.
    pub frames_in: usize,
    /// Number of channels.
    pub channels: usize,
}

/// Creates a block resampler in single precision.
///
/// # Errors
/// When rubato refuses the shape.
#[inline(never)]
pub fn single_resampler(shape: BlockShape) -> Result<Fft<f32>, ResamplerConstructionError> {
    resampler(shape)
}

/// Creates a block resampler in double precision.
///
/// # Errors
/// When rubato refuses the shape.
#[inline(never)]
pub fn double_resampler(shape: BlockShape) -> Result<Fft<f64>, ResamplerConstructionError> {
    resampler(shape)
}

fn resampler<T: Sample>(shape: BlockShape) -> Result<Fft<T>, ResamplerConstructionError> {
    // The squared Blackman-Harris window has the deepest stop band of those offered; rubato puts
    // its edge at the lower Nyquist frequency.
    let window = WindowFunction::BlackmanHarris2;
    let BlockShape { from_hz, to_hz, frames_in, channels } = shape;
    Fft::new_custom(from_hz, to_hz, frames_in, 1, channels, window, FixedSync::Both)
}

//! Plans of transforms, and block resamplers.
//!
//! The planners of rustfft, realfft and rubato are generic: each crate that calls one compiles
//! every transform with it, megabytes of them. These functions are not generic, so that happens
//! here alone.

mod plan;
mod resampler;

pub use plan::{RealPlanner, complex_forward};
pub use realfft::num_complex::Complex;
pub use realfft::{ComplexToReal, RealToComplex};
pub use resampler::{BlockShape, double_resampler, single_resampler};
pub use rustfft::Fft;

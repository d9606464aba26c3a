//! Signal processing: filters, dynamics, gain, delay; each as settings, coefficients and memory.

pub mod biquad;
#[doc(hidden)]
pub mod decibel_math;
pub mod delay;
pub mod dynamics;
pub mod gain;
mod insert;
mod inserts;
mod key;
#[doc(hidden)]
pub mod laws;
pub mod linear_phase;
mod settings;

pub use insert::Insert;
pub use key::Key;

/// Returns a smooth step from 0 at 0 to 1 at 1, flat at both ends in slope and in curvature.
#[inline]
pub(crate) fn smooth_step(t: f64) -> f64 {
    t * t * t * (t * (6.0 * t - 15.0) + 10.0)
}

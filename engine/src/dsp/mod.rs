//! Signal processing: filters, dynamics, gain, delay; each as settings, coefficients and memory.

pub mod biquad;
pub mod decibel_math;
pub mod delay;
pub mod dynamics;
pub mod gain;
mod insert;

pub use insert::Insert;

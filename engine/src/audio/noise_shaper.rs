//! Noise shaping: moves quantising noise to where the ear is least sensitive.

use super::noise_shape::NoiseShape;
use super::noise_shaping::{mild, strong};
use crate::units::SampleRate;

/// Feedback of past rounding errors. Controls the noise that is written.
pub(super) trait ErrorFeedback {
    /// Returns the part of the next sample that comes from past errors, in least significant bits.
    fn feedback(&self) -> f64;

    /// Appends the error just made: written minus wanted, in least significant bits.
    fn push(&mut self, error: f64);
}

/// Error filter of one channel: the written noise is e(n) + a1·e(n−1) + a2·e(n−2) + ….
///
/// It is finite and fed by rounding errors alone, which dither and rounding bound: its output is
/// bounded too, for any input.
#[derive(Clone, Debug)]
pub enum NoiseShaper {
    /// Curve of [`NoiseShape::Mild`].
    #[doc(hidden)]
    Mild(NewestFirst<9>),
    /// Curve of [`NoiseShape::Strong`].
    #[doc(hidden)]
    Strong(OldestFirst<16>),
}

impl NoiseShaper {
    /// Creates the shaper of a curve for a sample rate; `None` where nothing is shaped. Control
    /// thread.
    pub fn new(shape: NoiseShape, rate: SampleRate) -> Option<Self> {
        match shape {
            NoiseShape::None => None,
            NoiseShape::Mild => Some(Self::Mild(NewestFirst { taps: mild(rate), errors: [0.0; 9] })),
            NoiseShape::Strong => {
                let mut taps = strong(rate);
                taps.reverse();
                Some(Self::Strong(OldestFirst { taps, errors: [0.0; 16] }))
            }
        }
    }

    /// Forgets the past errors.
    pub fn reset(&mut self) {
        match self {
            Self::Mild(filter) => filter.errors.fill(0.0),
            Self::Strong(filter) => filter.errors.fill(0.0),
        }
    }
}

/// Filter that adds up the newest error first.
#[derive(Clone, Debug)]
pub struct NewestFirst<const N: usize> {
    taps: [f64; N],
    errors: [f64; N],
}

/// Filter that adds up the oldest error first: no sum but the last waits for the newest error,
/// which makes more taps take less time.
#[derive(Clone, Debug)]
pub struct OldestFirst<const N: usize> {
    taps: [f64; N],
    errors: [f64; N],
}

impl<const N: usize> ErrorFeedback for NewestFirst<N> {
    #[inline]
    fn feedback(&self) -> f64 {
        self.taps.iter().zip(&self.errors).map(|(tap, error)| tap * error).sum()
    }

    #[inline]
    fn push(&mut self, error: f64) {
        self.errors.copy_within(0..N - 1, 1);
        self.errors[0] = error;
    }
}

impl<const N: usize> ErrorFeedback for OldestFirst<N> {
    #[inline]
    fn feedback(&self) -> f64 {
        self.taps.iter().zip(&self.errors).map(|(tap, error)| tap * error).sum()
    }

    #[inline]
    fn push(&mut self, error: f64) {
        self.errors.copy_within(1.., 0);
        self.errors[N - 1] = error;
    }
}

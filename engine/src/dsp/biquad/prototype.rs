//! Analogue prototypes of filters, factor by factor, and the image of each factor in the digital
//! plane.
//!
//! A zero or pole s becomes e^s, the matched-Z transform: bandwidth and centre stay, also near
//! Nyquist. The bilinear transform squeezes both. Frequencies are in radians per frame.

use super::coefficients::Coefficients;
use std::f64::consts::PI;

/// Zeros or poles of a factor. Factors with roots off the origin are 1 at frequency 0.
#[derive(Clone, Copy, Debug)]
pub(super) enum Roots {
    /// No roots: the factor is 1.
    None,
    /// Roots at 0: (s/at)^count.
    Origin {
        /// Number of them, at most 2.
        count: i32,
        /// Frequency at which the factor is 1.
        at: f64,
    },
    /// One root: 1 + s/at.
    One {
        /// Corner frequency.
        at: f64,
    },
    /// Two roots: 1 + s/(q·at) + (s/at)².
    Two {
        /// Resonance frequency.
        at: f64,
        /// Quality factor.
        q: f64,
    },
}

/// A root in the digital plane: magnitude e^−decay, angle in radians.
#[derive(Clone, Copy)]
struct Image {
    decay: f64,
    angle: f64,
}

impl Image {
    /// Returns the squared distance of the root from e^jω. Exact also where both are near 1.
    fn power(self, omega: f64) -> f64 {
        let (radius, less) = (libm::exp(-self.decay), libm::expm1(-self.decay));
        let half_chord = libm::sin(0.5 * (omega - self.angle));
        less * less + 4.0 * radius * half_chord * half_chord
    }
}

impl Roots {
    fn images(self) -> Vec<Image> {
        let real = |decay| Image { decay, angle: 0.0 };
        match self {
            Self::None => Vec::new(),
            Self::Origin { count, .. } => vec![real(0.0); count as usize],
            Self::One { at } => vec![real(at)],
            Self::Two { at, q } if q > 0.5 => {
                let half = 0.5 / q;
                let angle = at * (1.0 - half * half).sqrt();
                // Beyond Nyquist an image would come back below it: it stays there, as far away.
                let decay = (at * half).hypot((angle - PI).max(0.0));
                let angle = angle.min(PI);
                vec![Image { decay, angle }, Image { decay, angle: -angle }]
            }
            Self::Two { at, q } => {
                let half = 0.5 / q;
                let outer = half + (half * half - 1.0).max(0.0).sqrt();
                vec![real(at * outer), real(at / outer)]
            }
        }
    }

    /// Returns the power of the analogue factor at a frequency.
    fn analogue_power(self, omega: f64) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Origin { count, at } => (omega / at).powi(2 * count),
            Self::One { at } => 1.0 + (omega / at).powi(2),
            Self::Two { at, q } => {
                let ratio = omega / at;
                (1.0 - ratio * ratio).powi(2) + (ratio / q).powi(2)
            }
        }
    }

    fn image_power(self, omega: f64) -> f64 {
        self.images().iter().map(|image| image.power(omega)).product()
    }

    /// Returns the power of the image over that of the analogue factor, where the frequency
    /// approaches 0.
    fn scale(self) -> f64 {
        match self {
            Self::Origin { count, at } => at.powi(2 * count),
            _ => self.image_power(0.0),
        }
    }

    /// Returns the polynomial of the images in z⁻¹.
    fn polynomial(self) -> [f64; 3] {
        let root = |image: &Image| (libm::exp(-image.decay), libm::cos(image.angle));
        match self.images()[..] {
            [] => [1.0, 0.0, 0.0],
            [ref one] => [1.0, -root(one).0, 0.0],
            [ref one, ref other, ..] => {
                let ((r1, c1), (r2, c2)) = (root(one), root(other));
                [1.0, -(r1 * c1 + r2 * c2), r1 * r2]
            }
        }
    }

    /// Returns the power by which the image misses the analogue factor at a frequency: 1 near 0.
    fn missing(self, omega: f64) -> f64 {
        self.analogue_power(omega) * self.scale() / self.image_power(omega)
    }
}

/// One factor of second order or less: gain × zeros / poles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    pub(super) gain: f64,
    pub(super) zeros: Roots,
    pub(super) poles: Roots,
}

impl Factor {
    /// Returns the section whose roots are the images. Its gain is exact where the frequency
    /// approaches 0.
    pub(super) fn section(&self) -> Coefficients {
        let gain = self.gain * (self.poles.scale() / self.zeros.scale()).sqrt();
        let [b0, b1, b2] = self.zeros.polynomial().map(|b| gain * b);
        let [_, a1, a2] = self.poles.polynomial();
        Coefficients { b0, b1, b2, a1, a2 }
    }

    /// Returns the power by which the section misses the prototype at a frequency.
    pub(super) fn missing(&self, omega: f64) -> f64 {
        self.zeros.missing(omega) / self.poles.missing(omega)
    }

    /// Returns the gain of the prototype at a frequency, as a factor.
    #[cfg(test)]
    pub(super) fn magnitude(&self, omega: f64) -> f64 {
        self.gain * (self.zeros.analogue_power(omega) / self.poles.analogue_power(omega)).sqrt()
    }
}

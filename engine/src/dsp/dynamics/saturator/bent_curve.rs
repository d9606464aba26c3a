//! Curves of the saturator: one family, by its width and its bias.

use super::SaturatorCurve;

/// Saturation curve f(x) = w·(s(x/w + b) − s(b)) / s'(b), with s(u) = u/√(1 + u²). Its slope at 0
/// is 1. The width w is the level at which it bends; the bias b moves it off its middle.
///
/// For a sine of amplitude A well below w, the second harmonic is 0.75·A·b / (w·(1 + b²)) of it,
/// the third about A²/(8·w²): the terms of second and third order of the series of f.
#[derive(Clone, Copy, Debug)]
pub(super) struct BentCurve {
    per_width: f64,
    bias: f64,
    /// s(b).
    rest: f64,
    /// √(1 + b²).
    root: f64,
    /// w / s'(b).
    scale: f64,
    /// w² / s'(b).
    area: f64,
}

impl BentCurve {
    pub(super) fn of(curve: SaturatorCurve) -> Self {
        match curve {
            SaturatorCurve::Tube => Self::new(2.0, 0.22),
            SaturatorCurve::Tape => Self::new(0.885, 0.0),
            SaturatorCurve::Transformer => Self::new(0.6, 0.027),
        }
    }

    fn new(width: f64, bias: f64) -> Self {
        let root = (1.0 + bias * bias).sqrt();
        let scale = width * root * root * root;
        Self { per_width: 1.0 / width, bias, rest: bias / root, root, scale, area: scale * width }
    }

    /// Returns true if both sides of a wave are bent alike.
    pub(super) fn is_symmetric(&self) -> bool {
        self.bias == 0.0
    }

    /// Returns the part of an input that the curve takes off: exactly 0 at 0.
    #[inline]
    pub(super) fn taken_off(&self, input: f64) -> f64 {
        let u = input * self.per_width + self.bias;
        input - self.scale * (u / (1.0 + u * u).sqrt() - self.rest)
    }

    /// Returns the antiderivative of the part taken off.
    #[inline]
    pub(super) fn primitive(&self, input: f64) -> f64 {
        let u = input * self.per_width + self.bias;
        0.5 * input * input - (self.area * ((1.0 + u * u).sqrt() - self.root) - self.scale * self.rest * input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: [SaturatorCurve; 3] = [SaturatorCurve::Tube, SaturatorCurve::Tape, SaturatorCurve::Transformer];

    #[test]
    fn the_primitive_is_the_integral_of_the_part_taken_off() {
        for curve in CURVES.map(BentCurve::of) {
            for (from, to) in [(-3.0, 2.0), (0.2, 0.9), (-0.4, 0.3)] {
                let step = (to - from) / 100_000.0;
                let sum: f64 = (0..100_000).map(|n| step * curve.taken_off(from + step * (f64::from(n) + 0.5))).sum();
                let found = curve.primitive(to) - curve.primitive(from);
                // The midpoint rule with steps of 5e-5.
                assert!((found - sum).abs() < 1e-8, "{from} to {to}: {found} for {sum}");
            }
        }
    }

    #[test]
    fn curves_rise_have_a_slope_of_one_and_an_end() {
        for curve in CURVES.map(BentCurve::of) {
            let bent = |x: f64| x - curve.taken_off(x);
            assert_eq!(bent(0.0).to_bits(), 0);
            assert!((bent(1e-6) / 1e-6 - 1.0).abs() < 1e-5);
            assert!((-40..40).all(|n| bent(0.1 * f64::from(n)) < bent(0.1 * f64::from(n + 1))));
            assert!((bent(1e6) - bent(1e3)).abs() < 1e-2 && (bent(-1e6) - bent(-1e3)).abs() < 1e-2);
        }
    }
}

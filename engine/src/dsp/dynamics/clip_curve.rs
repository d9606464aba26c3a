//! Curve of the soft clipper, and its mean between two inputs.

/// Clipping curve. Above the knee it bends toward the ceiling along d ↦ w·d/√(w² + d²). Here d is
/// the distance of the input above the knee, and w that of the ceiling. The curve is continuous in
/// slope and curvature through the knee, and never above the ceiling.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClipCurve {
    pub(super) knee: f64,
    pub(super) width: f64,
}

/// Inputs this close count as one: the quotient below would lose its digits.
const CLOSE: f64 = 1e-5;

impl ClipCurve {
    /// Returns the part removed by clipping: exactly 0 up to the knee.
    #[inline]
    pub(super) fn taken_off(&self, input: f64) -> f64 {
        let above = (input.abs() - self.knee).max(0.0);
        // The floor only matters for a hard clip of input below the ceiling, where the quotient is
        // 0/0.
        let length = (self.width * self.width + above * above).sqrt().max(f64::MIN_POSITIVE);
        (above * (1.0 - self.width / length)).copysign(input)
    }

    /// Returns the antiderivative of the part removed: exactly 0 up to the knee.
    #[inline]
    pub(super) fn primitive(&self, input: f64) -> f64 {
        let above = (input.abs() - self.knee).max(0.0);
        let length = (self.width * self.width + above * above).sqrt();
        if above > 0.0 { 0.5 * above * above - self.width * (length - self.width) } else { 0.0 }
    }

    /// Returns the mean of the part removed while the input moves in a straight line from `before`
    /// to `now`, given their primitives.
    ///
    /// The mean lacks most of what a bend adds above the high rate, which sampling would fold back.
    /// J. Parker, V. Zavalishin, E. Le Bivic: Reducing the aliasing of nonlinear waveshaping using
    /// continuous-time convolution, 2016.
    #[inline]
    pub(super) fn mean(&self, (before, primitive_before): (f64, f64), (now, primitive_now): (f64, f64)) -> f64 {
        let moved = now - before;
        if moved.abs() > CLOSE {
            (primitive_now - primitive_before) / moved
        } else {
            self.taken_off(f64::midpoint(before, now))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_the_curve_between_two_inputs() {
        for curve in [ClipCurve { knee: 0.5, width: 0.5 }, ClipCurve { knee: 1.0, width: 0.0 }] {
            for (before, now) in [(-3.0, 2.0), (0.2, 0.9), (1.4, 1.400_001), (-0.4, 0.3)] {
                let at = |n: u32| curve.taken_off(before + (now - before) * (f64::from(n) + 0.5) / 100_000.0);
                let wanted = (0..100_000).map(at).sum::<f64>() / 100_000.0;
                let found = curve.mean((before, curve.primitive(before)), (now, curve.primitive(now)));
                // The midpoint rule with steps of 5e-5.
                assert!((found - wanted).abs() < 1e-8, "{before} to {now}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn nothing_is_removed_below_the_knee() {
        let curve = ClipCurve { knee: 0.5, width: 0.5 };
        assert_eq!(curve.mean((-0.5, curve.primitive(-0.5)), (0.5, curve.primitive(0.5))), 0.0);
        assert_eq!(curve.mean((0.3, 0.0), (0.3, 0.0)), 0.0);
    }
}

//! Static curves: gain reduction as a function of level.

/// Downward compression with a quadratic soft knee (Giannoulis, Massberg, Reiss, "Digital Dynamic
/// Range Compressor Design", J. Audio Eng. Soc. 60(6), 2012, gain computer).
#[derive(Clone, Copy, Debug)]
pub(super) struct CompressionCurve {
    knee_start_db: f64,
    knee_db: f64,
    /// 1/(2·knee), or 0 for a hard knee.
    half_inverse_knee: f64,
    /// Decibels of reduction per decibel above the knee: 1 − 1/ratio.
    slope: f64,
}

impl CompressionCurve {
    pub(super) fn new(threshold_db: f64, ratio: f64, knee_db: f64) -> Self {
        Self {
            knee_start_db: threshold_db - knee_db / 2.0,
            knee_db,
            half_inverse_knee: if knee_db > 0.0 { 0.5 / knee_db } else { 0.0 },
            slope: 1.0 - 1.0 / ratio,
        }
    }

    /// Returns the level up to which there is no gain reduction, in decibels; infinite where there
    /// never is any.
    pub(super) fn rest_db(&self) -> f64 {
        if self.slope == 0.0 { f64::INFINITY } else { self.knee_start_db }
    }

    /// Returns the gain reduction at a level, 0 or more, in decibels. Without branches, so that
    /// loops of it vectorise.
    #[inline]
    pub(super) fn reduction_db(&self, level_db: f64) -> f64 {
        let into_knee = (level_db - self.knee_start_db).max(0.0);
        let within = into_knee.min(self.knee_db);
        let above = into_knee - within;
        self.slope * (within * within * self.half_inverse_knee + above)
    }
}

/// Downward expansion below a threshold, down to a range.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpansionCurve {
    pub(super) threshold_db: f64,
    pub(super) ratio: f64,
    pub(super) range_db: f64,
}

impl ExpansionCurve {
    /// Returns the attenuation at a level, 0 to the range, in decibels.
    #[inline]
    pub(super) fn reduction_db(&self, level_db: f64) -> f64 {
        ((self.ratio - 1.0) * (self.threshold_db - level_db).max(0.0)).min(self.range_db)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_the_knee_a_ratio_of_four_lets_one_decibel_in_four_through() {
        for knee_db in [0.0, 6.0] {
            let curve = CompressionCurve::new(-20.0, 4.0, knee_db);
            assert_eq!(curve.reduction_db(-8.0), 9.0);
            assert_eq!(curve.reduction_db(-23.0), 0.0);
        }
    }

    #[test]
    fn a_knee_meets_both_lines_with_their_slope() {
        let curve = CompressionCurve::new(-20.0, 4.0, 10.0);
        let slope = |at: f64| (curve.reduction_db(at + 1e-6) - curve.reduction_db(at - 1e-6)) / 2e-6;
        assert!(slope(-25.0).abs() < 1e-6);
        assert!((slope(-15.0) - 0.75).abs() < 1e-6);
        assert!((curve.reduction_db(-20.0) - 0.75 * 25.0 / 20.0).abs() < 1e-12);
    }

    #[test]
    fn an_expander_stops_at_its_range() {
        let curve = ExpansionCurve { threshold_db: -40.0, ratio: 2.0, range_db: 15.0 };
        assert_eq!(curve.reduction_db(-30.0), 0.0);
        assert_eq!(curve.reduction_db(-50.0), 10.0);
        assert_eq!(curve.reduction_db(-70.0), 15.0);
    }
}

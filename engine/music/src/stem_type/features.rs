//! The list of features, and the statistics from which they come.

/// The number of features of a segment.
pub(super) const FEATURES: usize = 77;

/// The features of one segment, in the order in which `segment` adds them.
pub(super) type Features = [f64; FEATURES];

/// Collector of features.
#[derive(Debug, Default)]
pub(super) struct Writer(Vec<f64>);

impl Writer {
    /// Adds one feature, 0 if it is not finite.
    pub(super) fn add(&mut self, value: f64) {
        self.0.push(if value.is_finite() { value } else { 0.0 });
    }

    /// Adds the mean and the standard deviation of `values`.
    pub(super) fn mean_and_deviation(&mut self, values: impl Iterator<Item = f64> + Clone) {
        let (mean, deviation) = statistics(values);
        self.add(mean);
        self.add(deviation);
    }

    /// Adds Pearson's correlation of `pairs`.
    pub(super) fn correlation(&mut self, pairs: impl Iterator<Item = (f64, f64)> + Clone) {
        let (left, right) =
            (statistics(pairs.clone().map(|pair| pair.0)), statistics(pairs.clone().map(|pair| pair.1)));
        let joint = statistics(pairs.map(|(one, other)| (one - left.0) * (other - right.0))).0;
        self.add(joint / (left.1 * right.1).max(1e-9));
    }

    /// Returns the features: all of them have been added, or the rest is 0.
    pub(super) fn finish(self) -> Features {
        debug_assert_eq!(self.0.len(), FEATURES);
        let mut features = [0.0; FEATURES];
        for (feature, value) in features.iter_mut().zip(self.0) {
            *feature = value;
        }
        features
    }
}

/// Returns the mean and the standard deviation of `values`, 0 if there are none.
pub(super) fn statistics(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// Returns the value below which `share` of `values` lie, 0 if there are none. Sorts `values`.
pub(super) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len().saturating_sub(1)) as f64 * share;
    values.get(index.round() as usize).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_those_of_the_population() {
        assert_eq!(statistics([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter()), (5.0, 2.0));
        assert_eq!(statistics(std::iter::empty()), (0.0, 0.0));
    }

    #[test]
    fn quantiles_lie_at_their_share() {
        let mut values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!([0.0, 0.25, 1.0].map(|share| quantile(&mut values, share)), [0.0, 25.0, 100.0]);
        assert_eq!(quantile(&mut [], 0.5), 0.0);
    }

    #[test]
    fn a_line_has_correlation_one() {
        let mut writer = Writer::default();
        writer.correlation((0..10).map(|one| (f64::from(one), 3.0 - 2.0 * f64::from(one))));
        assert!((writer.0[0] + 1.0).abs() < 1e-9);
    }
}

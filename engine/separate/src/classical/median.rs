//! Medians over windows that slide, in time and in frequency.

/// The values of a window in ascending order.
#[derive(Debug, Default)]
struct Sorted(Vec<f32>);

impl Sorted {
    fn place(&self, value: f32) -> usize {
        self.0.partition_point(|other| *other < value)
    }

    fn insert(&mut self, value: f32) {
        self.0.insert(self.place(value), value);
    }

    /// Removes a value that was inserted before.
    fn remove(&mut self, value: f32) {
        let place = self.place(value);
        if self.0.get(place) == Some(&value) {
            self.0.remove(place);
        }
    }

    /// Returns the median; of an even number of values, the greater one in the middle.
    fn median(&self) -> f32 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(0.0)
    }
}

/// A window over the last frames of each bin.
pub(super) struct BinMedians {
    bins: Vec<Sorted>,
}

impl BinMedians {
    /// Creates empty windows.
    pub(super) fn new(bins: usize) -> Self {
        Self { bins: (0..bins).map(|_| Sorted::default()).collect() }
    }

    /// Adds the magnitudes of the newest frame.
    pub(super) fn insert(&mut self, frame: &[f32]) {
        self.bins.iter_mut().zip(frame).for_each(|(bin, value)| bin.insert(*value));
    }

    /// Removes the magnitudes of the oldest frame.
    pub(super) fn remove(&mut self, frame: &[f32]) {
        self.bins.iter_mut().zip(frame).for_each(|(bin, value)| bin.remove(*value));
    }

    /// Returns the median of each bin.
    pub(super) fn medians(&self) -> impl Iterator<Item = f32> {
        self.bins.iter().map(Sorted::median)
    }
}

/// Returns the median around each value, of up to `radius` values on either side. The window is
/// shorter at both ends.
pub(super) fn medians_along(values: &[f32], radius: usize) -> Vec<f32> {
    let mut window = Sorted::default();
    values.iter().take(radius).for_each(|value| window.insert(*value));
    let step = |at: usize| {
        if let Some(value) = values.get(at + radius) {
            window.insert(*value);
        }
        if at > radius {
            window.remove(values[at - radius - 1]);
        }
        window.median()
    };
    (0..values.len()).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn median_of(values: &[f32]) -> f32 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f32::total_cmp);
        sorted[sorted.len() / 2]
    }

    proptest! {
        #[test]
        fn a_sliding_median_is_that_of_its_window(
            // Few different values, so that many are equal.
            values in prop::collection::vec((0_u8..6).prop_map(f32::from), 1..60),
            radius in 0_usize..9,
        ) {
            let expected: Vec<f32> = (0..values.len())
                .map(|at| median_of(&values[at.saturating_sub(radius)..(at + radius + 1).min(values.len())]))
                .collect();
            prop_assert_eq!(medians_along(&values, radius), expected);
        }

        #[test]
        fn medians_of_bins_follow_what_is_inserted_and_removed(
            values in prop::collection::vec((0_u8..6).prop_map(f32::from), 5..60),
        ) {
            let mut bins = BinMedians::new(1);
            for (at, value) in values.iter().enumerate() {
                bins.insert(&[*value]);
                if at >= 5 {
                    bins.remove(&[values[at - 5]]);
                }
                let expected = median_of(&values[(at + 1).saturating_sub(5)..=at]);
                prop_assert_eq!(bins.medians().next(), Some(expected));
            }
        }
    }
}

//! A series with no more values than a drawing has room for.

/// Neighbours taken together: the largest of them, or the least. Gathered value by value, so that
/// no series needs to be held.
#[derive(Clone, Debug)]
pub(super) struct Thinned {
    /// Values of the series.
    count: usize,
    /// Values per group; the last may have fewer.
    together: usize,
    groups: Vec<Option<f64>>,
    pick: fn(f64, f64) -> f64,
    added: usize,
}

impl Thinned {
    /// Returns the number of values per group, 1 or more, with which `count` values make at most
    /// `most` groups.
    pub(super) fn together(count: usize, most: usize) -> usize {
        count.div_ceil(most).max(1)
    }

    /// Creates an empty series for `count` values. Allocates.
    pub(super) fn new(count: usize, together: usize, pick: fn(f64, f64) -> f64) -> Self {
        Self { count, together, groups: vec![None; count.div_ceil(together)], pick, added: 0 }
    }

    /// Adds the next value; at most as many as [`Thinned::new`] was given.
    pub(super) fn add(&mut self, value: Option<f32>) {
        if let Some(group) = self.groups.get_mut(self.added / self.together) {
            *group = [*group, value.map(f64::from)].into_iter().flatten().reduce(self.pick);
        }
        self.added += 1;
    }

    /// Returns the picked value of each group; `None` where it has no value.
    pub(super) fn picked(&self) -> &[Option<f64>] {
        &self.groups
    }

    /// Returns the middle of each group, in values from the first, and its picked value.
    pub(super) fn middles(&self) -> impl Iterator<Item = (f64, Option<f64>)> {
        self.groups.iter().enumerate().map(|(index, picked)| {
            let first = index * self.together;
            let values = self.together.min(self.count - first);
            (first as f64 + values as f64 / 2.0, *picked)
        })
    }
}

impl PartialEq for Thinned {
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.together, &self.groups) == (other.count, other.together, &other.groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_the_extreme_of_its_values() {
        let thinned = |pick| {
            let mut series = Thinned::new(7, Thinned::together(7, 4), pick);
            let values = [Some(1.0), Some(2.0), None, Some(-3.0), None, None, Some(4.0)];
            for value in values {
                series.add(value);
            }
            series.middles().collect::<Vec<_>>()
        };
        let (empty, last) = ((5.0, None), (6.5, Some(4.0)));
        assert_eq!(thinned(f64::max), [(1.0, Some(2.0)), (3.0, Some(-3.0)), empty, last]);
        assert_eq!(thinned(f64::min), [(1.0, Some(1.0)), (3.0, Some(-3.0)), empty, last]);
        assert_eq!(Thinned::together(0, 10), 1);
    }
}

//! The first matches of an order, of many that come in any order.

/// A stem that matches: its place in the order, and its row.
pub(crate) type Match = (u128, i64);

/// Matches that are kept at least, so that small pages do not sort at each match.
const KEPT: usize = 256;

/// Keeps the first matches of all that are added.
pub(crate) struct First {
    count: usize,
    kept: Vec<Match>,
    /// A match that is not before this one is not among the first.
    bound: Match,
}

impl First {
    /// Returns a collection of the first `count` matches, without one yet.
    pub(crate) fn new(count: usize) -> Self {
        Self { count, kept: Vec::new(), bound: (u128::MAX, i64::MAX) }
    }

    /// Adds a match.
    pub(crate) fn add(&mut self, one: Match) {
        if one >= self.bound {
            return;
        }
        self.kept.push(one);
        if self.kept.len() >= self.count.max(KEPT).saturating_mul(2) {
            self.kept.select_nth_unstable(self.count);
            self.bound = self.kept[self.count];
            self.kept.truncate(self.count);
        }
    }

    /// Returns the first matches in order, without those before `start`.
    pub(crate) fn page(mut self, start: usize) -> Vec<Match> {
        if self.count < self.kept.len() {
            self.kept.select_nth_unstable(self.count);
            self.kept.truncate(self.count);
        }
        if start >= self.kept.len() {
            return Vec::new();
        }
        // Only the page itself needs an order.
        self.kept.select_nth_unstable(start);
        let mut page = self.kept.split_off(start);
        page.sort_unstable();
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_page_is_that_of_a_sorted_list() {
        let matches: Vec<Match> = (0..5_000u128).map(|one| (one * 7_919 % 1_009, one as i64)).collect();
        let mut sorted = matches.clone();
        sorted.sort_unstable();
        for (start, end) in [(0, 0), (0, 1), (0, 50), (700, 750), (4_990, 5_040), (6_000, 6_001), (3, usize::MAX)] {
            let mut first = First::new(end);
            for one in &matches {
                first.add(*one);
            }
            let expected = sorted.get(start..end.min(sorted.len())).unwrap_or_default();
            assert_eq!(first.page(start), expected, "{start}..{end}");
        }
    }
}

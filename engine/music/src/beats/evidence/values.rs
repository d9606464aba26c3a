//! Values in the order in which they are added.

/// List of values.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) list: Vec<f64>,
}

impl Values {
    pub(super) fn add<const COUNT: usize>(&mut self, values: [f64; COUNT]) {
        self.list.extend(values);
    }
}

//! Keys: their names, and the keys of a song from its chords and pitch classes.

mod estimate;
mod fit;
mod name;
mod profile;

pub use estimate::{Keys, estimate};
pub(crate) use fit::fit as fit_to_key;
pub(crate) use name::CLASS_NAMES;
pub use name::{Key, Mode};

/// Span of time in one key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeySegment {
    /// Start, in seconds.
    pub start_s: f64,
    /// End, in seconds.
    pub end_s: f64,
    /// Key of the span.
    pub key: Key,
}

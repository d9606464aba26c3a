//! Tempo: candidates from the repetition of curves, and the exact period of onsets.

mod candidates;
mod coherence;
mod curve;
mod repetition;
mod steadiness;

pub(crate) use candidates::related_bpm;
pub use candidates::{candidates_bpm, merge_bpm};
pub use coherence::{Period, find_period};
pub use curve::Curve;
pub use repetition::Repetition;
pub use steadiness::is_steady;

/// Slowest tempo that is reported, in beats a minute.
pub const SLOWEST_BPM: f64 = 30.0;

/// Fastest tempo that is reported, in beats a minute.
pub const FASTEST_BPM: f64 = 300.0;

#[cfg(test)]
mod tests;

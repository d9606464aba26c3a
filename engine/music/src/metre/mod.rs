//! Metre: beats in a bar, and the beats that begin bars.
//!
//! Each number of beats and each first downbeat is a hypothesis. Its score is the correlation of
//! its downbeats with evidence of drums, bass, harmony and network, and the repetition after a bar.

mod evidence;
mod hypothesis;

pub use evidence::BeatEvidence;
pub(crate) use hypothesis::{BarFit, bar_fits};
pub use hypothesis::{Metre, find_metre};

#[cfg(test)]
mod tests;

//! Beats of a song: the choice of tempo, the times of beats, and the rhythm as a whole.
//!
//! [`RhythmFeatures`] takes blocks of stems, [`analyse`] their features. Each candidate of tempo is
//! tracked by itself; likelihood, drums, harmony and repetition choose between the tracks.

mod analysis;
mod choice;
mod evidence;
mod features;
mod hypotheses;
mod pitch;
mod settle;
mod tracker;

pub use analysis::{Rhythm, RhythmConfidence, analyse};
pub use features::{Blocks, Features, RhythmFeatures};

#[cfg(test)]
mod tests;

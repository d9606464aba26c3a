//! Alignment: delay, drift and confidence of stems against each other. Only stems that share a
//! source are ever moved.

mod coarse;
mod comparison;
mod correlate;
mod decide;
mod features;
mod fine;
pub(crate) mod in_mix;
mod pipeline;
mod result;
mod settings;
mod shift;
#[cfg(test)]
mod tests;
mod thresholds;
mod time_map;

pub use features::stem::StemFeatures;
pub use in_mix::matching_pursuit::align_to_mix;
pub use pipeline::align;
pub use result::{Alignment, Correlation, Decision, Move, StemAlignment};
pub use settings::{AlignmentSettings, Mode, PairSelection};
pub use shift::ClipShift;

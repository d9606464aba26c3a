//! Alignment: delay, drift and confidence of stems against each other. Only stems that share a
//! source are ever moved.

#[cfg(feature = "align")]
mod coarse;
#[cfg(feature = "align")]
mod comparison;
#[cfg(feature = "align")]
mod correlate;
#[cfg(feature = "align")]
mod decide;
#[cfg(feature = "align")]
mod features;
#[cfg(feature = "align")]
mod fine;
#[cfg(feature = "align")]
pub(crate) mod in_mix;
#[cfg(feature = "align")]
mod pipeline;
mod result;
mod settings;
mod shift;
#[cfg(all(test, feature = "align"))]
mod tests;
mod thresholds;
#[cfg(feature = "align")]
mod time_map;

#[cfg(feature = "align")]
#[doc(hidden)]
pub use features::stem::StemFeatures;
#[cfg(feature = "align")]
#[doc(hidden)]
pub use in_mix::matching_pursuit::align_to_mix;
#[cfg(feature = "align")]
pub use pipeline::align;
pub use result::{Alignment, Correlation, Decision, Move, StemAlignment};
pub use settings::{AlignmentSettings, Mode, PairSelection};
#[doc(hidden)]
pub use shift::ClipShift;

//! The master: how much gain, the limiter under the ceiling, and the taps that see what is written.

mod chain;
mod loudness;
mod reduction;

pub use chain::MasterChain;
pub use loudness::{Aim, GainPlan, LOUDNESS_TOLERANCE_LU, TRUE_PEAK_TOLERANCE_DB};
pub use reduction::ReductionSeries;

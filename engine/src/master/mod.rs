//! The master: its gain and the search for it, the limiter under the ceiling, and the series of the
//! limiter's gain reduction.

mod chain;
mod limit;
mod loudness;
mod reduction;
mod search;
mod tolerance;

pub use chain::MasterChain;
pub use limit::{Limit, Miss};
pub use loudness::{GainPlan, MasterTarget};
pub use reduction::ReductionSeries;
pub use tolerance::{LOUDNESS_TOLERANCE_LU, TRUE_PEAK_TOLERANCE_DB};

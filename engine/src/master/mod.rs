//! The master: its gain and the search for it, the limiter under the ceiling, and the series of the
//! limiter's gain reduction.

mod chain;
mod limit;
mod loudness;
mod reduction;
mod search;
mod tolerance;

#[doc(hidden)]
pub use chain::MasterChain;
#[doc(hidden)]
pub use limit::{Limit, Miss};
#[doc(hidden)]
pub use loudness::{GainPlan, MasterLimiter, MasterTarget};
#[doc(hidden)]
pub use reduction::ReductionSeries;
#[doc(hidden)]
pub use tolerance::{LOUDNESS_TOLERANCE_LU, TRUE_PEAK_TOLERANCE_DB};

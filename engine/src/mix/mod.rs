//! The mix: strips of tracks and buses, their routing, and the sums, with all paths aligned.

mod chain;
mod connection;
mod crossfade;
mod key_plan;
mod keyed_unit;
pub(crate) mod mixer;
mod pan_matrix;
mod ramp;
mod routing;
mod solo;
mod strip;
mod strip_order;
mod sum;
pub(crate) mod summing;
mod swappable_chain;

#[doc(hidden)]
pub use chain::{Chain, ChainError, InsertId};
#[doc(hidden)]
pub use connection::{CompensationDelay, Connection};
#[doc(hidden)]
pub use key_plan::{ChainOutline, ChainRoute, KeyPlan, KeyPoint};
#[doc(hidden)]
pub use mixer::Renderer;
#[doc(hidden)]
pub use pan_matrix::{Matrix, RampedMatrix, StereoPosition, fader};
#[doc(hidden)]
pub use ramp::{Ramp, Ramped};
#[doc(hidden)]
pub use routing::Node;
#[doc(hidden)]
pub use routing::{BusRoute, ConnectionPlan, Destination, Routing, RoutingError};
#[doc(hidden)]
pub use solo::SoloSwitches;
#[doc(hidden)]
pub use strip::{BusStrip, Input, Strip, StripOutputs, TrackStrip};
#[doc(hidden)]
pub use strip_order::{StripInputs, StripOrder};
#[doc(hidden)]
pub use sum::MixSum;
#[doc(hidden)]
pub use summing::{MixTracks, Summing};
#[doc(hidden)]
pub use swappable_chain::{IncomingChain, SwappableChain};

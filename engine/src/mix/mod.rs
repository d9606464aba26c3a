//! The mix: strips of tracks and buses, their routing, and the sums, with all paths aligned.

mod chain;
mod connection;
mod crossfade;
pub(crate) mod mixer;
mod pan_matrix;
mod ramp;
mod routing;
mod strip;
mod sum;
pub(crate) mod summing;
mod swappable_chain;

pub use chain::{Chain, ChainError, InsertId};
pub use connection::{CompensationDelay, Connection};
pub use mixer::Renderer;
pub use pan_matrix::{Matrix, RampedMatrix, StereoPosition, fader};
pub use ramp::{Ramp, Ramped};
pub use routing::Node;
pub use routing::{BusRoute, ConnectionPlan, Destination, Routing, RoutingError};
pub use strip::{BusStrip, Input, Strip, StripOutputs, TrackStrip};
pub use sum::MixSum;
pub use summing::{Summing, TrackOutputs};
pub use swappable_chain::{IncomingChain, SwappableChain};

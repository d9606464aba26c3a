//! The mix: strips of tracks and buses, their routing, and the sums, with all paths aligned.

mod chain;
mod feed;
mod glide;
pub(crate) mod mixer;
mod pan;
mod rack;
mod routing;
mod strip;
mod sum;
pub(crate) mod summing;

pub use chain::{Chain, ChainError, InsertId};
pub use feed::{Feed, FeedDelay};
pub use glide::{Glide, Gliding};
pub use mixer::Renderer;
pub use pan::{GlidingMatrix, Matrix, Stance, fader};
pub use rack::{Rack, Replacement};
pub use routing::Node;
pub use routing::{BusRoute, Destination, FeedPlan, Routing, RoutingError};
pub use strip::{BusStrip, Input, Strip, StripOutputs, TrackStrip};
pub use sum::MixSum;
pub use summing::{Summing, TrackOutputs};

//! The mix: what each track and bus does, where it goes, and the sums where they meet, every path
//! equally late.

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
pub use feed::{Feed, FeedDelay, Node};
pub use glide::{Glide, Gliding};
pub use mixer::Renderer;
pub use pan::{GlidingMatrix, Matrix, Stance, fader};
pub use rack::{Rack, Replacement};
pub use routing::{BusRoute, Destination, FeedPlan, Routing, RoutingError};
pub use strip::{BusStrip, Input, Strip, StripOutputs, TrackStrip};
pub use sum::MixSum;
pub use summing::{Summing, TrackOutputs};

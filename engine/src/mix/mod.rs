//! The mix: what each track and bus does, where it goes, and the sums where they meet, every path equally late.

mod chain;
mod feed;
mod pan;
mod routing;
mod strip;
mod sum;

pub use chain::{Chain, ChainError};
pub use feed::{Feed, Node};
pub use pan::{Matrix, fader};
pub use routing::{BusRoute, Destination, FeedPlan, Routing, RoutingError};
pub use strip::{BusStrip, Input, TrackStrip};
pub use sum::MixSum;

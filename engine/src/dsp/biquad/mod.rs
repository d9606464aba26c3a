//! Second-order filters: cookbook designs, and the cascade that runs them.

mod bands;

pub use bands::{AllPassBand, BellBand, NotchBand, PassFilter, ShelfBand, Slope};

//! Second-order filters: settings, cookbook designs, and the cascade that runs them.

mod bands;
mod cascade;
mod coefficients;
mod design;
mod group;
mod kernel;
#[cfg(target_arch = "x86_64")]
mod kernel_avx2;
#[cfg(target_arch = "x86_64")]
mod kernel_avx512;
mod laws;

pub use bands::{AllPassBand, BAND_GAIN_DB, BellBand, FREQUENCY_HZ, NotchBand, PassFilter, Q, ShelfBand, Slope};
pub use cascade::Cascade;
pub use coefficients::Coefficients;
pub use design::Sections;

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

pub use bands::{AllPassBand, BellBand, NotchBand, PassFilter, ShelfBand, Slope};
#[doc(hidden)]
pub use bands::{BAND_GAIN_DB, FREQUENCY_HZ, Q};
#[doc(hidden)]
pub use cascade::Cascade;
#[doc(hidden)]
pub use coefficients::Coefficients;
#[doc(hidden)]
pub use design::Sections;

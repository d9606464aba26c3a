//! Second-order filters: settings, matched and cookbook designs, and the cascade that runs them.

mod band_pass;
mod bands;
mod cascade;
mod coefficients;
mod correction;
mod design;
mod group;
mod kernel;
#[cfg(target_arch = "x86_64")]
mod kernel_avx2;
#[cfg(target_arch = "x86_64")]
mod kernel_avx512;
mod laws;
mod matched;
mod prototype;
mod tilt;

pub use band_pass::BandPass;
pub use bands::{AllPassBand, BellBand, Design, NotchBand, PassFilter, ShelfBand, Slope};
#[doc(hidden)]
pub use bands::{BAND_GAIN_DB, FREQUENCY_HZ, Q};
#[doc(hidden)]
pub use cascade::Cascade;
#[doc(hidden)]
pub use coefficients::Coefficients;
#[doc(hidden)]
pub use design::Sections;
pub use tilt::TiltBand;

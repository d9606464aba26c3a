//! Alignment of files: analysed, found in a mix, written in time.

mod analyse;
mod error;
mod in_mix;
mod write;

pub use analyse::{Heard, listen_to};
pub use error::AlignError;
pub use in_mix::{Band, InMix, find_in_mix};
pub use write::{AlignedFolder, Written, write_aligned};

//! Alignment of files: analysed, found in a mix, written in time.

mod analyse;
mod compare;
mod error;
mod in_mix;
mod write;

pub use analyse::{AnalysedFile, analyse_files};
pub use compare::{ComparedFiles, compare_files};
pub use error::AlignError;
pub use in_mix::{MixBand, StemsInMix, find_in_mix};
pub use write::{AlignedFolder, AlignedStem, write_aligned};

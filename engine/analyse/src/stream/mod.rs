//! A stem as a stream of mono samples at the rate of the analysis.

mod metered;
mod mono;
mod song;

pub(crate) use metered::Metered;
pub(crate) use mono::MonoStream;
pub(crate) use song::{BLOCK_FRAMES, SongStream};

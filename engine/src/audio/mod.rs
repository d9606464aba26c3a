//! Planar audio: buffers that own samples, blocks that view them, the layouts that name channels,
//! and the quantiser.

mod block;
mod buffer;
mod dither;
mod exact_runs;
mod layout;
mod noise_shape;
mod noise_shaper;
mod noise_shaping;
mod quantise;
mod queue;

pub use block::{Block, BlockMut};
pub use buffer::AudioBuffer;
#[doc(hidden)]
pub use dither::TriangularDither;
pub use layout::{Channel, ChannelLayout};
pub use noise_shape::NoiseShape;
#[doc(hidden)]
pub use noise_shaper::NoiseShaper;
#[doc(hidden)]
pub use quantise::{Quantiser, SampleFormat};
pub(crate) use queue::Queue;

//! Planar audio: buffers that own samples, blocks that look at them, and the layouts that name channels.

mod block;
mod buffer;
mod layout;

pub use block::{Block, BlockMut};
pub use buffer::AudioBuffer;
pub use layout::{Channel, ChannelLayout};

//! The same mix in real time: the renderer that writes the file plays it too, block by block, while
//! commands change it.
//!
//! [`open`] makes an engine whose stems are read ahead by threads, to be driven by an audio
//! callback; [`open_replay`] makes one that reads its stems when it needs them, to be driven as
//! fast as the machine goes. Both give the same bits.

pub(crate) mod audio_thread;
pub(crate) mod control;
#[cfg(feature = "device")]
mod device;
mod open;
mod replay;
pub(crate) mod stream;

pub use audio_thread::engine::LiveEngine;
pub use audio_thread::event::{Event, Motion};
pub use audio_thread::finite_input::Guarded;
pub use audio_thread::meters::{BANDS, Reading, SCOPE_POINTS};
pub use audio_thread::stats::{Counters, Stats};
pub use control::command::{Command, CommandError, Place, Strip, Timed};
pub use control::config::{FoundGain, Measured};
pub use control::handle::Control;
#[cfg(feature = "device")]
pub use device::{DeviceError, DeviceName, OutputDevice, Playing, Unplayed, device_names};
pub use open::{Live, LiveError, LiveOptions, open, open_replay, open_with};
pub use replay::{ReplayError, replay};
pub use stream::cued_clip::LoopRange;
pub use stream::input::{Cue, LiveInput};
pub use stream::ring::RingInput;

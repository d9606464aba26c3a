//! The same mix in real time: the renderer that writes the file also plays it, block by block,
//! while commands change it.
//!
//! With [`open`], stems are read ahead by threads and an audio callback drives the engine. With
//! [`open_replay`], stems are read on demand and the engine runs as fast as the machine allows.
//! Both give the same bits.

pub(crate) mod audio_thread;
pub(crate) mod control;
#[cfg(feature = "device")]
mod device;
mod open;
mod replay;
pub(crate) mod stream;
#[cfg(test)]
mod test_engine;

pub use audio_thread::engine::LiveEngine;
pub use audio_thread::event::{Event, Motion};
#[doc(hidden)]
pub use audio_thread::finite_input::FiniteInput;
pub use audio_thread::meters::Reading;
#[doc(hidden)]
pub use audio_thread::meters::{BANDS, SCOPE_POINTS};
#[doc(hidden)]
pub use audio_thread::stats::{Counters, Stats};
#[doc(hidden)]
pub use control::command::StripId;
pub use control::command::{Command, CommandError, Timed};
#[doc(hidden)]
pub use control::config::{RenderedGain, RenderedLevels};
pub use control::handle::Control;
pub use control::strip_name::StripName;
#[cfg(feature = "device")]
pub use device::{DeviceError, OutputDevice, Playing};
#[cfg(feature = "device")]
#[doc(hidden)]
pub use device::{DeviceName, Unplayed, device_names};
#[doc(hidden)]
pub use open::open_with;
pub use open::{Live, LiveError, LiveOptions, open, open_replay};
pub use replay::{ReplayError, replay};
#[doc(hidden)]
pub use stream::input::{Cue, LiveInput};
#[doc(hidden)]
pub use stream::loop_range::LoopRange;
#[doc(hidden)]
pub use stream::ring::RingInput;

//! The same mix in real time: the renderer that writes the file plays it too, block by block, while
//! commands change it.
//!
//! [`open`] makes an engine whose stems are read ahead by threads, to be driven by an audio
//! callback; [`open_replay`] makes one that reads its stems when it needs them, to be driven as
//! fast as the machine goes. Both give the same bits.

mod chains;
mod command;
mod control;
mod cued_clip;
mod desk;
#[cfg(feature = "device")]
mod device;
mod dials;
mod engine;
mod event;
mod exchange;
mod fixed;
mod guard;
mod input;
mod loop_head;
mod meters;
mod open;
mod order;
mod reader;
mod replay;
mod ring;
mod ring_writer;
mod schedule;
mod stats;
mod transport;

pub use command::{Command, CommandError, Place, Strip, Timed};
pub use control::Control;
pub use cued_clip::LoopRange;
#[cfg(feature = "device")]
pub use device::{DeviceError, DeviceName, OutputDevice, Playing, Unplayed, device_names};
pub use engine::LiveEngine;
pub use event::{Event, Motion};
pub use fixed::{FoundGain, Measured};
pub use guard::Guarded;
pub use input::{Cue, LiveInput};
pub use meters::{BANDS, Reading, SCOPE_POINTS};
pub use open::{Live, LiveError, LiveOptions, open, open_replay, open_with};
pub use replay::{ReplayError, replay};
pub use ring::RingInput;
pub use stats::{Counters, Stats};

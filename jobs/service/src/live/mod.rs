//! The live socket: an engine per client, each in a process of its own, paced by the client's
//! credit.
//!
//! The service ([`socket`]) passes texts and sound between the client and the process ([`child`]),
//! in frames ([`frame`]). It parses neither documents nor stems of users itself.

pub(crate) mod child;
mod engines;
mod frame;
mod last_render;
mod message;
mod outbox;
mod pace;
mod process;
mod rendered;
mod request;
mod socket;
mod warning;

pub use engines::{EnginePlace, Engines};
pub(crate) use last_render::last_render;
pub use message::ClientMessage;
pub(crate) use process::WORK;
pub use rendered::{OtherStem, RenderedMix};
pub(crate) use request::{EngineRequest, SampleForm};
pub(crate) use socket::{MAX_MESSAGE, serve};
pub use warning::warning;

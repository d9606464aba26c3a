//! Checks of output paths, against inputs and against existing files.

mod guard;
mod identity;
mod kind;
mod master;
mod packed;

#[cfg(test)]
mod tests;

pub(crate) use guard::is_ours;
pub use guard::{OutputGuard, same_place};
pub use identity::FileId;
pub use kind::OutputKind;
pub use master::is_earlier_master;
pub(crate) use packed::ENCODER_TAG;

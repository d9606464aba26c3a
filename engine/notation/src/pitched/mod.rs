//! Notes of stems with pitch, by basic-pitch in plain Rust.

mod attacks;
mod event;
mod expression;
mod kind;
mod monophony;
mod net;
mod path;
mod polyphony;
mod posteriors;
mod snap;
mod soft_start;
mod transcriber;
mod windows;

pub use kind::StemKind;
pub use transcriber::Transcriber;

#[cfg(test)]
mod tests;

//! Notes of stems with pitch, by basic-pitch in plain Rust.

mod net;
mod windows;

//! Decode, align, process, mix, master and measure audio: offline or live, the same bits.

pub mod align;
pub mod analysis;
pub mod audio;
pub mod dsp;
pub mod io;
pub mod master;
pub mod meter;
pub mod mix;
pub mod process;
pub mod render;
pub mod report;
pub mod resample;
pub mod session;
pub mod units;

//! Dynamics: detector, curve, ballistics and gain stage, and what is assembled of them.

mod ballistics;
mod compressor;
mod curve;
mod detector;
mod gain_stage;
mod gate;
mod limiter;
mod soft_clip;

pub use compressor::{Compressor, CompressorSettings, Detector};
pub use gate::{Gate, GateSettings};
pub use limiter::LimiterSettings;
pub use soft_clip::SoftClipSettings;

//! Dynamics: detector, curve, ballistics and gain stage, and what is assembled of them.

mod compressor;
mod gate;
mod limiter;
mod soft_clip;

pub use compressor::{CompressorSettings, Detector};
pub use gate::GateSettings;
pub use limiter::LimiterSettings;
pub use soft_clip::SoftClipSettings;

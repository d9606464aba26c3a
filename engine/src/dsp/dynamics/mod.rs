//! Dynamics: detector, curve, ballistics and gain stage, and the processors built from them.

mod ballistics;
#[cfg(target_arch = "x86_64")]
mod ballistics_avx2;
mod ballistics_state;
mod bent_channel;
mod box_smoother;
mod clip_curve;
mod compressor;
mod curve;
pub mod de_esser;
mod detector;
mod ducker;
pub mod dynamic_bell;
mod gain_kernel;
mod gain_stage;
mod gate;
mod key_filter;
mod keyed_gain;
mod level_detector;
mod limiter;
mod mean_power;
pub mod multiband;
mod oversampling;
mod oversampling_factor;
mod ranges;
pub mod saturator;
mod settle;
mod sliding_maximum;
mod soft_clip;
pub mod transient_shaper;
mod true_peak_detector;
mod true_peak_kernel;
mod windowed_sinc;

#[doc(hidden)]
pub use compressor::Compressor;
pub use compressor::{CompressorSettings, Detector};
pub use ducker::DuckerSettings;
#[doc(hidden)]
pub use gate::Gate;
pub use gate::{GateDetector, GateSettings};
pub(crate) use limiter::CEILING_DBTP as LIMITER_CEILING_DBTP;
pub(crate) use limiter::STEREO_LINK_PERCENT;
#[doc(hidden)]
pub use limiter::{Limiter, LimiterStats};
pub use limiter::{LimiterSettings, LimiterStyle};
pub use oversampling_factor::Oversampling;
#[doc(hidden)]
pub use soft_clip::SoftClip;
pub use soft_clip::SoftClipSettings;

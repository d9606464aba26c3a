//! From a session to sound: the plan, the signal path, and the offline loop around it.

mod byte_log;
mod clip;
mod data_files;
mod error;
mod exactness;
mod export;
mod keeper;
mod listen;
pub mod live;
mod master_line;
mod master_pass;
mod master_readings;
mod meter_log;
mod meters_file;
mod mix_pass;
mod offline;
mod page_file;
mod paged_waveform;
mod plan;
mod progress;
mod read_back;
mod renderer;
mod scratch;
mod span;
mod strip_tap;
mod summary;
mod summing;
mod track_groups;

pub use clip::{Clip, ClipError, Placement};
pub use error::RenderError;
pub use offline::{RenderOptions, Rendered, prepare, render_to_folder, render_to_memory};
pub use plan::{Plan, PlanError};
pub use progress::{OnProgress, Phase, Progress, Stopped};
pub use renderer::Renderer;
pub use scratch::Scratch;
pub use summing::{Summing, TrackOutputs};

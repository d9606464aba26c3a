//! From a session to sound: the plan, the mixer built for it, the offline render, and the files of
//! both rendering and alignment.

#[cfg(feature = "align")]
mod align_files;
mod builder;
pub(crate) mod clip;
mod error;
mod offline;
pub(crate) mod options;
mod output;
pub(crate) mod plan;
mod plan_mixer;
mod progress;
mod session_warnings;
mod spill;
mod time_code;

#[cfg(feature = "align")]
pub use align_files::{
    AlignError, AlignedFolder, AlignedStem, AnalysedFile, ComparedFiles, MixBand, StemsInMix, analyse_files,
    compare_files, find_in_mix, write_aligned,
};
pub use builder::{ProgressAnswer, Render};
pub use clip::{Clip, ClipError, Placement};
pub use error::RenderError;
pub use offline::prepared_render::prepare;
pub use offline::render::{Rendered, render_to_folder, render_to_memory};
pub use options::RenderOptions;
pub use output::file_names::check_outputs;
pub use plan::{Plan, PlanError};
pub use progress::{OnProgress, Phase, Progress, Stopped};
pub use spill::premaster::PremasterSpill;
pub use time_code::TimeCodes;

//! From a session to sound: the plan, the mixer built for it, the offline render, and the files of
//! both rendering and alignment.

#[cfg(feature = "align")]
mod align_files;
mod builder;
pub(crate) mod clip;
mod error;
#[cfg(all(test, feature = "live"))]
mod key_tests;
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
    AlignError, AlignedFolder, AlignedStem, AnalysedFile, ComparedFiles, compare_files, write_aligned,
};
#[cfg(feature = "align")]
#[doc(hidden)]
pub use align_files::{MixBand, StemsInMix, analyse_files, find_in_mix};
pub use builder::{ProgressAnswer, Render};
#[doc(hidden)]
pub use clip::{Clip, ClipError, Placement};
pub use error::RenderError;
pub use offline::render::Rendered;
pub use plan::{Plan, PlanError};
#[doc(hidden)]
pub use progress::OnProgress;
pub use progress::{Phase, Progress, Stopped};
#[doc(hidden)]
pub use spill::premaster::PremasterSpill;
#[doc(hidden)]
pub use time_code::TimeCodes;

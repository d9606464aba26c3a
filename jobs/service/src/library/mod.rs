//! The stem library: records as answers show them, uploads, and jobs that analyse.

mod error;
mod files;
mod fit;
mod jobs;
mod record;
mod shared;
mod upload;

pub(crate) use files::{open_stem, waveform_path};
pub(crate) use fit::Reference;
pub(crate) use jobs::{QueuedJob, analyse_audio, analyse_session, check_idle, job_of, notate_audio, separate_audio};
pub(crate) use record::{AudioView, LibraryStem, StemDetails};
pub(crate) use shared::Shared;
pub(crate) use upload::Receiving;

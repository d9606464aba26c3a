//! Jobs on the library. One of kind `analysis`: the stems of one song, of the library or of a
//! session, are analysed in a process of their own, and the answer is recorded in one step.

mod files;
mod kind;
mod request;
mod session;
mod stem_mix;
mod work;

pub use files::{ANALYSIS_VERSION, Analysed, AnalysedStem, analyse_files};
pub use kind::Analysis;
pub use request::{Target, analysis_job};
pub use session::{SessionAnalysis, session_analysis};
pub use stem_mix::{StemMix, stem_mix_job};
pub use work::analyse_child;

//! The session document: stems, processing and routing, read from TOML or JSON, and checked
//! completely before anything runs.

mod channel;
mod cross_checks;
mod document;
mod document_tree;
mod finding;
mod keys;
mod limits;
mod load;
mod master_name;
mod output_format;
mod parse;
mod problem;
mod routing;
mod schema;
mod stems;
mod target;
mod to_toml;
mod validate;
mod value_rule;

#[cfg(test)]
mod tests;

pub use channel::{AuxSend, Bus, PanLaw, Polarity, Track};
#[doc(hidden)]
pub use channel::{DELAY_MS, MASTER, PAN, WIDTH};
pub use document::{AlignMode, AlignSettings, Master, OutputSettings, Session, TimeRange, Timecode};
#[doc(hidden)]
pub use document::{MAX_LIMITING_DB, MAX_TRACKS, TAIL_S};
#[doc(hidden)]
pub use limits::{MAX_INSERTS, TIME_S};
#[doc(hidden)]
pub use load::MAX_DOCUMENT_BYTES;
#[doc(hidden)]
pub use master_name::{name_problem, tag_problem};
pub use output_format::{Container, OutputFormat};
pub use problem::{Problem, SessionErrors};
pub use schema::json_schema;
#[doc(hidden)]
pub use target::{CEILING_DBTP, DEFAULT_CEILING_DBTP, NamedTarget, TARGET_LUFS, TARGETS};
pub use target::{Ceiling, Target, TargetError};

//! Jobs of kind `notation`: the notes of a song's stems, found in a process of its own, kept with
//! the stems, and written as files on request.

mod files;
mod kind;
mod request;
mod work;

pub use files::{NotationFormat, notation_file};
pub use kind::Notation;
pub use request::{NotedStem, notation_job};
pub use work::notate_child;

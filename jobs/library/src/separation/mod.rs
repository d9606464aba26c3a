//! Jobs of kind `separation`: a stem of the library is split into parts, in a process of its own;
//! the parts become stems of the same song, which is then analysed by them.

mod kind;
mod request;
mod work;

pub use kind::Separation;
pub use request::{SeparationRequest, separation_job};
pub use work::separate_child;

//! Callbacks: a request to an address of the submitter's once a job has ended.

mod address;
mod delivery;
mod queue;
mod sender;
mod signature;

pub(crate) use address::check_url;
pub(crate) use delivery::{CALLBACK, Delivery};
pub(crate) use queue::Callbacks;
pub(crate) use sender::start;

//! Jobs as answers show them: read once for many requests, and watched once for many listeners.

mod cache;
mod data;
mod follow;
mod owners;
mod scrub;
mod stamp;
mod submit;
mod view;
mod watchers;

pub(crate) use cache::Cache;
pub(crate) use data::{FileData, JobData};
pub(crate) use follow::follow;
pub(crate) use submit::submit_mix;
pub(crate) use view::{View, cleanup_without_paths};
pub(crate) use watchers::{Seen, Watchers};

//! The service as a process, over real sockets.

pub(crate) mod client;
pub(crate) mod server;

mod contract;
mod contract_library;
mod contract_local;
mod documents;
mod kills;
mod library;
mod library_jobs;
mod limits;
mod live;
#[cfg(target_os = "linux")]
mod live_faults;
mod live_socket;
mod mixes;
mod sessions;
mod stems;
mod uploads;
mod wav;

pub(crate) use wav::wav;

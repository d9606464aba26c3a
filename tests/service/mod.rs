//! The service from outside: HTTP, the live socket.

mod live;
#[cfg(target_os = "linux")]
mod live_faults;
mod live_socket;
mod server;

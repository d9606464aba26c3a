//! A client of object stores and servers: S3, Google Cloud Storage, Azure, and HTTP for reading.
//!
//! [`ObjectStores`] is a [`Remote`](mixdown_orders::Remote) on the crate `object_store`. Its
//! methods block; each runs on a runtime of one thread inside. What may pass is tried again, with
//! waits that grow. Credentials come from the [`Environment`], as the clouds' own programs read
//! them; no message contains one.

mod client;
mod environment;
mod failure;
mod object;
mod read;
mod send;
mod settings;
mod watch;
mod write;

#[cfg(test)]
mod tests;

pub use client::ObjectStores;
pub use environment::Environment;
pub use settings::Settings;

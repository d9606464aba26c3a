//! The service: an HTTP API over the job shell, a live socket, and a page.
//!
//! [`Server`] binds an address and serves until it is stopped. [`App`] is what all routes share.

mod answer_file;
mod app;
mod archive;
mod callbacks;
mod child;
mod error;
mod extract;
mod files;
mod guard;
mod jobs;
mod library;
mod live;
mod mcp;
mod metrics;
mod observe;
mod open_api;
mod probe;
mod reply;
mod report;
mod router;
mod routes;
mod server;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;
mod upload;

pub use app::App;
pub use child::{CHILD, child};
pub use error::{ApiError, CODES, Code};
pub use live::{ClientMessage, EnginePlace, Engines, OtherStem, RenderedMix, warning};
pub use mcp::{McpError, RootError, Roots, serve as serve_tools};
pub use open_api::document;
pub use reply::{Envelope, Reply};
pub use router::router;
pub use server::{Server, ServerError};
pub use sessions::{
    FileMark, Resolved, ResolvedStem, SessionFile, SessionLock, SessionUse, Sessions, Stem, StemName, Summary,
    UploadKey,
};
pub use settings::{ServiceSettings, TokenError};

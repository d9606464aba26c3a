//! Extractors whose refusals have the envelope.

mod json;
mod path;
mod query;

pub use json::Json;
pub use path::Path;
pub use query::Query;

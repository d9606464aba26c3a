//! Extractors whose refusals have the envelope.

mod json;
mod optional;
mod path;
mod query;

pub use json::Json;
pub(crate) use optional::OptionalJson;
pub use path::Path;
pub use query::Query;

//! Extractors whose refusals have the envelope.

mod json;
mod optional;
mod path;
mod query;

pub(crate) use json::Json;
pub(crate) use optional::OptionalJson;
pub(crate) use path::Path;
pub(crate) use query::Query;

//! Refusals: a code, a status and a sentence.

mod code;
mod store;

pub use code::{CODES, Code};

use crate::reply::Envelope;
use axum::Json;
use axum::http::header::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal.
#[derive(Debug)]
pub struct ApiError {
    code: Code,
    message: String,
    data: Value,
    // Boxed, so that results stay small.
    header: Option<Box<(HeaderName, String)>>,
}

impl ApiError {
    /// Creates a refusal. The message must not have a path on disk.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: json!({}), header: None }
    }

    /// Adds data.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.header = Some(Box::new((name, value.into())));
        self
    }

    /// Returns the data.
    pub fn details(&self) -> &Value {
        &self.data
    }

    /// Returns the code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Returns true if the job of the request is no longer there, or never was.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.code, Code::JobNotFound | Code::JobExpired | Code::JobDeleted)
    }

    /// Returns the sentence for users.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let envelope = Envelope { ok: false, data: self.data, error: Some(self.code.as_str()), message: self.message };
        let mut response = (self.code.status(), Json(envelope)).into_response();
        if let Some((name, value)) = self.header.map(|header| *header)
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

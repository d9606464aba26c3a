//! The envelope of all answers.

use axum::Json;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The envelope of all answers in JSON.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// True if the request was carried out.
    pub ok: bool,
    /// The answer; an empty object in a refusal without data.
    pub data: T,
    /// The code of a refusal; null otherwise.
    pub error: Option<&'static str>,
    /// A sentence for users.
    pub message: String,
}

/// A successful answer.
#[derive(Debug)]
pub struct Reply<T> {
    status: StatusCode,
    headers: HeaderMap,
    data: T,
    message: String,
}

impl<T: Serialize> Reply<T> {
    /// Creates an answer with status 200.
    pub fn new(data: T, message: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), data, message: message.into() }
    }

    /// Sets the status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sets a header. A value that headers cannot carry is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let envelope = Envelope { ok: true, data: self.data, error: None, message: self.message };
        (self.status, self.headers, Json(envelope)).into_response()
    }
}

//! A body in JSON.

use crate::error::{ApiError, Code};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

/// A body in JSON.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = axum::Json::from_request(request, state).await.map_err(|rejection| refusal(&rejection))?;
        Ok(Self(body.0))
    }
}

/// Returns the refusal of a body.
fn refusal(rejection: &JsonRejection) -> ApiError {
    let code = match rejection {
        JsonRejection::JsonDataError(_) => Code::InvalidBody,
        JsonRejection::JsonSyntaxError(_) => Code::BadJson,
        JsonRejection::MissingJsonContentType(_) => Code::WrongContentType,
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        _ => Code::BadRequest,
    };
    ApiError::new(code, rejection.body_text())
}

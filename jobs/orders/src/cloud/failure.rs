//! Errors of object stores: for good, or worth another try.

use crate::error::OrderError;
use crate::redact::redact;
use object_store::Error;

/// Most characters of a message.
const LONGEST: usize = 300;

/// Returns the error of an order for one of a store.
pub(super) fn failure(url: &str, error: &Error) -> OrderError {
    let (url, cause) = (redact(url), shown(&error.to_string()));
    match error {
        Error::NotFound { .. } => OrderError::Missing { file: url },
        Error::PermissionDenied { .. }
        | Error::Unauthenticated { .. }
        | Error::NotSupported { .. }
        | Error::NotImplemented { .. }
        | Error::AlreadyExists { .. }
        | Error::Precondition { .. } => OrderError::Refused { url, cause },
        Error::InvalidPath { .. } | Error::UnknownConfigurationKey { .. } => OrderError::Place { place: url, cause },
        _ => OrderError::Network { url, cause },
    }
}

/// Returns a message without the body of the server's answer: it names keys and signed requests.
fn shown(message: &str) -> String {
    let end = message.find(['<', '{', '\n']).unwrap_or(message.len());
    let head: String = message[..end].chars().take(LONGEST).collect();
    redact(head.trim_end_matches([':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_keys_and_no_signatures() {
        let source = "status 403: <Error><AWSAccessKeyId>secret</AWSAccessKeyId></Error>".into();
        let error = failure("s3://b/a", &Error::PermissionDenied { path: "a".into(), source });
        assert!(matches!(error, OrderError::Refused { .. }) && !error.is_temporary());
        let text = error.to_string();
        assert!(text.contains("403") && text.contains("s3://b/a") && !text.contains("secret"), "{text}");
        let source = "error sending request for url (http://h/a?X-Amz-Signature=secret)".into();
        let error = failure("s3://b/a", &Error::Generic { store: "S3", source });
        assert!(error.is_temporary() && !error.to_string().contains("secret"), "{error}");
    }
}

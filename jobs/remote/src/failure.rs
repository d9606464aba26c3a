//! Errors of stores, as errors of orders: each for good, or worth another try; without secrets.

use crate::environment::Environment;
use mixdown_orders::{OrderError, redact};
use object_store::Error;
use object_store::client::HttpError;

/// Most characters of a cause.
const MAX_CAUSE: usize = 300;
/// Codes of answers about a bucket, not about an object in it.
const BUCKET_CODES: [&str; 4] = ["NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted", "AccountNotFound"];
/// Addresses of the services that hand out credentials on machines of a cloud.
const METADATA: [&str; 3] = ["169.254.169.254", "metadata.google.internal", "169.254.170.2"];

/// Returns the error of an order for one of a store.
pub(crate) fn failed(url: &str, error: &Error, environment: &Environment) -> OrderError {
    let sources = chain(error).map(ToString::to_string);
    let text = std::iter::once(error.to_string()).chain(sources).collect::<Vec<_>>().join("\n");
    let (status, answer) = (status(&text), Answer::of(&text));
    let cause = environment.hide(&redact(&cause(error, &text, status, &answer)));
    let shown = redact(url);
    let is_about_bucket = answer.code.is_some_and(|code| BUCKET_CODES.contains(&code));
    match error {
        Error::NotFound { .. } if !is_about_bucket => OrderError::Missing { file: shown },
        Error::InvalidPath { .. } => OrderError::place(url, cause),
        Error::Generic { .. } if may_pass(error, status, &text) => OrderError::Network { url: shown, cause },
        _ => OrderError::Refused { url: shown, cause },
    }
}

/// Returns true if a request that failed so may succeed later.
fn may_pass(error: &Error, status: Option<u16>, text: &str) -> bool {
    match status {
        Some(status) => matches!(status, 408 | 425 | 429 | 500..=599),
        // Plain HTTP is refused by the client itself, credentials are missing for good.
        None if is_plain_http(text) || lacks_credentials(text) => false,
        // Some answers of S3 begin as successes.
        None => {
            text.contains("Server returned error response")
                || chain(error).any(<dyn std::error::Error>::is::<HttpError>)
        }
    }
}

/// Returns the cause for people: what the server answered, or the innermost error.
fn cause(error: &Error, text: &str, status: Option<u16>, answer: &Answer<'_>) -> String {
    let cause = if lacks_credentials(text) {
        "no credentials: set them in the environment; no service of this machine hands any out".to_owned()
    } else if status.is_some() || answer.code.is_some() {
        // The rest of an answer may repeat keys and tokens of the request.
        let status = status.map(|status| format!("status {status}"));
        let stated = [status.as_deref(), answer.code, answer.message];
        stated.into_iter().flatten().collect::<Vec<_>>().join(": ")
    } else if is_plain_http(text) {
        "its endpoint is plain HTTP; set AWS_ALLOW_HTTP, AZURE_ALLOW_HTTP or GOOGLE_ALLOW_HTTP to true".to_owned()
    } else {
        chain(error).last().map_or_else(|| text.to_owned(), ToString::to_string)
    };
    let plain = cause.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(MAX_CAUSE).collect()
}

fn is_plain_http(text: &str) -> bool {
    text.contains("URL scheme is not allowed")
}

fn lacks_credentials(text: &str) -> bool {
    METADATA.iter().any(|address| text.contains(address))
}

/// Returns the errors below an error, outermost first.
fn chain(error: &Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

/// Returns the status that a server answered. The error's text is the only place that states it.
fn status(text: &str) -> Option<u16> {
    let (_, after) = text.split_once("status code: ")?;
    after.get(..3)?.parse().ok()
}

/// The statement of an answer about an error: S3, Google and Azure send XML.
struct Answer<'a> {
    code: Option<&'a str>,
    message: Option<&'a str>,
}

impl<'a> Answer<'a> {
    fn of(text: &'a str) -> Self {
        let element = |open: &str, close: &str| {
            let (_, after) = text.split_once(open)?;
            after.split_once(close).map(|(content, _)| content.lines().next().unwrap_or_default().trim())
        };
        Self { code: element("<Code>", "</Code>"), message: element("<Message>", "</Message>") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> Error {
        Error::Generic { store: "S3", source: text.to_owned().into() }
    }

    #[test]
    fn answers_are_named_without_what_they_repeat() {
        let text = "Server returned non-2xx status code: 400 Bad Request: <?xml version=\"1.0\"?><Error>\
                    <Code>ExpiredToken</Code><Message>The provided token has expired.</Message>\
                    <Token-0>session-token</Token-0></Error>";
        let error = failed("s3://b/a.wav", &generic(text), &Environment::default());
        assert_eq!(
            error.to_string(),
            "s3://b/a.wav: refused: status 400: ExpiredToken: The provided token has expired."
        );
        assert!(!error.is_temporary());
    }

    #[test]
    fn only_what_may_pass_is_worth_another_try() {
        for (text, temporary) in [
            ("non-2xx status code: 503 Service Unavailable: <Code>SlowDown</Code>", true),
            ("non-2xx status code: 429 Too Many Requests: ", true),
            ("non-2xx status code: 404 Not Found: ", false),
            ("Server returned error response: <Error><Code>InternalError</Code></Error>", true),
            ("Received redirect without LOCATION", false),
            ("Error performing PUT http://169.254.169.254/latest/api/token", false),
        ] {
            let error = failed("s3://b/a.wav", &generic(text), &Environment::default());
            assert_eq!(error.is_temporary(), temporary, "{error}");
        }
    }

    #[test]
    fn a_missing_bucket_is_not_a_missing_object() {
        let missing = |body: &str| {
            let source = format!("non-2xx status code: 404 Not Found: {body}").into();
            failed("s3://b/a.wav", &Error::NotFound { path: "a.wav".into(), source }, &Environment::default())
        };
        assert!(matches!(missing("<Code>NoSuchKey</Code>"), OrderError::Missing { .. }));
        let error = missing("<Code>NoSuchBucket</Code>");
        assert!(matches!(&error, OrderError::Refused { cause, .. } if cause.contains("NoSuchBucket")), "{error}");
    }
}

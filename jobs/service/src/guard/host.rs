//! Host and Origin: a page of another site must not reach a service on this machine.

use crate::error::{ApiError, Code};
use crate::settings::ServiceSettings;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use std::net::IpAddr;

/// Refuses a request that is addressed to a foreign host name, as after DNS rebinding, or that
/// comes from a page of another origin.
///
/// # Errors
/// `BAD_HOST` or `BAD_ORIGIN`.
pub(super) fn check(settings: &ServiceSettings, request: &Request) -> Result<(), ApiError> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST).or_else(|| request.uri().authority().map(Authority::as_str)).unwrap_or_default();
    if !is_allowed(settings, host) {
        let way = "name it with --allow-host";
        return Err(ApiError::new(Code::BadHost, format!("{host:?} is not a host of this service; {way}")));
    }
    let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let own = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    let named = settings.allow_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin));
    if own || named {
        Ok(())
    } else {
        Err(ApiError::new(Code::BadOrigin, "requests from pages of other origins are refused"))
    }
}

/// Returns true if a Host header names this service: an IP address, `localhost`, or an allowed
/// name. A page of another site cannot have an address as its name.
fn is_allowed(settings: &ServiceSettings, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok()
        || settings.allow_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn code(host: &str, origin: Option<&str>) -> Option<Code> {
        let mut settings = ServiceSettings::new("mixdown".into());
        settings.allow_hosts.push("mix.example.org".into());
        settings.allow_origins.push("https://tools.example.org".into());
        let mut request = Request::builder().uri("/").header(HOST, host);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        check(&settings, &request.body(Body::empty()).unwrap()).err().map(|error| error.code())
    }

    #[test]
    fn foreign_hosts_and_origins_are_refused() {
        assert_eq!(code("127.0.0.1:4630", None), None);
        assert_eq!(code("[::1]:4630", None), None);
        assert_eq!(code("localhost:4630", Some("http://localhost:4630")), None);
        assert_eq!(code("mix.example.org", Some("https://mix.example.org")), None);
        assert_eq!(code("127.0.0.1:4630", Some("https://tools.example.org")), None);
        assert_eq!(code("127.0.0.1:4630", Some("http://tools.example.org")), Some(Code::BadOrigin));
        assert_eq!(code("evil.example.com:4630", None), Some(Code::BadHost));
        assert_eq!(code("", None), Some(Code::BadHost));
        assert_eq!(code("127.0.0.1:4630", Some("http://127.0.0.1:8000")), Some(Code::BadOrigin));
        assert_eq!(code("127.0.0.1:4630", Some("null")), Some(Code::BadOrigin));
    }
}

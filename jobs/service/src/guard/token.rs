//! The token: `Authorization: Bearer`, or the cookie that the page exchanges it for.

use crate::error::{ApiError, Code};
use crate::settings::ServiceSettings;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE as COOKIES, WWW_AUTHENTICATE};
use hmac::{Hmac, KeyInit, Mac};
use mixdown_shell::job::hex;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Name of the page's cookie.
pub(crate) const COOKIE: &str = "mixdown_token";

/// Paths without secrets: liveness, and the page that shows the form for the token.
fn is_open(path: &str) -> bool {
    path == "/healthz"
        || path == "/api/login"
        || path == "/"
        || path == "/icon.svg"
        || path.starts_with("/css/")
        || path.starts_with("/js/")
}

/// Refuses a request without a valid token where the service has one.
///
/// # Errors
/// `TOKEN_NEEDED`.
pub(super) fn check(settings: &ServiceSettings, path: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(token) = &settings.token else { return Ok(()) };
    if is_open(path) || bearer(headers).is_some_and(|given| is_secret(token, given)) {
        return Ok(());
    }
    let cookie = cookie_value(token);
    if cookies(headers).any(|(name, value)| name == COOKIE && is_secret(&cookie, value)) {
        return Ok(());
    }
    Err(ApiError::new(Code::TokenNeeded, "this service needs a token: Authorization: Bearer TOKEN")
        .header(WWW_AUTHENTICATE, "Bearer"))
}

/// Returns true if a given secret is the expected one, in a time that depends on neither.
pub(crate) fn is_secret(expected: &str, given: &str) -> bool {
    let digest = |text: &str| blake3::hash(text.as_bytes());
    digest(expected).as_bytes().ct_eq(digest(given).as_bytes()).into()
}

/// Returns the value of the page's cookie: derived from the token, so that it does not have it.
pub(crate) fn cookie_value(token: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(b"mixdown page");
    hex(&mac.finalize().into_bytes())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(COOKIES).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_or_its_cookie_opens() {
        let mut settings = ServiceSettings::new("mixdown".into());
        let with = |name: &str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(axum::http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
            headers
        };
        assert!(check(&settings, "/api/jobs", &HeaderMap::new()).is_ok());
        settings.token = Some("0123456789abcdef".into());
        assert!(check(&settings, "/api/jobs", &HeaderMap::new()).is_err());
        assert!(check(&settings, "/healthz", &HeaderMap::new()).is_ok());
        assert!(check(&settings, "/api/jobs", &with("authorization", "Bearer 0123456789abcdef")).is_ok());
        assert!(check(&settings, "/api/jobs", &with("authorization", "Bearer 0123456789abcdeg")).is_err());
        let cookie = cookie_value("0123456789abcdef");
        assert!(check(&settings, "/api/jobs", &with("cookie", &format!("a=b; {COOKIE}={cookie}"))).is_ok());
        assert!(check(&settings, "/api/jobs", &with("cookie", &format!("{COOKIE}=0123456789abcdef"))).is_err());
    }
}

//! Refusals of the framework have the envelope, too.

use super::Bench;
use axum::body::Body;
use serde_json::json;

/// Method, path, headers, body, status, code.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, u16, &'static str);

/// Headers of a body in JSON.
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[tokio::test]
async fn every_refusal_has_the_envelope() {
    let bench = Bench::new();
    let cases: [Case; 7] = [
        ("GET", "/api/nothing", &[], "", 404, "NOT_FOUND"),
        ("PATCH", "/api/jobs", &[], "", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/api/jobs/run", JSON, "{", 400, "BAD_JSON"),
        ("POST", "/api/jobs/run", &[], "{}", 415, "WRONG_CONTENT_TYPE"),
        ("POST", "/api/login", JSON, "[]", 422, "INVALID_BODY"),
        ("GET", "/api/jobs", &[("host", "evil.example.org")], "", 403, "BAD_HOST"),
        ("GET", "/api/jobs", &[("origin", "http://evil.example.org")], "", 403, "BAD_ORIGIN"),
    ];
    for (method, path, headers, body, status, code) in cases {
        let mut request = axum::http::Request::builder().method(method).uri(path);
        let host = [("host", "localhost")];
        let own = headers.iter().any(|(name, _)| *name == "host");
        for (name, value) in host.iter().filter(|_| !own).chain(headers) {
            request = request.header(*name, *value);
        }
        let response =
            tower::ServiceExt::oneshot(bench.router.clone(), request.body(Body::from(body)).unwrap()).await.unwrap();
        let answer = super::Answer::of(response).await;
        assert_eq!(answer.code(), (status, code.into()), "{method} {path}");
        let found = answer.json();
        assert_eq!((&found["ok"], &found["data"]), (&json!(false), &json!({})), "{method} {path}");
        assert!(!answer.header("x-request-id").is_empty());
    }
}

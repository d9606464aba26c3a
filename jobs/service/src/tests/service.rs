//! Routes of the service itself.

use super::Bench;
use axum::body::Body;
use serde_json::json;
use std::sync::atomic::Ordering;

const TOKEN: &str = "0123456789abcdef";

#[tokio::test]
async fn a_token_is_exchanged_for_a_cookie_that_opens() {
    let bench = Bench::with(|settings| settings.token = Some(TOKEN.into()));
    assert_eq!(bench.get("/api/jobs").await.code(), (401, "TOKEN_NEEDED".into()));
    let wrong = bench.post("/api/login", &json!({ "token": "0123456789abcdeg" })).await;
    assert_eq!((wrong.code(), wrong.header("set-cookie")), ((401, "TOKEN_WRONG".into()), ""));
    let right = bench.post("/api/login", &json!({ "token": TOKEN })).await;
    let cookie = right.header("set-cookie").to_owned();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict") && !cookie.contains(TOKEN), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let opened = bench.send("GET", "/api/jobs", &[("cookie", pair)], Body::empty()).await;
    assert_eq!(opened.status.as_u16(), 200);
    let headers = [("content-type", "application/json"), ("x-forwarded-proto", "https")];
    let secure = bench.send("POST", "/api/login", &headers, json!({ "token": TOKEN }).to_string()).await;
    assert!(secure.header("set-cookie").ends_with("; Secure"));
    let out = bench.send("POST", "/api/logout", &[("cookie", pair)], Body::empty()).await;
    assert!(out.header("set-cookie").contains("=; Path=/; Max-Age=0"), "{}", out.header("set-cookie"));
}

#[tokio::test]
async fn readiness_names_what_fails() {
    let bench = Bench::new();
    let ready = bench.get("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), &ready.json()["data"]),
        (200, &json!({ "store": "ok", "disk": "ok", "worker": "off" }))
    );
    std::fs::remove_dir_all(bench.folder.path().join("storage")).unwrap();
    let broken = bench.get("/readyz").await;
    assert_eq!(broken.code(), (503, "NOT_READY".into()));
    assert_eq!(broken.json()["data"]["checks"]["store"], "not writable");

    let bench = Bench::with(|settings| (settings.workers, settings.disk_floor) = (1, u64::MAX));
    let broken = bench.get("/readyz").await;
    assert_eq!(broken.json()["message"], "fails: disk, worker");
    bench.app.workers_run.store(true, Ordering::Relaxed);
    assert_eq!(bench.get("/readyz").await.json()["message"], "fails: disk");
}

#[tokio::test]
async fn metrics_count_jobs_and_requests_by_route() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    bench.get(&format!("/api/jobs/{job}?wait=0")).await;
    bench.get("/nowhere").await;
    let _engine = bench.app.live.enter().unwrap();
    let answer = bench.get("/metrics").await;
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    for line in [
        "mixdown_jobs{type=\"mix\",state=\"queued\"} 1",
        "mixdown_live_engines 1",
        "mixdown_http_requests_total{method=\"GET\",route=\"/api/jobs/{id}\",status=\"200\"} 1",
        "mixdown_http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    // The record and the index of the job, at least.
    let writes = text.lines().find_map(|line| line.strip_prefix("mixdown_store_writes_total "));
    assert!(writes.unwrap().parse::<u64>().unwrap() >= 1, "{writes:?}");
    let declared: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    assert_eq!(declared.len(), declared.iter().collect::<std::collections::HashSet<_>>().len());
}

#[tokio::test]
async fn pages_of_named_origins_alone_may_read_answers() {
    const NAMED: &str = "https://tools.example.org";
    let bench = Bench::with(|settings| {
        settings.token = Some(TOKEN.into());
        settings.allow_origins = vec![NAMED.into()];
    });
    let preflight = [("access-control-request-method", "PUT"), ("access-control-request-headers", "authorization")];
    let asked = |origin| [&[("origin", origin)][..], &preflight].concat();
    let path = "/api/sessions/s/stems/a.wav";
    let answer = bench.send("OPTIONS", path, &asked(NAMED), Body::empty()).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, NAMED));
    assert!(answer.header("access-control-allow-methods").contains("PUT"));
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    let answer = bench.send("OPTIONS", path, &asked("https://other.example.org"), Body::empty()).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    // The token is needed all the same, and the refusal can be read.
    let answer = bench.send("GET", "/api/jobs", &[("origin", NAMED)], Body::empty()).await;
    assert_eq!(answer.code(), (401, "TOKEN_NEEDED".into()));
    assert_eq!(answer.header("access-control-allow-origin"), NAMED);
    let bearer = format!("Bearer {TOKEN}");
    let answer = bench.send("GET", "/api/jobs", &[("origin", NAMED), ("authorization", &bearer)], Body::empty()).await;
    assert_eq!(answer.status.as_u16(), 200);
    let answer = bench.send("GET", "/api/jobs", &[("origin", "null"), ("authorization", &bearer)], Body::empty()).await;
    assert_eq!((answer.code(), answer.header("access-control-allow-origin")), ((403, "BAD_ORIGIN".into()), ""));

    let plain = Bench::new();
    let answer = plain.send("OPTIONS", path, &asked(NAMED), Body::empty()).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_page_of_the_document_has_no_inline_script_and_no_other_origin() {
    let bench = Bench::new();
    let page = bench.get("/api/docs").await;
    let text = String::from_utf8_lossy(&page.bytes).into_owned();
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    assert!(!text.contains("://") && !text.contains("<style") && text.matches("<script").count() == 1, "{text}");
    for path in text.split('"').filter(|path| path.starts_with("/api/")) {
        assert_eq!(bench.get(path).await.status.as_u16(), 200, "{path}");
    }
    assert_eq!(bench.get("/api/openapi.json").await.json(), crate::document());
}

//! Uploads that their clients leave.

use super::Bench;
use axum::body::Body;
use axum::http::Request;
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tower::ServiceExt;

/// Waits until a file exists, or does not.
async fn wait_for(file: &Path, exists: bool) {
    for _ in 0..500 {
        if file.exists() == exists {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{}: exists = {}", file.display(), !exists);
}

/// Begins an upload that stays without an end, and leaves once its part exists.
async fn begin_and_leave(bench: &Bench, request: axum::http::request::Builder, head: String, part: &Path) {
    let body = stream::iter([Ok::<_, std::io::Error>(head)]).chain(stream::pending());
    let request = request.header("host", "localhost").body(Body::from_stream(body)).unwrap();
    let sending = tokio::spawn(bench.router.clone().oneshot(request));
    wait_for(part, true).await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_form_that_its_client_leaves_leaves_no_part() {
    let bench = Bench::new();
    bench.post("/api/sessions", &json!({ "session_id": "s" })).await;
    let part = bench.folder.path().join("media/s/stems/.parts/a.wav");
    let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF";
    let request = Request::post("/api/sessions/s/stems").header("content-type", "multipart/form-data; boundary=x");
    begin_and_leave(&bench, request, form.into(), &part).await;
    wait_for(&part, false).await;
    // The name is free again.
    let empty = bench.send("PUT", "/api/sessions/s/stems/a.wav", &[], Body::empty()).await;
    assert_eq!(empty.code(), (422, "STEM_EMPTY".into()));
}

#[tokio::test]
async fn an_upload_that_may_continue_keeps_its_part_when_its_client_leaves() {
    let bench = Bench::new();
    bench.post("/api/sessions", &json!({ "session_id": "s" })).await;
    let part = bench.folder.path().join("media/s/stems/.parts/a.wav");
    begin_and_leave(&bench, Request::put("/api/sessions/s/stems/a.wav"), "RIFF".into(), &part).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(part.exists());
}

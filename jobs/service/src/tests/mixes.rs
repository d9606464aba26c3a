//! Mixes that are submitted over the network.

use super::Bench;
use serde_json::json;

#[tokio::test]
async fn a_session_without_a_track_and_wrong_requests_are_refused() {
    let bench = Bench::new();
    let path = "/api/sessions/song-1/mix";
    assert_eq!(bench.post(path, &json!({})).await.code(), (404, "SESSION_NOT_FOUND".into()));
    let off = bench.post(path, &json!({ "callback_url": "https://example.org/" })).await;
    assert_eq!(off.code(), (422, "CALLBACKS_OFF".into()));
    assert_eq!(bench.post(path, &json!({ "callback": 1 })).await.code(), (422, "INVALID_BODY".into()));
    assert_eq!(bench.send("POST", path, &[], "{}").await.code(), (415, "WRONG_CONTENT_TYPE".into()));
    let json_type = [("content-type", "application/json")];
    assert_eq!(bench.send("POST", path, &json_type, "{").await.code(), (400, "BAD_JSON".into()));
    assert_eq!(bench.post("/api/sessions/a%2Fb/mix", &json!({})).await.code(), (400, "BAD_ID".into()));
}

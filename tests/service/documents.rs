//! Session documents: read, replaced, patched, refused.

use super::server::TestServer;
use super::wav;
use serde_json::{Value, json};

const DOCUMENT: &str = "/api/sessions/song/session";

fn server() -> TestServer {
    let server = TestServer::start();
    server.create("song");
    assert_eq!(server.upload("song", "a.wav", &wav(5_000, 1)).status, 201);
    server
}

fn patch(server: &TestServer, kind: &str, body: &str) -> super::client::Answer {
    server.request("PATCH", DOCUMENT).header("content-type", kind).send(body.as_bytes())
}

#[test]
fn a_document_is_read_replaced_and_patched() {
    let server = server();
    let read = server.get(DOCUMENT);
    assert_eq!(read.data()["session"]["tracks"], json!([{ "file": "a.wav" }]));
    let etag = read.header("etag").unwrap().to_owned();
    assert_eq!(server.request("GET", DOCUMENT).header("if-none-match", &etag).send(b"").status, 304);
    let whole = json!({ "tracks": [{ "file": "a.wav", "gain_db": -6.0 }], "master": { "target": -16.0 } });
    let put = server.send("PUT", DOCUMENT, &whole);
    assert_eq!((put.status, &put.data()["session"]), (200, &whole));
    for kind in ["application/json", "application/merge-patch+json", "application/json; charset=utf-8"] {
        assert_eq!(patch(&server, kind, r#"{"master":{"target":null,"strict":true}}"#).status, 200, "{kind}");
    }
    let now = server.get(DOCUMENT).data();
    assert_eq!(now["session"]["master"], json!({ "strict": true }));
    for kind in ["text/plain", "application/json-patch+json", "application/vnd.x+json"] {
        assert_eq!(patch(&server, kind, "{}").refusal(), (415, "WRONG_CONTENT_TYPE".into()), "{kind}");
    }
    assert_eq!(patch(&server, "application/json", "{").refusal(), (400, "BAD_JSON".into()));
    assert_eq!(server.get(DOCUMENT).data(), now);
}

#[test]
fn a_stale_change_is_refused() {
    let server = server();
    let etag = server.get(DOCUMENT).header("etag").unwrap().to_owned();
    let change = |etag: &str, gain: f64| {
        let body = json!({ "tracks": [{ "file": "a.wav", "gain_db": gain }] }).to_string();
        let request = server.request("PATCH", DOCUMENT).header("content-type", "application/json");
        request.header("if-match", etag).send(body.as_bytes())
    };
    let first = change(&etag, -1.0);
    assert_eq!(first.status, 200);
    assert_eq!(change(&etag, -2.0).refusal(), (412, "DOCUMENT_CHANGED".into()));
    assert_eq!(server.get(DOCUMENT).data()["session"]["tracks"][0]["gain_db"], -1.0);
    assert_eq!(change(first.header("etag").unwrap(), -3.0).status, 200);
    assert_eq!(change("*", -4.0).status, 200);
}

#[test]
fn a_wrong_document_is_refused_with_all_problems() {
    let server = server();
    let before = server.get(DOCUMENT).data();
    let wrong = json!({
        "tracks": [{ "file": "../../../etc/passwd" }, { "file": "a.wav", "name": "x", "pan": 2, "output": "nowhere" }, { "fil": "a.wav" }],
        "output": { "name": "/tmp/x" },
        "volume": 11,
    });
    let refused = server.send("PUT", DOCUMENT, &wrong);
    assert_eq!(refused.refusal(), (422, "SESSION_INVALID".into()));
    let problems = refused.data()["problems"].take();
    let pointers: Vec<_> =
        problems.as_array().unwrap().iter().map(|problem| problem["pointer"].as_str().unwrap()).collect();
    for pointer in ["/tracks/0/file", "/tracks/1/pan", "/tracks/2/fil", "/output/name", "/volume"] {
        assert!(pointers.contains(&pointer), "{pointer} in {problems}");
    }
    for file in ["/etc/passwd", "./a.wav", "a.wav/", "../song/stems/a.wav", "", "b.wav", ".parts/a.wav"] {
        let outside = server.send("PUT", DOCUMENT, &json!({ "tracks": [{ "file": file }] }));
        assert_eq!(outside.refusal(), (422, "SESSION_INVALID".into()), "{file}");
        assert_eq!(outside.data()["problems"][0]["pointer"], "/tracks/0/file");
    }
    for wrong in [json!([]), json!("x"), json!(1), Value::Null, json!({ "tracks": {} }), json!({ "tracks": [1] })] {
        assert_eq!(server.send("PUT", DOCUMENT, &wrong).refusal(), (422, "SESSION_INVALID".into()), "{wrong}");
    }
    assert_eq!(server.get(DOCUMENT).data(), before);
}

#[test]
fn the_schema_stands_bare() {
    let server = TestServer::start();
    let schema = server.get("/api/schema/session");
    assert_eq!((schema.status, schema.header("content-type")), (200, Some("application/schema+json")));
    assert_eq!(schema.json(), mixdown_engine::session::json_schema());
}

//! Sessions: created, listed, deleted.

use super::server::TestServer;
use super::wav;
use mixdown_shell::job::NewJob;
use mixdown_shell::settings::Settings;
use mixdown_shell::store::Store;
use serde_json::{Value, json};

fn store(server: &TestServer) -> Store {
    Store::open(Settings::at(server.media(), server.path("storage"))).unwrap()
}

#[test]
fn a_session_is_made_shown_and_deleted_with_all_it_has() {
    let server = TestServer::start();
    let made = server.send("POST", "/api/sessions", &json!({ "session_id": "song-1", "name": "Night Drive" }));
    assert_eq!((made.status, made.header("location")), (201, Some("/api/sessions/song-1")));
    assert_eq!(server.upload("song-1", "drums.wav", &wav(48_000, 1)).status, 201);
    let session = server.get("/api/sessions/song-1").data();
    assert_eq!(session["name"], "Night Drive");
    assert_eq!(
        (&session["tracks"], &session["stem_count"], &session["duration_s"]),
        (&json!(1), &json!(1), &json!(1.0))
    );
    assert_eq!((&session["last_job"], &session["result_url"]), (&Value::Null, &Value::Null));
    assert_eq!(session["bytes"], 96_044);
    assert_eq!(session["stems"][0]["name"], "drums.wav");
    let unnamed = server.request("POST", "/api/sessions").send(b"").data();
    assert_eq!(unnamed["name"], unnamed["session_id"]);
    let listed = server.get("/api/sessions").data();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(listed["sessions"][1]["stem_count"], 1, "the last changed is first: {listed}");
    assert_eq!(server.request("DELETE", "/api/sessions/song-1").send(b"").status, 200);
    assert_eq!(server.get("/api/sessions/song-1").refusal(), (404, "SESSION_NOT_FOUND".into()));
    assert!(!server.media().join("song-1").exists());
}

#[test]
fn pages_of_sessions_have_each_once() {
    let server = TestServer::start();
    for index in 0..5 {
        server.create(&format!("song-{index}"));
    }
    let (mut target, mut found) = ("/api/sessions?limit=2".to_owned(), Vec::new());
    loop {
        let page = server.get(&target).data();
        found.extend(page["sessions"].as_array().unwrap().iter().map(|session| session["session_id"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        target = format!("/api/sessions?limit=2&cursor={cursor}");
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 5);
    for query in ["limit=0", "limit=1001", "limit=x", "cursor=nonesuch", "sort=name"] {
        assert_eq!(server.get(&format!("/api/sessions?{query}")).refusal(), (400, "BAD_QUERY".into()), "{query}");
    }
}

#[test]
fn a_wrong_session_is_refused_with_its_cause() {
    let server = TestServer::start();
    server.create("song");
    let refused = |body: Value| server.send("POST", "/api/sessions", &body).refusal();
    assert_eq!(refused(json!({ "session_id": "song" })), (409, "SESSION_EXISTS".into()));
    for reserved in ["jobs_index", "library", "mixdown-cleanup"] {
        assert_eq!(refused(json!({ "session_id": reserved })), (409, "SESSION_RESERVED".into()));
    }
    for bad in ["", "..", "a/b", "-a", "ü"] {
        assert_eq!(refused(json!({ "session_id": bad })), (400, "BAD_ID".into()), "{bad}");
    }
    for wrong in
        [json!({ "id": "x" }), json!({ "name": "" }), json!({ "name": "a\nb" }), json!([]), json!({ "name": 1 })]
    {
        assert_eq!(refused(wrong), (422, "INVALID_BODY".into()));
    }
    let post = |kind: &str, body: &[u8]| {
        server.request("POST", "/api/sessions").header("content-type", kind).send(body).refusal()
    };
    assert_eq!(post("application/json", b"{"), (400, "BAD_JSON".into()));
    assert_eq!(post("text/plain", b"{}"), (415, "WRONG_CONTENT_TYPE".into()));
    assert_eq!(server.get("/api/sessions/..%2Fsong").refusal(), (400, "BAD_ID".into()));
    for (method, target) in
        [("GET", ""), ("DELETE", ""), ("GET", "/stems"), ("GET", "/session"), ("PUT", "/stems/a.wav")]
    {
        let answer = server.request(method, &format!("/api/sessions/nonesuch{target}")).send(b"");
        assert_eq!(answer.refusal(), (404, "SESSION_NOT_FOUND".into()), "{method} {target}");
    }
}

#[test]
fn a_session_in_use_stays() {
    let server = TestServer::start();
    server.create("song");
    let mut upload = server.request("PUT", "/api/sessions/song/stems/a.wav").begin(1_000);
    std::io::Write::write_all(&mut upload, &[0; 10]).unwrap();
    let delete = || server.request("DELETE", "/api/sessions/song").send(b"");
    // The service reads the head of the upload a moment later.
    while server.request("HEAD", "/api/sessions/song/stems/a.wav").send(b"").status == 404 {}
    assert_eq!(delete().refusal(), (409, "SESSION_BUSY".into()));
    drop(upload);
    let store = store(&server);
    let job = store.submit(NewJob::mix("song".parse().unwrap(), json!({})), &[]).unwrap().record.job_id;
    let refused = delete();
    assert_eq!(refused.refusal(), (409, "SESSION_BUSY".into()));
    assert_eq!(server.get("/api/sessions/song").data()["last_job"]["job_id"], job.as_str());
    store.cancel(&job).unwrap();
    // The cut upload ends a moment later.
    while delete().status == 409 {}
    assert!(!server.media().join("song").exists());
    assert!(store.records.read(&job).is_err(), "its ended jobs are gone with it");
}

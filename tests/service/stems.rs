//! Stems: read, replaced, deleted, drawn.

use super::server::TestServer;
use super::wav;
use mixdown_shell::job::NewJob;
use mixdown_shell::settings::Settings;
use mixdown_shell::store::Store;
use serde_json::json;

const STEM: &str = "/api/sessions/song/stems/a.wav";

fn with_stem(bytes: &[u8]) -> TestServer {
    let server = TestServer::start();
    server.create("song");
    assert_eq!(server.upload("song", "a.wav", bytes).status, 201);
    server
}

#[test]
fn a_stem_is_served_whole_and_in_ranges() {
    let bytes = wav(10_000, 1);
    let server = with_stem(&bytes);
    let whole = server.get(STEM);
    assert_eq!((whole.status, whole.header("content-type")), (200, Some("audio/wav")));
    assert_eq!(whole.body, bytes);
    let etag = whole.header("etag").unwrap().to_owned();
    let modified = whole.header("last-modified").unwrap().to_owned();
    let with = |name: &str, value: &str| server.request("GET", STEM).header(name, value).send(b"");
    let part = with("range", "bytes=10-19");
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[10..20]));
    assert_eq!(part.header("content-range"), Some(&*format!("bytes 10-19/{}", bytes.len())));
    assert_eq!(with("range", "bytes=-4").body, bytes[bytes.len() - 4..]);
    let beyond = with("range", "bytes=9999999-");
    assert_eq!(beyond.refusal(), (416, "RANGE_NOT_SATISFIABLE".into()));
    assert_eq!(beyond.header("content-range"), Some(&*format!("bytes */{}", bytes.len())));
    let same = with("if-none-match", &etag);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(with("if-modified-since", &modified).status, 304);
    assert_eq!(with("if-match", "\"other\"").refusal(), (412, "PRECONDITION_FAILED".into()));
    assert_eq!(with("if-match", &etag).status, 200);
    let head = server.request("HEAD", STEM).send(b"");
    assert_eq!((head.status, head.header("content-length")), (200, Some(&*bytes.len().to_string())));
    assert_eq!((head.header("etag"), head.body.len()), (Some(&*etag), 0));
    assert_eq!(server.get("/api/sessions/song/stems").data()["stems"][0]["etag"], etag);
}

#[test]
fn an_old_name_changes_only_the_bytes_and_deletion_removes_the_tracks() {
    let server = with_stem(&wav(10_000, 1));
    let document = "/api/sessions/song/session";
    let patch = json!({ "tracks": [{ "file": "a.wav", "gain_db": -3.0 }, { "file": "a.wav", "name": "double" }] });
    assert_eq!(server.send("PATCH", document, &patch).status, 200);
    let replaced = server.upload("song", "a.wav", &wav(20_000, 2));
    assert_eq!((replaced.status, &replaced.data()["stem"]["frames"]), (200, &json!(20_000)));
    assert_eq!(server.get(STEM).body, wav(20_000, 2));
    let kept = server.get(document).data();
    assert_eq!(kept["session"]["tracks"], patch["tracks"]);
    assert_eq!(server.upload("song", "b.wav", &wav(1_000, 3)).status, 201);
    assert_eq!(server.request("DELETE", STEM).send(b"").status, 200);
    let left = server.get(document).data()["session"]["tracks"].take();
    assert_eq!(left, json!([{ "file": "b.wav" }]));
    assert_eq!(server.get(STEM).refusal(), (404, "STEM_NOT_FOUND".into()));
    assert_eq!(server.get(STEM).json()["message"], "session song has no stem \"a.wav\"");
    assert_eq!(server.request("DELETE", STEM).send(b"").refusal(), (404, "STEM_NOT_FOUND".into()));
}

#[test]
fn a_stem_that_a_job_uses_is_neither_replaced_nor_deleted() {
    let server = with_stem(&wav(10_000, 1));
    let store = Store::open(Settings::at(server.media(), server.path("storage"))).unwrap();
    let mut job = NewJob::mix("song".parse().unwrap(), json!({}));
    let path = server.media().join("song/stems/a.wav");
    job.extra.insert("stems".into(), json!([{ "path": path, "blake3": "" }]));
    let id = store.submit(job, &[]).unwrap().record.job_id;
    let in_use = (409, "STEM_IN_USE".to_owned());
    assert_eq!(server.upload("song", "a.wav", &wav(20_000, 2)).refusal(), in_use);
    assert_eq!(server.request("DELETE", STEM).send(b"").refusal(), in_use);
    assert_eq!(server.upload("song", "b.wav", &wav(1_000, 2)).status, 201, "another name is free");
    store.cancel(&id).unwrap();
    assert_eq!(server.upload("song", "a.wav", &wav(20_000, 2)).status, 200);
    assert_eq!(server.request("DELETE", STEM).send(b"").status, 200);
}

#[test]
fn names_never_leave_the_session() {
    let server = TestServer::start();
    server.create("song");
    let bytes = wav(1_000, 1);
    let long = "a".repeat(256);
    for name in [
        "..",
        ".",
        ".hidden",
        "..%2F..%2Fx.wav",
        "a%2Fb.wav",
        "a%5Cb.wav",
        "a%00.wav",
        "a%0A.wav",
        "con.wav",
        "a.wav.",
        "a%20",
        "c:x.wav",
        &long,
    ] {
        let target = format!("/api/sessions/song/stems/{name}");
        for method in ["PUT", "GET", "DELETE"] {
            let answer = server.request(method, &target).send(if method == "PUT" { &bytes } else { b"" });
            assert_eq!(answer.refusal(), (400, "BAD_STEM_NAME".into()), "{method} {name}");
        }
    }
    for (encoded, name) in [("%C3%A9t%C3%A9.wav", "été.wav"), ("a%20b%25.wav", "a b%.wav"), ("%E3%83%9C.wav", "ボ.wav")]
    {
        let answer = server.upload("song", encoded, &bytes);
        assert_eq!((answer.status, &answer.data()["stem"]["name"]), (201, &json!(name)));
        let location = answer.header("location").unwrap();
        assert_eq!(server.get(location).body, bytes, "{location}");
    }
    let entries = std::fs::read_dir(server.media()).unwrap();
    let names: std::collections::BTreeSet<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".serve.lock".into(), "song".into()].into());
}

#[test]
fn a_waveform_is_drawn_once_and_follows_its_stem() {
    let server = with_stem(&wav(10_000, 1));
    let target = format!("{STEM}/waveform.dat?samples_per_pixel=64");
    let drawn = server.get(&target);
    assert_eq!(drawn.status, 200, "{drawn:?}");
    // Header of 24 bytes, then two values of 16 bits per pixel.
    assert_eq!(drawn.body.len(), 24 + 10_000_usize.div_ceil(64) * 4);
    assert_eq!(drawn.body[12..16], 64_u32.to_le_bytes());
    let etag = drawn.header("etag").unwrap();
    assert_eq!(server.request("GET", &target).header("if-none-match", etag).send(b"").status, 304);
    assert_eq!(server.get(&target).body, drawn.body);
    assert_eq!(server.get(&format!("{STEM}/waveform.dat")).body.len(), 24 + 40 * 4);
    assert_eq!(server.upload("song", "a.wav", &wav(20_000, 2)).status, 200);
    let again = server.get(&target);
    assert_eq!(again.body.len(), 24 + 20_000_usize.div_ceil(64) * 4);
    assert_ne!(again.header("etag"), Some(etag));
    let kept = std::fs::read_dir(server.media().join("song/stems/.waveforms")).unwrap().count();
    assert_eq!(kept, 1, "drawings of the old bytes are gone");
    for query in
        ["samples_per_pixel=0", "samples_per_pixel=32", "samples_per_pixel=100", "samples_per_pixel=131072", "zoom=1"]
    {
        let refused = server.get(&format!("{STEM}/waveform.dat?{query}"));
        assert_eq!(refused.refusal(), (400, "BAD_QUERY".into()), "{query}");
    }
}

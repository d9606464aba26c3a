//! Uploads: cut, resumed, at the same time, refused.

use super::client::Answer;
use super::server::TestServer;
use super::wav;
use serde_json::json;
use std::io::Write;
use std::net::Shutdown;

const STEM: &str = "/api/sessions/song/stems/a.wav";

fn server() -> TestServer {
    let server = TestServer::start();
    server.create("song");
    server
}

fn part(server: &TestServer, bytes: &[u8], start: usize, end: usize) -> Answer {
    let range = format!("bytes {start}-{}/{}", end - 1, bytes.len());
    server.request("PUT", STEM).header("content-range", &range).send(&bytes[start..end])
}

fn offset(answer: &Answer) -> Option<usize> {
    answer.header("upload-offset").map(|digits| digits.parse().unwrap())
}

fn stems(server: &TestServer) -> usize {
    server.get("/api/sessions/song/stems").data()["stems"].as_array().unwrap().len()
}

/// Returns the names of all files of the session.
fn files(server: &TestServer) -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["", ".parts", ".waveforms"] {
        let Ok(entries) = std::fs::read_dir(server.media().join("song/stems").join(folder)) else { continue };
        let files = entries.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file());
        names.extend(files.map(|entry| format!("{folder}/{}", entry.file_name().display())));
    }
    names
}

#[test]
fn an_upload_in_parts_gives_the_same_stem() {
    let (server, bytes) = (server(), wav(50_000, 1));
    let first = part(&server, &bytes, 0, 30_000);
    assert_eq!((first.status, offset(&first)), (202, Some(30_000)));
    assert_eq!(stems(&server), 0);
    let head = server.request("HEAD", STEM).send(b"");
    assert_eq!((head.status, offset(&head)), (200, Some(30_000)));
    for (start, end) in [(20_000, 40_000), (30_001, 40_000)] {
        let wrong = part(&server, &bytes, start, end);
        assert_eq!(wrong.refusal(), (409, "UPLOAD_OFFSET".into()));
        assert_eq!(offset(&wrong), Some(30_000));
    }
    assert_eq!(part(&server, &bytes, 30_000, 60_000).status, 202);
    let last = part(&server, &bytes, 60_000, bytes.len());
    assert_eq!(last.status, 201, "{last:?}");
    let stem = &last.data()["stem"];
    assert_eq!((&stem["frames"], &stem["sample_rate"], &stem["channels"]), (&json!(50_000), &json!(48_000), &json!(1)));
    assert_eq!(stem["format"], "wav pcm_s16le");
    assert_eq!(server.get(STEM).body, bytes);
    let whole = server.upload("song", "b.wav", &bytes).data();
    assert_eq!(whole["stem"]["blake3"], stem["blake3"]);
    assert_eq!(offset(&server.request("HEAD", STEM).send(b"")), None);
    assert_eq!(files(&server).len(), 2, "{:?}", files(&server));
}

#[test]
fn a_cut_upload_shows_nothing_and_goes_on_where_it_was_cut() {
    let (server, bytes) = (server(), wav(50_000, 1));
    let mut stream = server.request("PUT", STEM).begin(bytes.len() as u64);
    stream.write_all(&bytes[..40_000]).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    // The service notices the cut a moment later.
    let arrived = loop {
        match offset(&server.request("HEAD", STEM).send(b"")) {
            Some(40_000) => break 40_000,
            _ => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    };
    assert_eq!(stems(&server), 0);
    assert_eq!(server.get(STEM).refusal(), (404, "STEM_NOT_FOUND".into()));
    let rest = part(&server, &bytes, arrived, bytes.len());
    assert_eq!(rest.status, 201, "{rest:?}");
    assert_eq!(server.get(STEM).body, bytes);
}

#[test]
fn an_upload_that_has_all_bytes_is_completed_without_more() {
    let (server, bytes) = (server(), wav(5_000, 1));
    assert_eq!(part(&server, &bytes, 0, 5_000).status, 202);
    let complete =
        || server.request("PUT", STEM).header("content-range", &format!("bytes */{}", bytes.len())).send(b"");
    assert_eq!(complete().refusal(), (409, "UPLOAD_OFFSET".into()));
    // As after a kill between the last byte and the decoding.
    std::fs::write(server.media().join("song/stems/.parts/a.wav"), &bytes).unwrap();
    assert_eq!(complete().status, 201);
    assert_eq!(server.get(STEM).body, bytes);
}

/// Two clients that continue from the offset of HEAD must not mix their bytes.
#[test]
fn uploads_with_keys_of_their_own_do_not_come_between_each_other() {
    let server = server();
    let stems = [wav(50_000, 1), wav(50_000, 2)];
    let keyed = |key: &str, method: &str| server.request(method, STEM).header("upload-key", key);
    let send = |key: &str, bytes: &[u8], start: usize, end: usize| {
        let range = format!("bytes {start}-{}/{}", end - 1, bytes.len());
        keyed(key, "PUT").header("content-range", &range).send(&bytes[start..end])
    };
    assert_eq!(send("one", &stems[0], 0, 30_000).status, 202);
    assert_eq!(send("two", &stems[1], 0, 20_000).status, 202);
    assert_eq!(offset(&keyed("one", "HEAD").send(b"")), Some(30_000));
    assert_eq!(offset(&keyed("two", "HEAD").send(b"")), Some(20_000));
    assert_eq!(server.request("HEAD", STEM).send(b"").status, 404);
    assert_eq!(send("two", &stems[1], 30_000, 40_000).refusal(), (409, "UPLOAD_OFFSET".into()));
    assert_eq!(send("one", &stems[0], 30_000, stems[0].len()).status, 201);
    assert_eq!(server.get(STEM).body, stems[0]);
    assert_eq!(send("two", &stems[1], 20_000, stems[1].len()).status, 200);
    assert_eq!(server.get(STEM).body, stems[1]);
    assert_eq!(files(&server), ["/a.wav"]);
    // Stems are counted, not the parts that they came in.
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    let bytes = stems[0].len() + stems[1].len();
    for line in ["mixdown_uploads_total 2".to_owned(), format!("mixdown_upload_bytes_total {bytes}")] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert_eq!(keyed("not/plain", "PUT").send(&stems[0]).refusal(), (400, "BAD_UPLOAD_KEY".into()));
    assert_eq!(send("three", &stems[0], 0, 10).status, 202);
    assert_eq!(keyed("three", "DELETE").send(b"").status, 200);
    assert_eq!(server.get(STEM).status, 200);
}

#[test]
fn an_upload_that_nobody_continues_can_be_removed() {
    let (server, bytes) = (server(), wav(5_000, 1));
    assert_eq!(part(&server, &bytes, 0, 5_000).status, 202);
    assert_eq!(server.request("DELETE", STEM).send(b"").status, 200);
    assert_eq!(files(&server), [""; 0]);
    assert_eq!(server.request("HEAD", STEM).send(b"").status, 404);
}

#[test]
fn of_two_uploads_of_one_name_the_second_is_refused() {
    let (server, bytes) = (server(), wav(5_000, 1));
    let mut first = server.request("PUT", STEM).begin(bytes.len() as u64);
    first.write_all(&bytes[..100]).unwrap();
    while server.request("HEAD", STEM).send(b"").status == 404 {}
    assert_eq!(server.upload("song", "a.wav", &bytes).refusal(), (409, "UPLOAD_IN_PROGRESS".into()));
    assert_eq!(server.request("DELETE", STEM).send(b"").refusal(), (409, "UPLOAD_IN_PROGRESS".into()));
    first.write_all(&bytes[100..]).unwrap();
    assert_eq!(Answer::read(first).status, 201);
    assert_eq!(server.get(STEM).body, bytes);
}

#[test]
fn a_stem_that_cannot_be_used_leaves_nothing() {
    let server = server();
    let mut cut = std::fs::read(mixdown_fixtures::path("formats/aac.m4a")).unwrap();
    cut.truncate(cut.len() / 2);
    let cases: [(&[u8], (u16, &str)); 4] = [
        (b"", (422, "STEM_EMPTY")),
        (b"this is a text and no sound at all, however long it may be", (415, "UNSUPPORTED_FORMAT")),
        (&wav(0, 1), (422, "STEM_EMPTY")),
        (&cut, (415, "UNSUPPORTED_FORMAT")),
    ];
    for (bytes, (status, code)) in cases {
        let answer = server.upload("song", "a.wav", bytes);
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{answer:?}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("a.wav: ") && !message.contains('/'), "{message}");
        assert_eq!(files(&server), [""; 0]);
    }
    // A refused replacement leaves the stem as it was.
    assert_eq!(server.upload("song", "a.wav", &wav(5_000, 1)).status, 201);
    assert_eq!(server.upload("song", "a.wav", b"no sound").refusal().0, 415);
    assert_eq!(server.get(STEM).body, wav(5_000, 1));
    assert_eq!(files(&server), ["/a.wav"]);
}

#[test]
fn what_is_odd_in_a_stem_is_said() {
    let server = server();
    let mut short = wav(5_000, 1);
    short.truncate(5_044);
    let stem = server.upload("song", "a.wav", &short).data()["stem"].take();
    assert_eq!(stem["frames"], 2_500);
    assert_eq!(stem["warnings"].as_array().unwrap().len(), 1, "{stem}");
}

fn form(server: &TestServer, body: &[u8]) -> Answer {
    let request = server.request("POST", "/api/sessions/song/stems");
    request.header("content-type", "multipart/form-data; boundary=XX").send(body)
}

fn field(head: &str, bytes: &[u8]) -> Vec<u8> {
    [b"--XX\r\nContent-Disposition: form-data; ", head.as_bytes(), b"\r\n\r\n", bytes, b"\r\n"].concat()
}

#[test]
fn a_form_uploads_all_of_its_files() {
    let server = server();
    let fields = [
        field("name=\"note\"", b"not a file"),
        field("name=\"stems\"; filename=\"a.wav\"", &wav(5_000, 1)),
        field("name=\"stems\"; filename=\"b.wav\"", &wav(6_000, 2)),
        b"--XX--\r\n".to_vec(),
    ];
    let answer = form(&server, &fields.concat());
    assert_eq!((answer.status, answer.data()["stems"].as_array().unwrap().len()), (201, 2), "{answer:?}");
    let half = [
        field("name=\"stems\"; filename=\"c.wav\"", &wav(5_000, 1)),
        field("name=\"stems\"; filename=\"d.wav\"", b"no sound"),
        b"--XX--\r\n".to_vec(),
    ];
    let answer = form(&server, &half.concat());
    assert_eq!(answer.refusal(), (415, "UNSUPPORTED_FORMAT".into()));
    assert_eq!(answer.data()["stems"][0]["name"], "c.wav");
    assert_eq!(stems(&server), 3);
    let cut = field("name=\"stems\"; filename=\"e.wav\"", &wav(5_000, 1));
    assert_eq!(form(&server, &cut[..3_000]).refusal(), (400, "UPLOAD_CUT".into()));
    assert_eq!(stems(&server), 3);
    assert_eq!(files(&server).len(), 3);
    let hostile = [field("name=\"stems\"; filename=\"../../x.wav\"", &wav(5_000, 1)), b"--XX--\r\n".to_vec()];
    assert_eq!(form(&server, &hostile.concat()).refusal(), (400, "BAD_STEM_NAME".into()));
    assert_eq!(form(&server, b"--XX--\r\n").refusal(), (422, "NO_FILES".into()));
    let plain = server.request("POST", "/api/sessions/song/stems").send(b"x");
    assert_eq!(plain.refusal(), (415, "WRONG_CONTENT_TYPE".into()));
}

#[test]
fn a_wrong_content_range_is_refused() {
    let (server, bytes) = (server(), wav(5_000, 1));
    for range in ["bytes 0-9/5", "bytes 5-1/10", "bytes x-9/10", "items 0-9/10", "bytes 0-8/10044"] {
        let answer = server.request("PUT", STEM).header("content-range", range).send(&bytes[..10]);
        assert_eq!(answer.refusal(), (400, "BAD_CONTENT_RANGE".into()), "{range}");
    }
    assert_eq!(files(&server), [""; 0]);
}

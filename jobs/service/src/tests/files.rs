//! Files of results, by their job and by their session; status routes.

use super::{Bench, settle};
use axum::body::Body;
use mixdown_shell::job::status_document;
use serde_json::json;

#[tokio::test]
async fn files_of_a_result_have_ranges_tags_and_types() {
    let bench = Bench::new();
    let job = bench.submit("song-1", "0123456789");
    let path = format!("/api/jobs/{job}/files/final_mix.wav");
    assert_eq!(bench.get(&path).await.code(), (409, "JOB_INCOMPLETE".into()));
    assert_eq!(bench.get("/media/song-1/mix_outputs/final_mix.wav").await.code(), (404, "FILE_NOT_FOUND".into()));
    bench.work();
    settle().await;
    for path in [path.as_str(), "/media/song-1/mix_outputs/final_mix.wav"] {
        let whole = bench.get(path).await;
        assert_eq!(
            (whole.status.as_u16(), &whole.bytes[..], whole.header("content-type")),
            (200, &b"0123456789"[..], "audio/wav")
        );
        let part = bench.send("GET", path, &[("range", "bytes=2-4")], Body::empty()).await;
        assert_eq!(
            (part.status.as_u16(), &part.bytes[..], part.header("content-range")),
            (206, &b"234"[..], "bytes 2-4/10")
        );
        let tag = whole.header("etag").to_owned();
        let known = bench.send("GET", path, &[("if-none-match", &tag)], Body::empty()).await;
        assert_eq!(known.status.as_u16(), 304);
        let beyond = bench.send("GET", path, &[("range", "bytes=99-")], Body::empty()).await;
        assert_eq!(beyond.code(), (416, "RANGE_NOT_SATISFIABLE".into()));
        assert_eq!(beyond.header("content-range"), "bytes */10");
        let head = bench.send("HEAD", path, &[], Body::empty()).await;
        assert_eq!((head.status.as_u16(), head.header("content-length"), head.bytes.len()), (200, "10", 0));
    }
    let report = bench.get(&format!("/api/jobs/{job}/files/report.html")).await;
    assert!(report.header("content-security-policy").contains("script-src 'sha256-"));
}

#[tokio::test]
async fn all_files_of_a_result_come_as_one_archive() {
    let bench = Bench::new();
    let job = bench.submit("song-1", "0123456789");
    let path = format!("/api/jobs/{job}/files.zip");
    assert_eq!(bench.get(&path).await.code(), (409, "JOB_INCOMPLETE".into()));
    assert_eq!(bench.get("/api/jobs/unknown/files.zip").await.code(), (404, "JOB_NOT_FOUND".into()));
    bench.work();
    settle().await;
    let answer = bench.send("GET", &path, &[("accept-encoding", "gzip")], Body::empty()).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"song-1.zip\"");
    assert_eq!(answer.header("content-length"), answer.bytes.len().to_string());
    let archive = rawzip::ZipArchive::from_slice(&answer.bytes).unwrap();
    let names: Vec<_> = archive.entries().map(|entry| entry.unwrap().file_path().as_ref().to_vec()).collect();
    assert_eq!(names, [b"final_mix.wav".to_vec(), b"report.html".to_vec()]);

    bench.submit("song-1", "two");
    bench.work();
    settle().await;
    assert_eq!(bench.get(&path).await.code(), (410, "RESULT_REPLACED".into()));
}

#[tokio::test]
async fn names_never_become_paths() {
    let bench = Bench::new();
    let job = bench.submit("song-1", "x");
    bench.work();
    settle().await;
    std::fs::write(bench.folder.path().join("storage/mix_outputs/song-1/other.txt"), "secret").unwrap();
    for name in
        ["other.txt", "..%2F..%2Fsecret", "%2e%2e", "..%5Cx", ".hidden", "final_mix.wav%00", "FINAL_MIX.WAV", "%ff"]
    {
        for path in [format!("/api/jobs/{job}/files/{name}"), format!("/media/song-1/mix_outputs/{name}")] {
            let answer = bench.get(&path).await;
            assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {}", answer.status);
            assert_eq!(answer.json()["ok"], false);
        }
    }
    assert_eq!(bench.get("/media/..%2F../mix_outputs/x").await.code(), (404, "FILE_NOT_FOUND".into()));
}

#[tokio::test]
async fn both_status_routes_keep_the_contract() {
    let bench = Bench::new();
    let job = bench.submit("song-1", "x");
    bench.work();
    settle().await;
    let mut expected = status_document(&bench.app.store.look_up(job.as_str()));
    expected["data"].as_object_mut().unwrap().remove("result_path").unwrap();
    let routes = |session: &str, job: &str| {
        [format!("/mix/{session}/mix/job/{job}/status"), format!("/api/projects/{session}/mix/status?job_id={job}")]
    };
    for path in routes("song-1", job.as_str()) {
        let answer = bench.get(&path).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected.clone()), "{path}");
        assert_eq!(answer.header("content-type"), "application/json");
    }
    let refused = json!({ "ok": false, "data": {}, "error": "JOB_NOT_FOUND", "message": "Job not found" });
    for (session, id) in [("song-2", job.as_str()), ("song-1", "unknown"), ("song-1", "..")] {
        for path in routes(session, id).iter().filter(|path| !path.contains("/../")) {
            let answer = bench.get(path).await;
            assert_eq!((answer.status.as_u16(), answer.json()), (404, refused.clone()), "{path}");
        }
    }
    bench.app.store.delete_one(&job).unwrap();
    settle().await;
    for path in routes("song-1", job.as_str()) {
        assert_eq!(bench.get(&path).await.code(), (410, "JOB_EXPIRED".into()), "{path}");
    }
    let missing = bench.get("/api/projects/song-1/mix/status").await;
    assert_eq!(missing.code(), (400, "BAD_QUERY".into()));
}

#[tokio::test]
async fn a_damaged_record_is_named_without_its_path() {
    let bench = Bench::new();
    let job = bench.submit("song-1", "x");
    std::fs::write(bench.folder.path().join(format!("media/song-1/jobs/{job}.json")), "torn").unwrap();
    let answer = bench.get(&format!("/mix/song-1/mix/job/{job}/status")).await;
    assert_eq!(answer.code(), (500, "JOB_RECORD_CORRUPT".into()));
    assert!(!answer.json()["message"].as_str().unwrap().contains('/'));
}

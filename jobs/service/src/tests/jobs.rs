//! Lists, views and steps of jobs.

use super::{Bench, settle};
use axum::body::Body;
use mixdown_shell::cleanup::ExclusiveRun;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_job_is_shown_from_queue_to_result_without_a_path() {
    let bench = Bench::new();
    let job = bench.submit("song-1", "abc");
    let path = format!("/api/jobs/{job}");
    let queued = bench.get(&path).await;
    let data = &queued.json()["data"];
    assert_eq!((queued.status.as_u16(), queued.header("etag")), (200, "\"1\""));
    assert_eq!(
        (&data["state"], &data["type"], &data["session_id"]),
        (&json!("queued"), &json!("mix"), &json!("song-1"))
    );
    assert_eq!((&data["files"], &data["attempt"], &data["rev"]), (&json!([]), &json!(0), &json!(1)));
    assert!(data.get("result_url").is_none());

    bench.work();
    settle().await;
    let done = bench.get(&path).await;
    let data = &done.json()["data"];
    assert_eq!((&data["state"], &data["progress"]), (&json!("complete"), &json!(100)));
    assert_eq!(data["result_url"], "/media/song-1/mix_outputs/final_mix.wav");
    assert_eq!(
        data["files"][0],
        json!({ "name": "final_mix.wav", "url": format!("{path}/files/final_mix.wav"), "bytes": 3 })
    );
    assert!(data.get("result_path").is_none());
    let text = String::from_utf8_lossy(&done.bytes).into_owned();
    assert!(!text.contains(bench.folder.path().to_str().unwrap()), "{text}");

    let tag = done.header("etag").to_owned();
    let known = bench.send("GET", &path, &[("if-none-match", &tag)], Body::empty()).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
}

#[tokio::test]
async fn a_result_belongs_to_the_last_mix_alone() {
    let bench = Bench::new();
    let first = bench.submit("song-1", "one");
    bench.work();
    settle().await;
    assert!(bench.get(&format!("/api/jobs/{first}")).await.json()["data"]["result_url"].is_string());
    let second = bench.submit("song-1", "two");
    bench.work();
    settle().await;
    let data = bench.get(&format!("/api/jobs/{first}")).await.json()["data"].clone();
    assert_eq!((&data["state"], data.get("result_url"), &data["files"]), (&json!("complete"), None, &json!([])));
    let gone = bench.get(&format!("/api/jobs/{first}/files/final_mix.wav")).await;
    assert_eq!(gone.code(), (410, "RESULT_REPLACED".into()));
    let data = bench.get(&format!("/api/jobs/{second}")).await.json()["data"].clone();
    assert!(data["result_url"].is_string());
}

#[tokio::test]
async fn the_error_of_a_job_names_files_without_their_folders() {
    let bench = Bench::new();
    let storage = bench.folder.path().join("storage");
    let job = bench.submit("song-1", &format!("fails: {}/mix_outputs/x: full", storage.display()));
    bench.work();
    settle().await;
    for path in [format!("/api/jobs/{job}"), format!("/mix/song-1/mix/job/{job}/status")] {
        let data = bench.get(&path).await.json()["data"].clone();
        assert_eq!((&data["state"], &data["error"]), (&json!("error"), &json!("mix_outputs/x: full")), "{path}");
    }
}

#[tokio::test]
async fn pages_of_a_list_have_each_job_once_newest_first() {
    let bench = Bench::new();
    let mut jobs: Vec<String> = (0..7).map(|n| bench.submit(&format!("s-{}", n % 2), "x").to_string()).collect();
    jobs.reverse();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for size in [3, 3, 1] {
        let page = bench.get(&format!("/api/jobs?limit=3{cursor}")).await.json()["data"].clone();
        let ids: Vec<String> =
            page["jobs"].as_array().unwrap().iter().map(|job| job["job_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), size);
        found.extend(ids);
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or("none"));
    }
    assert_eq!((found, cursor.as_str()), (jobs, "&cursor=none"));
    let count = |answer: Value| answer["data"]["jobs"].as_array().unwrap().len();
    assert_eq!(count(bench.get("/api/jobs?session=s-0").await.json()), 4);
    bench.work();
    settle().await;
    assert_eq!(count(bench.get("/api/jobs?state=complete&limit=200").await.json()), 7);
    assert_eq!(count(bench.get("/api/jobs?state=queued").await.json()), 0);
    let half = bench.get("/api/jobs?state=complete&limit=4").await.json();
    let rest = format!("/api/jobs?state=complete&limit=4&cursor={}", half["data"]["next_cursor"].as_str().unwrap());
    assert_eq!(count(bench.get(&rest).await.json()), 3);
}

#[tokio::test]
async fn wrong_queries_are_refused() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    let wrong =
        ["limit=0", "limit=201", "limit=x", "state=done", "session=a/b", "cursor=!", "sort=up", "limit=1&limit=2"];
    for query in wrong {
        let answer = bench.get(&format!("/api/jobs?{query}")).await;
        assert_eq!(answer.code(), (400, "BAD_QUERY".into()), "{query}");
    }
    for query in ["wait=61", "wait=-1", "waits=1"] {
        let answer = bench.get(&format!("/api/jobs/{job}?{query}")).await;
        assert_eq!(answer.code(), (400, "BAD_QUERY".into()), "{query}");
    }
    assert_eq!(bench.get("/api/jobs/a%2Fb").await.code(), (400, "BAD_ID".into()));
    assert_eq!(bench.get("/api/jobs/unknown").await.code(), (404, "JOB_NOT_FOUND".into()));
}

#[tokio::test]
async fn a_long_poll_ends_with_the_next_change() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    let path = format!("/api/jobs/{job}?wait=30");
    let begin = Instant::now();
    let waiting = bench.get(&path);
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        bench.app.store.cancel(&job).unwrap();
    };
    let (answer, ()) = tokio::join!(waiting, later);
    assert_eq!(answer.json()["data"]["state"], "cancelled");
    assert!((0.3..5.0).contains(&begin.elapsed().as_secs_f64()), "{:?}", begin.elapsed());
    // An ended job does not change any more.
    let begin = Instant::now();
    assert_eq!(bench.get(&path).await.status.as_u16(), 200);
    assert!(begin.elapsed() < Duration::from_secs(2));
    // Without a change the wait ends with the job as it is.
    let other = bench.submit("s", "x");
    assert_eq!(bench.get(&format!("/api/jobs/{other}?wait=1")).await.json()["data"]["state"], "queued");
}

#[tokio::test]
async fn jobs_are_cancelled_retried_and_deleted() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    let step = |name: &str| format!("/api/jobs/{job}/{name}");
    let cancelled = bench.post(&step("cancel"), &json!({})).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.json()["data"]["state"]), (200, &json!("cancelled")));
    assert_eq!(bench.post(&step("cancel"), &json!({})).await.code(), (409, "JOB_ENDED".into()));
    assert_eq!(bench.post(&step("retry"), &json!({})).await.json()["data"]["state"], "queued");
    bench.work();
    assert_eq!(bench.post(&step("retry"), &json!({})).await.code(), (409, "JOB_TRANSITION".into()));
    let deleted = bench.send("DELETE", &format!("/api/jobs/{job}"), &[], Body::empty()).await;
    assert_eq!(deleted.json()["data"], json!({ "job_id": job, "results_deleted": 1, "bytes_freed": 10 }));
    assert_eq!(bench.get(&format!("/api/jobs/{job}")).await.code(), (410, "JOB_DELETED".into()));
    assert_eq!(bench.get("/media/s/mix_outputs/final_mix.wav").await.code(), (410, "JOB_EXPIRED".into()));
    let again = bench.send("DELETE", &format!("/api/jobs/{job}"), &[], Body::empty()).await;
    assert_eq!(again.code(), (410, "JOB_DELETED".into()));
}

#[tokio::test]
async fn a_cleanup_runs_as_a_job_and_only_once_at_a_time() {
    let bench = Bench::new();
    let dry = bench.post("/api/jobs/run", &json!({ "job_type": "cleanup", "dry_run": true })).await;
    assert_eq!((dry.status.as_u16(), &dry.json()["data"]["cleanup"]["status"]), (200, &json!("completed")));
    let begun = bench.post("/api/jobs/run", &json!({ "job_type": "cleanup", "only": ["expired", "history"] })).await;
    assert_eq!(begun.status.as_u16(), 202);
    let path = begun.header("location").to_owned();
    assert_eq!(path, format!("/api/jobs/{}", begun.json()["data"]["job_id"].as_str().unwrap()));
    let ended = bench.get(&format!("{path}?wait=20")).await.json();
    assert_eq!(
        (&ended["data"]["state"], &ended["data"]["cleanup"]["status"]),
        (&json!("complete"), &json!("completed"))
    );

    let exclusive = ExclusiveRun::begin(&bench.app.store).unwrap().unwrap();
    let refused = bench.post("/api/jobs/run", &json!({ "job_type": "cleanup" })).await;
    assert_eq!(refused.code(), (409, "CLEANUP_RUNNING".into()));
    assert_eq!(refused.json()["data"]["job_id"], exclusive.job().unwrap().as_str());
    for wrong in [json!({}), json!({ "job_type": "mix" }), json!({ "job_type": "cleanup", "only": ["all"] })] {
        assert_eq!(bench.post("/api/jobs/run", &wrong).await.code(), (422, "INVALID_BODY".into()), "{wrong}");
    }
}

#[tokio::test]
async fn stats_count_jobs_by_type_and_state() {
    let bench = Bench::new();
    bench.submit("s", "x");
    assert_eq!(bench.get("/api/jobs/stats").await.json()["data"]["jobs"]["mix"]["queued"], 1);
}

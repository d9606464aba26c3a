//! The stream of a job's events.

use super::Bench;
use axum::body::Body;
use axum::response::Response;
use futures_util::StreamExt;
use mixdown_shell::job::Life;
use serde_json::Value;
use std::time::Duration;

/// Reads a stream to its end; returns the ids and data of its events.
async fn events(response: Response) -> Vec<(String, Value)> {
    let mut text = String::new();
    let mut stream = response.into_body().into_data_stream();
    while let Some(chunk) = stream.next().await {
        text.push_str(&String::from_utf8_lossy(&chunk.unwrap()));
    }
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
    };
    let events = text.split("\n\n").filter(|event| event.contains("event: job"));
    events.map(|event| (field(event, "id:"), serde_json::from_str(&field(event, "data:")).unwrap())).collect()
}

#[tokio::test]
async fn a_stream_has_the_state_now_each_change_and_an_end() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    let path = format!("/api/jobs/{job}/events");
    let streams = futures_util::future::join_all((0..200).map(|_| bench.raw("GET", &path, &[], Body::empty()))).await;
    assert_eq!(streams[0].headers()["content-type"], "text/event-stream");
    let all = futures_util::future::join_all(streams.into_iter().map(events));
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let session = "s".parse().unwrap();
        let mut claim = bench.app.store.leases.claim(&session, &job).unwrap().unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        bench.app.store.leases.beat(&mut claim, 30, "Mixing").unwrap();
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        bench.app.store.leases.write(&mut claim, |record, now| {
            record.transition(Life::Cancelled, mixdown_shell::job::Actor::Worker, now).unwrap();
            Ok(())
        })
    };
    let (all, ended) = tokio::join!(all, later);
    ended.unwrap();
    for events in &all {
        let states: Vec<_> =
            events.iter().map(|(_, job)| (job["state"].as_str().unwrap(), job["progress"].as_u64().unwrap())).collect();
        assert_eq!(states, [("queued", 0), ("running", 0), ("running", 30), ("cancelled", 30)]);
    }
    // A client that has had the last event gets no other, and one that has not gets it.
    let last = all[0].last().unwrap().0.clone();
    let none = bench.send("GET", &path, &[("last-event-id", &last)], Body::empty()).await;
    assert_eq!((none.status.as_u16(), none.bytes.len()), (204, 0));
    let again = events(bench.raw("GET", &path, &[("last-event-id", "1-0")], Body::empty()).await).await;
    assert_eq!((again.len(), again[0].0.as_str()), (1, last.as_str()));
    assert_eq!(bench.get("/api/jobs/unknown/events").await.code(), (404, "JOB_NOT_FOUND".into()));
}

#[tokio::test]
async fn a_stream_resumes_behind_its_last_event_and_ends_with_the_service() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    let response =
        bench.raw("GET", &format!("/api/jobs/{job}/events"), &[("last-event-id", "1-0")], Body::empty()).await;
    let stop = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        bench.app.stop();
    };
    let ended = tokio::time::timeout(Duration::from_secs(5), async { tokio::join!(events(response), stop).0 });
    assert_eq!(ended.await.unwrap(), []);
}

#[tokio::test]
async fn a_stream_ends_when_its_job_is_deleted() {
    let bench = Bench::new();
    let job = bench.submit("s", "x");
    let response = bench.raw("GET", &format!("/api/jobs/{job}/events"), &[], Body::empty()).await;
    bench.app.store.delete_one(&job).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), events(response));
    assert_eq!(ended.await.unwrap().len(), 1);
}

//! Duties of every engine of jobs, seen from outside: requests and answers of a running service.
//!
//! Each function takes a fresh service. `jobs/temporal` includes this file for its own engine.

use super::client::{Answer, Request};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// States of a mix, as `docs/jobs.md` names them, in their order.
const STATES: [&str; 9] = [
    "queued",
    "running",
    "loading_stems",
    "aligning_stems",
    "processing_tracks",
    "mixing",
    "mastering",
    "exporting",
    "complete",
];
/// Longest time for the end of short work, on a busy machine.
const SHORT: Duration = Duration::from_secs(150);
/// Frames of a stem that takes much longer to mix or analyse than a test.
pub(crate) const LONG: u32 = 12_000_000;

/// A service with an engine that carries out jobs.
pub(crate) trait Subject {
    /// Returns the address of the service.
    fn address(&self) -> SocketAddr;

    /// Kills the service at once, and starts it again on the same folders.
    fn kill_and_restart(&mut self);
}

/// A mix is followed from its submission to its files; each change is an event, and the last one
/// is the end.
pub(crate) fn a_mix_goes_from_queue_to_result(subject: &dyn Subject) {
    session(subject, "song", 24_000);
    let submitted = send(subject, "POST", "/api/sessions/song/mix", b"");
    let job = submitted.data()["job_id"].as_str().unwrap().to_owned();
    let place = format!("/api/jobs/{job}");
    assert_eq!((submitted.status, submitted.header("location")), (202, Some(&*place)));

    let events = events(subject, &job);
    let rank = |event: &Value| STATES.iter().position(|state| event["state"] == *state).expect("a state of a mix");
    assert!(events.is_sorted_by_key(rank), "{events:?}");
    assert!(events.is_sorted_by_key(|event| event["progress"].as_u64().unwrap()), "{events:?}");
    let last = events.last().expect("the state now, at least");
    assert_eq!((&last["state"], &last["progress"]), (&json!("complete"), &json!(100)));
    assert!(events[..events.len() - 1].iter().all(|event| event["progress"].as_u64().unwrap() < 100), "{events:?}");

    let data = get(subject, &place).data();
    assert_eq!((&data["type"], &data["error"], &data["attempt"]), (&json!("mix"), &Value::Null, &json!(1)), "{data}");
    let names: Vec<_> = data["files"].as_array().unwrap().iter().filter_map(|file| file["name"].as_str()).collect();
    assert!(names.contains(&"final_mix.wav") && names.contains(&"report.json"), "{names:?}");
    let master = get(subject, &format!("{place}/files/final_mix.wav"));
    assert_eq!((master.status, &master.body[..4]), (200, &b"RIFF"[..]));
    assert_eq!(get(subject, "/media/song/mix_outputs/final_mix.wav").body, master.body);

    let status = get(subject, &format!("/mix/song/mix/job/{job}/status")).json();
    assert_eq!((&status["ok"], &status["data"]["state"]), (&json!(true), &json!("complete")), "{status}");
    assert_eq!(status["data"]["result_url"], "/media/song/mix_outputs/final_mix.wav");

    let listed = |query: &str| {
        let jobs = get(subject, &format!("/api/jobs?{query}")).data()["jobs"].take();
        jobs.as_array().unwrap().iter().map(|job| job["job_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("state=complete&session=song"), [job.as_str()]);
    assert!(listed("state=error").is_empty() && listed("session=other").is_empty());

    let deleted = send(subject, "DELETE", &place, b"");
    assert_eq!((deleted.status, &deleted.data()["results_deleted"]), (200, &json!(1)));
    assert_eq!(get(subject, &place).refusal(), (410, "JOB_DELETED".into()));
    assert!(listed("session=song").is_empty());
}

/// A key stands for one job, and for one request.
pub(crate) fn a_key_is_one_job(subject: &dyn Subject) {
    session(subject, "keys", 24_000);
    let submit = || {
        let request = Request::new(subject.address(), "POST", "/api/sessions/keys/mix");
        request.header("idempotency-key", "order-1").send(b"")
    };
    let (first, second) = (submit(), submit());
    assert_eq!((first.status, second.status), (202, 202));
    assert_eq!(first.data()["job_id"], second.data()["job_id"]);
    assert_eq!((&first.data()["new"], &second.data()["new"]), (&json!(true), &json!(false)));
    let patch = Request::new(subject.address(), "PATCH", "/api/sessions/keys/session");
    let patch = patch.header("content-type", "application/merge-patch+json");
    assert_eq!(patch.send(br#"{"master": {"target": "ebu-r128"}}"#).status, 200);
    assert_eq!(submit().refusal(), (409, "IDEMPOTENCY_KEY_TAKEN".into()));
    assert_eq!(ended(subject, first.data()["job_id"].as_str().unwrap())["state"], "complete");
    assert_eq!(get(subject, "/api/jobs?session=keys").data()["jobs"].as_array().unwrap().len(), 1);
}

/// A running mix stops on request, and not before its work has stopped; it can then have another
/// attempt.
pub(crate) fn a_running_mix_can_be_cancelled_and_retried(subject: &dyn Subject) {
    session(subject, "long", LONG);
    let patch = Request::new(subject.address(), "PATCH", "/api/sessions/long/session");
    let patch = patch.header("content-type", "application/merge-patch+json");
    // Optimized programs would otherwise be done too soon.
    assert_eq!(patch.send(br#"{"sample_rate_hz": 192000}"#).status, 200);
    let job = submit(subject, "long");
    let step = |step: &str| send(subject, "POST", &format!("/api/jobs/{job}/{step}"), b"");
    for attempt in 1..=2 {
        let at_work = seen(subject, &job, |data| data["progress"].as_u64() > Some(3));
        assert_eq!((&at_work["attempt"], &at_work["cancel_requested"]), (&json!(attempt), &json!(false)), "{at_work}");
        assert_eq!(send(subject, "DELETE", &format!("/api/jobs/{job}"), b"").refusal(), (409, "JOB_RUNNING".into()));
        assert_eq!(step("retry").status, 409);
        assert_eq!(step("cancel").status, 200);
        let begun = Instant::now();
        assert_eq!(ended(subject, &job)["state"], "cancelled");
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!(step("cancel").refusal(), (409, "JOB_ENDED".into()));
        if attempt == 1 {
            assert_eq!(step("retry").data()["state"], "queued");
        }
    }
    assert_eq!(send(subject, "DELETE", &format!("/api/jobs/{job}"), b"").status, 200);
}

/// Ids of no job are refused by each route of a job.
pub(crate) fn an_unknown_job_is_refused(subject: &dyn Subject) {
    let job = "/api/jobs/01890a5d-ac96-774b-bcce-b302099a8057";
    let unknown = (404, "JOB_NOT_FOUND".to_owned());
    for (method, part) in [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "")] {
        assert_eq!(send(subject, method, &format!("{job}{part}"), b"").refusal(), unknown, "{method} {part}");
    }
}

/// A cleanup is a job that ends, and numbers of jobs are there.
pub(crate) fn a_cleanup_runs_as_a_job(subject: &dyn Subject) {
    let request = Request::new(subject.address(), "POST", "/api/jobs/run").header("content-type", "application/json");
    let begun = request.send(br#"{"job_type": "cleanup"}"#);
    assert_eq!(begun.status, 202, "{begun:?}");
    let job = ended(subject, begun.data()["job_id"].as_str().unwrap());
    assert_eq!((&job["type"], &job["state"]), (&json!("cleanup"), &json!("complete")), "{job}");
    assert_eq!(job["cleanup"]["status"], "completed");
    assert!(get(subject, "/api/jobs/stats").data()["jobs"].is_object());
}

/// A service that is killed loses neither jobs that wait or run, nor results, nor keys.
pub(crate) fn a_kill_of_the_service_loses_nothing(subject: &mut dyn Subject) {
    session(subject, "done", 24_000);
    let done = submit(subject, "done");
    assert_eq!(ended(subject, &done)["state"], "complete");
    let master = get(subject, &format!("/api/jobs/{done}/files/final_mix.wav")).body;
    session(subject, "next", 480_000);
    let next = submit(subject, "next");
    subject.kill_and_restart();
    assert_eq!(ended(subject, &next)["state"], "complete");
    assert_eq!(get(subject, &format!("/api/jobs/{done}/files/final_mix.wav")).body, master);
    assert_eq!(get(subject, "/api/jobs?state=complete").data()["jobs"].as_array().unwrap().len(), 2);
}

/// Creates a session with one stem of a sawtooth at 48 kHz.
fn session(subject: &dyn Subject, id: &str, frames: u32) {
    let request = Request::new(subject.address(), "POST", "/api/sessions").header("content-type", "application/json");
    assert_eq!(request.send(json!({ "session_id": id }).to_string().as_bytes()).status, 201);
    let uploaded = send(subject, "PUT", &format!("/api/sessions/{id}/stems/a.wav"), &super::wav(frames, 5));
    assert_eq!(uploaded.status, 201, "{uploaded:?}");
}

/// Submits a mix; returns its id.
fn submit(subject: &dyn Subject, session: &str) -> String {
    let submitted = send(subject, "POST", &format!("/api/sessions/{session}/mix"), b"");
    assert_eq!(submitted.status, 202, "{submitted:?}");
    submitted.data()["job_id"].as_str().unwrap().to_owned()
}

/// Waits for a sight of a job; returns it.
pub(crate) fn seen(subject: &dyn Subject, job: &str, is_seen: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let data = get(subject, &format!("/api/jobs/{job}")).data();
        if is_seen(&data) {
            return data;
        }
        assert!(begun.elapsed() < SHORT, "{data}");
        sleep(Duration::from_millis(50));
    }
}

/// Waits for the end of a job; returns it.
pub(crate) fn ended(subject: &dyn Subject, job: &str) -> Value {
    seen(subject, job, |data| !data["finished_at"].is_null())
}

/// Returns all events of a job, once the service has ended them.
pub(crate) fn events(subject: &dyn Subject, job: &str) -> Vec<Value> {
    let stream = get(subject, &format!("/api/jobs/{job}/events"));
    let text = String::from_utf8(stream.body).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

pub(crate) fn get(subject: &dyn Subject, target: &str) -> Answer {
    send(subject, "GET", target, b"")
}

pub(crate) fn send(subject: &dyn Subject, method: &str, target: &str, body: &[u8]) -> Answer {
    Request::new(subject.address(), method, target).send(body)
}

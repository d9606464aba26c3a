//! Callbacks of jobs, from submission to delivery.

use super::Bench;
use crate::callbacks::{CALLBACK, Delivery, start};
use mixdown_shell::job::NewJob;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

/// Answers requests with these statuses; returns their bodies.
fn receiver(statuses: &'static [u16]) -> (String, std::thread::JoinHandle<Vec<Value>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/done", listener.local_addr().unwrap().port());
    let answers = move |status: &u16| {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut text, mut chunk) = (String::new(), [0; 4096]);
        loop {
            let count = stream.read(&mut chunk).unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk[..count]));
            let body = text.split_once("\r\n\r\n").map(|(_, body)| body);
            if let Some(body) = body.and_then(|body| serde_json::from_str(body).ok()) {
                write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
                return body;
            }
        }
    };
    (url, std::thread::spawn(move || statuses.iter().map(answers).collect()))
}

#[tokio::test]
async fn a_callback_of_an_earlier_process_is_sent_and_recorded() {
    let bench = Bench::with(|settings| {
        settings.allow_callbacks = true;
        settings.callback_hosts = vec!["127.0.0.1".into()];
    });
    let (url, received) = receiver(&[500, 200]);
    let mut job = NewJob::mix("s".parse().unwrap(), json!({ "sound": "x" }));
    job.extra.insert(CALLBACK.into(), Delivery::new(url.clone()).to_json());
    let job = bench.app.store.submit(job, &[]).unwrap().record.job_id;
    bench.work();
    let ended = bench.app.store.records.read(&job).unwrap();
    // The sender starts afterwards, and finds the job by itself.
    start(&bench.app);
    let mut callback = Value::Null;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        callback = bench.get(&format!("/api/jobs/{job}")).await.json()["data"]["callback"].clone();
        if callback["delivered_at"].is_string() {
            break;
        }
    }
    assert_eq!(
        (&callback["url"], &callback["attempts"], &callback["last_error"]),
        (&json!(url), &json!(2), &Value::Null)
    );
    let bodies = received.join().unwrap();
    assert_eq!((&bodies[1]["job_id"], &bodies[1]["state"]), (&json!(job), &json!("complete")));
    assert_eq!(bodies[1]["callback"]["attempts"], 1);
    assert!(bodies[1]["result_url"].is_string() && bodies[1].get("result_path").is_none());
    // Retention counts from the last change: the record's time stays.
    let noted = bench.app.store.records.read(&job).unwrap();
    assert_eq!((noted.updated_at, noted.life), (ended.updated_at, ended.life));
    bench.app.stop();
}

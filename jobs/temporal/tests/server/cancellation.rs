//! Cancellations are believed only when the process has ended.

use crate::harness::{Bench, now, time};
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn a_cancelled_order_is_cancelled_when_its_process_has_ended() {
    let bench = Bench::new();
    let _worker = bench.worker(1);
    bench.submit(&bench.order("c", 120.0, &json!({ "stop_seconds": 1.5 })), &[]);
    bench.await_event("c", "start", 1);
    sleep(Duration::from_millis(2_500));
    let running = bench.run(&["status", "c"]).0;
    assert_eq!((&running["state"], &running["stage"]), (&json!("running"), &json!("mixing")), "{running}");
    assert!(running["progress"].as_f64().unwrap() > 0.0, "{running}");
    let request = now();
    bench.run(&["cancel", "c"]);
    let reached = time(&bench.await_event("c", "signal", 1)) - request;
    // The process needs 1.5 s for its end, and counts as running until then.
    let stopping = bench.run(&["status", "c"]).0;
    assert_eq!((&stopping["state"], &stopping["cancel_requested"]), (&json!("running"), &json!(true)), "{stopping}");
    assert_eq!(bench.run(&["status", "c", "--wait"]).0["state"], "cancelled");
    let ends = bench.events("c", "end");
    println!("FIGURE cancel reaches the process: {reached:.2} s; known as cancelled after {:.2} s", now() - request);
    assert!(now() > time(&ends[0]) && reached <= 3.0, "{reached}");
    assert!(bench.events("c", "published").is_empty() && bench.events("c", "start").len() == 1);
    // Cancelled is not for ever.
    let again = bench.submit(&bench.order("c", 0.1, &json!({})), &["--wait"]);
    assert_eq!(again["state"], "complete", "{again}");
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn an_order_without_a_worker_is_queued_and_can_be_cancelled() {
    let bench = Bench::new();
    bench.submit(&bench.order("q", 0.1, &json!({})), &[]);
    assert_eq!(bench.run(&["status", "q"]).0["state"], "queued");
    bench.run(&["cancel", "q"]);
    let _worker = bench.worker(1);
    assert_eq!(bench.run(&["status", "q", "--wait"]).0["state"], "cancelled");
    assert!(bench.events("q", "start").is_empty());
}

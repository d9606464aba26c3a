//! Ends of orders: done, failed for good, and tried again.

use crate::harness::{Bench, time};
use serde_json::json;

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn an_order_is_done_once_however_often_it_is_submitted() {
    let bench = Bench::new();
    let _worker = bench.worker(1);
    let order = bench.order("a", 1.0, &json!({}));
    bench.submit(&order, &[]);
    let status = bench.submit(&order, &["--wait"]);
    assert_eq!((&status["id"], &status["state"]), (&json!("order/a"), &json!("complete")), "{status}");
    assert_eq!(status["result"]["order_id"], "a");
    assert_eq!((bench.events("a", "start").len(), bench.events("a", "published").len()), (1, 1));
    assert_eq!(bench.run(&["status", "a"]).0, status);
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn an_order_that_fails_for_good_is_not_tried_again() {
    let bench = Bench::new();
    let _worker = bench.worker(1);
    let status = bench.submit(&bench.order("bad", 0.2, &json!({ "exits": [1] })), &["--wait"]);
    assert_eq!(status["state"], "error", "{status}");
    assert_eq!(status["error"], json!({ "code": "input_missing", "message": "as planned" }));
    assert_eq!(bench.events("bad", "start").len(), 1);
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn an_order_that_is_returned_is_tried_again_with_a_pause() {
    let bench = Bench::new();
    let _worker = bench.worker(1);
    let status = bench.submit(&bench.order("full", 0.2, &json!({ "exits": [75, 0] })), &["--wait"]);
    assert_eq!(status["state"], "complete", "{status}");
    let starts = bench.events("full", "start");
    assert_eq!(starts.len(), 2);
    let pause = time(&starts[1]) - time(&bench.events("full", "end")[0]);
    println!("FIGURE pause before the second attempt: {pause:.1} s");
    assert!(pause >= 5.0, "{pause}");
    // Attempts are spent at last.
    let status = bench.submit(&bench.order("never", 0.1, &json!({ "exits": [75] })), &["--attempts", "2", "--wait"]);
    assert_eq!((&status["state"], &status["error"]["code"]), (&json!("error"), &json!("disk_full")), "{status}");
    assert_eq!(bench.events("never", "start").len(), 2);
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn an_order_that_takes_too_long_is_stopped_and_fails() {
    let bench = Bench::new();
    let _worker = bench.worker(1);
    let status = bench.submit(&bench.order("slow", 60.0, &json!({})), &["--time-limit", "2s", "--wait"]);
    assert_eq!((&status["state"], &status["error"]["code"]), (&json!("error"), &json!("time_limit")), "{status}");
    assert_eq!((bench.events("slow", "start").len(), bench.events("slow", "signal").len()), (1, 1));
}

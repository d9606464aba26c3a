//! Deaths and restarts of workers and of the server.

use crate::harness::{Bench, Running, now, time};
use serde_json::json;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Returns the worker that runs the first attempt of an order, and the other one.
fn of_attempt(bench: &Bench, order: &str, workers: [Running; 2]) -> (Running, Running) {
    let id = bench.await_event(order, "start", 1)["worker"].as_u64().unwrap();
    let [one, two] = workers;
    if u64::from(one.0.id()) == id { (one, two) } else { (two, one) }
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn another_worker_takes_over_from_one_that_was_killed() {
    let bench = Bench::new();
    let workers = [bench.worker(1), bench.worker(1)];
    bench.submit(&bench.order("k", 4.0, &json!({})), &[]);
    let (busy, _other) = of_attempt(&bench, "k", workers);
    sleep(Duration::from_millis(1_700));
    let kill = now();
    busy.signal("KILL");
    let taken = time(&bench.await_event("k", "start", 2)) - kill;
    // The process of the dead worker stopped as well, long before.
    let orphan = time(&bench.await_event("k", "end", 1)) - kill;
    println!("FIGURE takeover after a kill: {taken:.2} s; its process ended after {orphan:.2} s");
    assert_eq!(bench.run(&["status", "k", "--wait"]).0["state"], "complete");
    assert!(taken <= 5.0 && orphan <= 1.0, "{taken} {orphan}");
    assert_eq!((bench.events("k", "start").len(), bench.events("k", "published").len()), (2, 1));
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn a_worker_that_stops_gives_its_order_back_without_spending_an_attempt() {
    let bench = Bench::new();
    let workers = [bench.worker(1), bench.worker(1)];
    bench.submit(&bench.order("s", 3.0, &json!({})), &["--attempts", "1"]);
    let (mut busy, _other) = of_attempt(&bench, "s", workers);
    sleep(Duration::from_secs(1));
    let stop = now();
    busy.signal("TERM");
    let taken = time(&bench.await_event("s", "start", 2)) - stop;
    let begin = Instant::now();
    while busy.0.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(30), "the worker does not end");
        sleep(Duration::from_millis(20));
    }
    println!("FIGURE takeover after SIGTERM: {taken:.2} s; the worker ended after {:.2} s", now() - stop);
    assert_eq!(bench.run(&["status", "s", "--wait"]).0["state"], "complete");
    assert_eq!((bench.events("s", "start").len(), bench.events("s", "published").len()), (2, 1));
    assert!(taken <= 5.0, "{taken}");
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn orders_survive_a_server_that_was_killed() {
    let mut bench = Bench::new();
    let _worker = bench.worker(1);
    bench.submit(&bench.order("r", 6.0, &json!({})), &[]);
    bench.submit(&bench.order("waits", 0.2, &json!({})), &[]);
    bench.await_event("r", "start", 1);
    sleep(Duration::from_millis(1_500));
    bench.kill_server();
    sleep(Duration::from_secs(2));
    bench.start_server();
    let back = now();
    for order in ["r", "waits"] {
        assert_eq!(bench.run(&["status", order, "--wait"]).0["state"], "complete", "{order}");
        assert_eq!(bench.events(order, "published").len(), 1, "{order}");
    }
    let attempts = bench.events("r", "start").len();
    println!("FIGURE both orders done {:.1} s after the server was back; attempts: {attempts}", now() - back);
}

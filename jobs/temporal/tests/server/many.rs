//! Batches, chains, and the cleanup.

use crate::harness::{Bench, time};
use serde_json::json;
use std::fs;
use std::path::Path;

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn a_batch_reports_the_order_that_failed_and_does_the_others() {
    let bench = Bench::new();
    let _worker = bench.worker(4);
    for (id, exit) in [("b1", 0), ("b2", 1), ("b3", 0), ("b4", 0)] {
        bench.write(&format!("night/{id}.json"), &bench.order(id, 1.0, &json!({ "exits": [exit] })));
    }
    let (folder, out) = (bench.path("night"), bench.path("mixes"));
    let (status, _) = bench.run(&["batch", &folder, "--out", &out, "--parallel", "2", "--wait"]);
    assert_eq!((&status["id"], &status["state"]), (&json!("batch/night"), &json!("complete")), "{status}");
    let report = &status["result"];
    let counts = ["total", "complete", "error", "cancelled"].map(|key| report[key].as_u64().unwrap());
    assert_eq!(counts, [4, 3, 1, 0], "{report}");
    let failed = report["orders"].as_array().unwrap().iter().find(|order| order["state"] == "error").unwrap();
    assert_eq!((&failed["order_id"], &failed["error"]["code"]), (&json!("b2"), &json!("input_missing")));
    // At no start are there more than two without an end.
    let ids = ["b1", "b2", "b3", "b4"];
    let spans = ids.map(|id| (time(&bench.events(id, "start")[0]), time(&bench.events(id, "end")[0])));
    let at_once = spans.map(|(start, _)| spans.iter().filter(|span| span.0 <= start && start < span.1).count());
    assert_eq!(at_once.iter().max(), Some(&2), "{spans:?}");
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn a_cancelled_batch_stops_its_orders_and_starts_no_more() {
    let bench = Bench::new();
    let _worker = bench.worker(2);
    for id in ["x1", "x2", "x3"] {
        bench.write(&format!("day/{id}.json"), &bench.order(id, 60.0, &json!({})));
    }
    let (folder, out) = (bench.path("day"), bench.path("mixes"));
    bench.run(&["batch", &folder, "--out", &out, "--parallel", "2"]);
    for id in ["x1", "x2"] {
        bench.await_event(id, "start", 1);
    }
    let status = bench.run(&["cancel", "batch/day", "--wait"]).0;
    assert_eq!((&status["state"], &status["result"]["cancelled"]), (&json!("cancelled"), &json!(3)), "{status}");
    assert_eq!((bench.events("x1", "end").len(), bench.events("x2", "end").len()), (1, 1));
    assert!(bench.events("x3", "start").is_empty());
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn a_chain_does_its_steps_in_order_and_hands_files_on() {
    let bench = Bench::new();
    let _worker = bench.worker(2);
    let first = bench.order("one", 0.3, &json!({}));
    let second = bench.order("two", 0.3, &json!({ "of": "result://one/final_mix.wav" }));
    let third = bench.order("three", 0.3, &json!({ "exits": [1] }));
    let fourth = bench.order("four", 0.3, &json!({}));
    let chain = json!({ "schema": "mixdown.chain/1", "chain_id": "song", "orders": [first, second, third, fourth] });
    let file = bench.write("chain.json", &chain);
    let (status, _) = bench.run(&["chain", &file, "--wait"]);
    assert_eq!((&status["state"], &status["error"]["code"]), (&json!("error"), &json!("input_missing")), "{status}");
    assert_eq!(status["error"]["message"], "three: as planned");
    let start = &bench.events("two", "start")[0];
    let handed = start["order_document"]["session"]["of"].as_str().unwrap();
    assert_eq!(fs::read_to_string(handed).unwrap(), "one");
    assert!(time(start) >= time(&bench.events("one", "end")[0]));
    assert!(bench.events("four", "start").is_empty());
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn the_scheduled_cleanup_removes_what_no_result_names() {
    let bench = Bench::new();
    let _worker = bench.worker(1);
    bench.submit(&bench.order("done", 0.1, &json!({})), &["--wait"]);
    let lost = bench.path("out/done/11111111-1111-1111-1111-111111111111");
    fs::create_dir_all(&lost).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let (scheduled, errors) =
        bench.run(&["schedule-cleanup", &bench.path("out"), "--every", "1h", "--older-than", "1s", "--now"]);
    assert_eq!(scheduled["schedule"], "mixdown-cleanup", "{errors}");
    let begin = std::time::Instant::now();
    while Path::new(&lost).exists() {
        assert!(begin.elapsed().as_secs() < 30, "nothing was removed");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(Path::new(&bench.path("out/done/result.json")).exists());
    assert_eq!(bench.run(&["schedule-cleanup", "any", "--remove"]).0["removed"], true);
}

#[test]
#[ignore = "needs a Temporal server: .ci/temporal"]
fn orders_of_one_lane_follow_each_other() {
    const ORDERS: usize = 20;
    let bench = Bench::new();
    let _worker = bench.worker(1);
    for index in 0..ORDERS {
        bench.write(&format!("load/{index:02}.json"), &bench.order(&format!("o{index:02}"), 0.5, &json!({})));
    }
    let (folder, out) = (bench.path("load"), bench.path("mixes"));
    let (status, _) = bench.run(&["batch", &folder, "--out", &out, "--parallel", "1", "--wait"]);
    assert_eq!(status["result"]["complete"], ORDERS, "{status}");
    let spans: Vec<(f64, f64)> = (0..ORDERS)
        .map(|index| format!("o{index:02}"))
        .map(|id| (time(&bench.events(&id, "start")[0]), time(&bench.events(&id, "end")[0])))
        .collect();
    let mut gaps: Vec<f64> = spans.windows(2).map(|pair| (pair[1].0 - pair[0].1) * 1_000.0).collect();
    gaps.sort_by(f64::total_cmp);
    let (median, worst) = (gaps[gaps.len() / 2], gaps[gaps.len() - 1]);
    println!(
        "FIGURE between two orders, start of the process included: {median:.0} ms in the median, {worst:.0} ms at most"
    );
    // The figure depends on the machine; that each order starts once does not.
    let starts = (0..ORDERS).map(|index| bench.events(&format!("o{index:02}"), "start").len());
    assert_eq!(starts.sum::<usize>(), ORDERS);
}

//! Faults of the network and of the server: nothing is half published.

use crate::Bench;
use crate::proxy::{Fault, proxy};
use mixdown_orders::OrderError;
use serde_json::json;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn an_order_is_done_in_a_bucket_and_once() {
    let bench = Bench::new("plain");
    let result = bench.perform().unwrap();
    bench.check(&result);
    assert_eq!(bench.perform().unwrap(), result);
    bench.check(&result);
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn faults_that_pass_are_waited_for() {
    let bench = Bench::new("passing");
    proxy().fail("GET", "/passing/in/", Fault::Status(500), 1);
    proxy().fail("GET", "/passing/in/", Fault::HalfAnswer, 1);
    proxy().fail("GET", "/passing/in/", Fault::Slow(Duration::from_millis(300)), 1);
    proxy().fail("PUT", "/passing/out/", Fault::Status(503), 2);
    proxy().fail("PUT", "/passing/out/", Fault::Status(500), 1);
    let result = bench.perform().unwrap();
    bench.check(&result);
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn a_refused_stem_ends_the_order_for_good() {
    let bench = Bench::new("refused");
    proxy().fail("GET", "/refused/in/", Fault::Status(403), 1);
    let error = bench.perform().unwrap_err();
    assert!(matches!(error, OrderError::Refused { .. }) && !error.is_temporary(), "{error}");
    assert!(error.to_string().contains("s3://refused/in/a b.wav"), "{error}");
    assert!(bench.outputs().is_empty(), "{:?}", bench.outputs());
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn a_result_that_cannot_be_delivered_is_not_published() {
    let bench = Bench::new("undelivered");
    // The stem's copy is delivered, and the large file after it is refused.
    proxy().fail("POST", "/undelivered/out/", Fault::Status(403), 1);
    let error = bench.perform().unwrap_err();
    assert!(!error.is_temporary(), "{error}");
    assert!(bench.outputs().is_empty(), "{:?}", bench.outputs());
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn a_lost_answer_to_the_publication_loses_no_file() {
    let bench = Bench::new("lost");
    proxy().fail("PUT", "/lost/out/result.json", Fault::LostAnswer, 1);
    if let Err(error) = bench.perform() {
        assert!(error.is_temporary(), "{error}");
    }
    // Whatever the first process saw, the next one answers with the result that stands.
    let result = bench.perform().unwrap();
    bench.check(&result);
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn a_condition_that_fails_without_a_result_is_tried_again() {
    let bench = Bench::new("condition");
    proxy().fail("PUT", "/condition/out/result.json", Fault::Status(412), 1);
    let error = bench.perform().unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert!(!bench.outputs().contains(&"out/result.json".to_owned()));
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn a_server_that_is_away_gives_the_order_back() {
    let bench = Bench::new("away");
    proxy().fail("GET", "/away/in/", Fault::Cut, 1_000);
    let error = bench.perform().unwrap_err();
    assert!(matches!(error, OrderError::Network { .. }) && error.is_temporary(), "{error}");
    assert!(bench.outputs().is_empty(), "{:?}", bench.outputs());
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn a_stop_during_a_slow_transfer_does_not_wait_for_it() {
    let bench = Bench::new("slow");
    proxy().fail("GET", "/slow/in/", Fault::Slow(Duration::from_secs(20)), 1);
    let begin = Instant::now();
    let done = bench.perform_watched(&bench.order(), |event| {
        let stops = event.stage == "fetching" && begin.elapsed() > Duration::from_secs(1);
        if stops { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(done, Err(OrderError::Stopped)), "{done:?}");
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    assert!(bench.outputs().is_empty(), "{:?}", bench.outputs());
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn racing_processes_publish_one_result() {
    let bench = Bench::new("race");
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| bench.perform().unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
    bench.check(&results[0]);
}

#[test]
#[ignore = "needs a server: run .ci/object_stores"]
fn signed_urls_are_read_and_never_shown() {
    let bench = Bench::new("signed");
    let endpoint = std::env::var("AWS_ENDPOINT_URL").unwrap();
    let mut order = bench.order();
    order["stems"] = json!([format!("{endpoint}/signed/in/a%20b.wav?X-Amz-Signature=secret")]);
    bench.check(&bench.perform_watched(&order, |_| ControlFlow::Continue(())).unwrap());
    (order["order_id"], order["out"]) = ("other".into(), "s3://signed/other".into());
    order["stems"] = json!([format!("{endpoint}/signed/in/none.wav?X-Amz-Signature=secret")]);
    let error = bench.perform_watched(&order, |event| {
        assert!(!event.message.contains("secret"), "{event:?}");
        ControlFlow::Continue(())
    });
    let error = error.unwrap_err();
    assert!(matches!(error, OrderError::Missing { .. }) && !error.to_string().contains("secret"), "{error}");
}

//! Publication: one attempt counts, whole, whatever fails.

use super::{Bench, COPY, names, order};
use crate::{Kind, OrderError, OrderResult, RESULT_FILE, Task};
use serde_json::json;
use std::ops::ControlFlow;
use std::sync::Barrier;

#[test]
fn racing_attempts_publish_one_result_and_its_files_alone() {
    let bench = Bench::new();
    let order = order(&json!(["a.wav"]), "out");
    let barrier = Barrier::new(8);
    let results: Vec<OrderResult> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut waited = false;
                    let done = bench.perform_watched(&order, &[COPY], |event| {
                        if event.stage == "publishing" && !std::mem::replace(&mut waited, true) {
                            barrier.wait();
                        }
                        ControlFlow::Continue(())
                    });
                    done.unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(results.iter().all(|result| *result == results[0]), "all attempts answer with the same result");
    assert_eq!(names(&bench.path("out")), [results[0].attempt.clone(), RESULT_FILE.into()]);
    assert_eq!(std::fs::read(bench.path("out").join(&results[0].attempt).join("0.out")).unwrap(), b"local");
}

#[test]
fn an_attempt_that_loses_answers_with_the_winner_and_removes_its_own_files() {
    let bench = Bench::new();
    let order = order(&json!(["a.wav"]), "s3://b/out");
    let rival =
        json!({ "schema": "mixdown.result/1", "order_id": "o-1", "kind": "copy", "attempt": "rival", "files": [] });
    *bench.store.rival.lock().unwrap() = Some(rival.to_string().into_bytes());
    assert_eq!(bench.perform(&order).unwrap().attempt, "rival");
    assert_eq!(bench.store.urls(), ["s3://b/a.wav", "s3://b/out/result.json"]);
}

#[test]
fn a_lost_answer_is_not_a_lost_race() {
    let bench = Bench::new();
    *bench.store.loses_answer.lock().unwrap() = true;
    let result = bench.perform(&order(&json!(["a.wav"]), "s3://b/out/")).unwrap();
    let object = format!("s3://b/out/{}/0.out", result.attempt);
    assert_eq!(result.files[0].url, object);
    assert_eq!(bench.store.get(&object).unwrap(), b"local");
}

#[test]
fn the_result_of_another_order_is_never_replaced() {
    let bench = Bench::new();
    let order = order(&json!(["a.wav"]), "out");
    let first = bench.perform(&order).unwrap();
    let mut other = order.clone();
    other["order_id"] = "o-2".into();
    let error = bench.perform(&other).unwrap_err();
    assert!(matches!(&error, OrderError::OtherOrder { found, .. } if found == "o-1"), "{error}");
    assert_eq!(names(&bench.path("out")), [first.attempt, RESULT_FILE.into()]);
}

#[test]
fn a_failed_transfer_leaves_no_object() {
    let bench = Bench::new();
    *bench.store.failing_send.lock().unwrap() = Some(1);
    let error = bench.perform(&order(&json!(["a.wav", "s3://b/a.wav"]), "s3://b/out")).unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert_eq!(bench.store.urls(), ["s3://b/a.wav"]);
    assert_eq!(names(&bench.path("cache/scratch")), [""; 0]);
}

#[test]
fn a_stop_at_any_moment_publishes_nothing() {
    let bench = Bench::new();
    let order = order(&json!(["a.wav", "s3://b/a.wav"]), "out");
    let mut moments = 0;
    loop {
        let mut seen = 0;
        let done = bench.perform_watched(&order, &[COPY], |_| {
            seen += 1;
            if seen > moments { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match done {
            Ok(_) => break,
            Err(error) => assert!(matches!(error, OrderError::Stopped), "{error}"),
        }
        assert!(!bench.path("out").exists(), "after {moments} moments");
        assert_eq!(names(&bench.path("cache/scratch")), [""; 0]);
        moments += 1;
    }
    assert!(moments > 5, "{moments}");
}

#[test]
fn work_that_fails_publishes_nothing() {
    fn fail(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
        std::fs::write(task.folder().join("half"), b"x").unwrap();
        Err(OrderError::Work("no".into()))
    }
    let bench = Bench::new();
    let failing = Kind { name: "copy", run: fail };
    std::fs::create_dir(bench.path("out")).unwrap();
    let done = bench.perform_watched(&order(&json!([]), "out"), &[failing], |_| ControlFlow::Continue(()));
    assert!(matches!(done, Err(OrderError::Work(_))));
    assert_eq!(names(&bench.path("out")), [""; 0]);
}

//! Results that replace earlier ones.

use super::Bench;
use crate::{OrderError, OrderResult, Replacement};
use std::ops::ControlFlow;

const OUT: &str = "s3://b/out/";
const RESULT: &str = "s3://b/out/result.json";

fn keep_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn begin(bench: &Bench, force: bool) -> Result<Replacement<'_>, OrderError> {
    Replacement::begin(OUT, &bench.store, force, &mut keep_on)
}

/// Publishes `a.wav` of the bench's folder, and leaves it beside.
fn publish(bench: &Bench, replacement: &Replacement<'_>) -> Result<OrderResult, OrderError> {
    let names = ["a.wav".to_owned()];
    replacement.publish("render", (bench.folder.path(), &names), Some("a.wav"), &mut keep_on)
}

fn stored(bench: &Bench) -> OrderResult {
    serde_json::from_slice(&bench.store.get(RESULT).unwrap()).unwrap()
}

#[test]
fn a_later_result_replaces_an_earlier_one() {
    let bench = Bench::new();
    let first = publish(&bench, &begin(&bench, false).unwrap()).unwrap();
    assert_eq!(stored(&bench), first);
    assert_eq!(first.files[0].url, format!("s3://b/out/{}/a.wav", first.attempt));
    std::fs::write(bench.path("a.wav"), b"second").unwrap();
    let second = publish(&bench, &begin(&bench, false).unwrap()).unwrap();
    assert_eq!(stored(&bench), second);
    assert_ne!(first.attempt, second.attempt);
    assert_eq!(bench.store.get(&second.files[0].url).unwrap(), b"second");
    assert_eq!(bench.store.get("s3://b/out/a.wav").unwrap(), b"second");
    // Others may be reading the first one.
    assert_eq!(bench.store.get(&first.files[0].url).unwrap(), b"local");
}

#[test]
fn a_result_that_was_published_meanwhile_is_not_replaced() {
    for earlier in [false, true] {
        let bench = Bench::new();
        if earlier {
            publish(&bench, &begin(&bench, false).unwrap()).unwrap();
        }
        std::fs::write(bench.path("a.wav"), b"loser").unwrap();
        let replacement = begin(&bench, false).unwrap();
        *bench.store.rival.lock().unwrap() = Some(b"rival".to_vec());
        let error = publish(&bench, &replacement).unwrap_err();
        assert!(matches!(&error, OrderError::Changed { file } if file == RESULT), "{error}");
        assert_eq!(bench.store.get(RESULT).unwrap(), b"rival");
        let urls = bench.store.urls();
        assert!(urls.iter().all(|url| bench.store.get(url).unwrap() != b"loser"), "{urls:?}");
    }
}

#[test]
fn a_lost_answer_is_not_a_lost_race() {
    let bench = Bench::new();
    for _ in 0..2 {
        *bench.store.loses_answer.lock().unwrap() = true;
        let result = publish(&bench, &begin(&bench, false).unwrap()).unwrap();
        assert_eq!(stored(&bench), result);
    }
}

#[test]
fn a_document_of_another_program_is_replaced_on_request_alone() {
    let bench = Bench::new();
    bench.store.put(RESULT, b"{}");
    assert!(matches!(begin(&bench, false), Err(OrderError::OtherOrder { .. })));
    let result = publish(&bench, &begin(&bench, true).unwrap()).unwrap();
    assert_eq!(stored(&bench), result);
}

#[test]
fn a_failed_transfer_or_a_stop_leaves_nothing() {
    let bench = Bench::new();
    let before = bench.store.urls();
    let replacement = begin(&bench, false).unwrap();
    *bench.store.failing_send.lock().unwrap() = Some(0);
    assert!(publish(&bench, &replacement).unwrap_err().is_temporary());
    *bench.store.failing_send.lock().unwrap() = None;
    let names = ["a.wav".to_owned()];
    let stopped = replacement.publish("render", (bench.folder.path(), &names), None, &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(OrderError::Stopped)));
    assert_eq!(bench.store.urls(), before);
}

//! Local orders, and those that are refused.

use super::{Bench, COPY, names, order};
use crate::{Kind, OrderError, RESULT_FILE, Task, Worker};
use serde_json::json;
use std::ops::ControlFlow;

#[test]
fn an_order_that_is_delivered_again_is_answered_without_work() {
    let bench = Bench::new();
    let order = order(&json!(["a.wav"]), "out");
    let first = bench.perform(&order).unwrap();
    assert_eq!((first.files[0].bytes, &*first.files[0].name), (5, "0.out"));
    assert_eq!(first.files[0].blake3, blake3::hash(b"local").to_hex().to_string());
    std::fs::remove_file(bench.path("a.wav")).unwrap();
    let mut worked = false;
    let second = bench.perform_watched(&order, &[COPY], |event| {
        worked |= event.stage.starts_with("cop");
        ControlFlow::Continue(())
    });
    assert_eq!((second.unwrap(), worked), (first, false));
    assert!(!bench.path("cache").exists(), "local orders need no cache");
}

#[test]
fn orders_that_cannot_be_done_are_named_before_anything_is_written() {
    let bench = Bench::new();
    let mut unknown = order(&json!([]), "out");
    unknown["kind"] = "notation".into();
    let mut newer = unknown.clone();
    newer["schema"] = "mixdown.order/2".into();
    for (order, code, named) in [
        (unknown, "kind_not_known", "copy"),
        (newer, "schema_not_known", "mixdown.order/2"),
        (order(&json!(["b.wav", "a.wav", "c.wav"]), "out"), "input_missing", "c.wav"),
        (order(&json!(["s3://b/none.wav"]), "out"), "input_missing", "s3://b/none.wav"),
        (order(&json!(["ftp://b/a.wav"]), "out"), "place_not_valid", "ftp://b/a.wav"),
        (order(&json!(["a.wav"]), "https://h/out"), "place_not_valid", "https://h/out"),
    ] {
        let error = bench.perform(&order).unwrap_err();
        assert_eq!((error.code(), error.is_temporary()), (code, false), "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert!(!bench.path("out").exists(), "{error}");
    }
}

#[test]
fn programs_without_a_client_name_the_url() {
    let bench = Bench::new();
    let worker = Worker { kinds: &[COPY], remote: None, cache: bench.path("cache"), cache_bytes: 1 };
    let base = crate::Base::Folder(bench.path(""));
    for order in [order(&json!(["s3://b/a.wav"]), "out"), order(&json!(["a.wav"]), "s3://b/a.wav")] {
        let order = crate::Order::parse(&order.to_string()).unwrap();
        let error = worker.perform(&order, &base, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(matches!(&error, OrderError::NoStores { url } if url == "s3://b/a.wav"), "{error}");
    }
}

#[test]
fn a_stem_that_changes_during_the_work_is_not_published() {
    fn change(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
        let stems = task.stems()?;
        std::fs::write(task.folder().join("done"), b"x").unwrap();
        std::fs::write(&stems[0], b"other bytes").unwrap();
        Ok(())
    }
    let bench = Bench::new();
    let changing = Kind { name: "copy", run: change };
    let keep_on = |_: crate::Event<'_>| ControlFlow::Continue(());
    let error = bench.perform_watched(&order(&json!(["a.wav"]), "out"), &[changing], keep_on).unwrap_err();
    assert!(matches!(error, OrderError::Changed { .. }) && error.is_temporary(), "{error}");
    assert!(!bench.path("out").exists());
}

#[test]
fn a_hash_without_its_file_is_refused() {
    fn nothing(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
        task.reached("idle", 1.0, "")
    }
    let bench = Bench::new();
    let stated = order(&json!([{ "file": "a.wav", "blake3": "0".repeat(64) }]), "out");
    let idle = Kind { name: "copy", run: nothing };
    let error = bench.perform_watched(&stated, &[idle], |_| ControlFlow::Continue(())).unwrap_err();
    assert!(error.to_string().contains("a.wav: the session does not use it"), "{error}");
}

#[test]
fn file_urls_are_local_files() {
    let bench = Bench::new();
    let url = |name: &str| format!("file://{}", bench.path(name).display());
    let result = bench.perform(&order(&json!([url("a.wav")]), &url("out"))).unwrap();
    assert_eq!(names(&bench.path("out")), [result.attempt, RESULT_FILE.into()]);
}

//! Inputs from a store, through the cache.

use super::{Bench, COPY, names, order};
use crate::OrderError;
use serde_json::{Value, json};
use std::ops::ControlFlow;

fn stated(file: &str, bytes: &[u8]) -> Value {
    json!({ "file": file, "blake3": blake3::hash(bytes).to_hex().to_string() })
}

#[test]
fn an_object_is_fetched_once_and_again_when_it_changes() {
    let bench = Bench::new();
    let transfers = || *bench.store.transfers.lock().unwrap();
    for (out, bytes, expected) in [("1", "remote", 1), ("2", "remote", 1), ("3", "changed", 2)] {
        bench.store.put("s3://b/a.wav", bytes.as_bytes());
        let result = bench.perform(&order(&json!(["s3://b/a.wav"]), out)).unwrap();
        let written = std::fs::read(bench.path(out).join(&result.attempt).join("0.out")).unwrap();
        assert_eq!((&*written, transfers()), (bytes.as_bytes(), expected), "{out}");
    }
}

#[test]
fn a_damaged_object_of_the_cache_is_fetched_again() {
    let bench = Bench::new();
    let order = |out| order(&json!([stated("s3://b/a.wav", b"remote")]), out);
    bench.perform(&order("1")).unwrap();
    let objects = names(&bench.path("cache/objects"));
    assert_eq!(objects, [blake3::hash(b"remote").to_hex().to_string()]);
    std::fs::write(bench.path("cache/objects").join(&objects[0]), b"damage").unwrap();
    let result = bench.perform(&order("2")).unwrap();
    assert_eq!(result.files[0].blake3, objects[0]);
    assert_eq!(*bench.store.transfers.lock().unwrap(), 2);
}

#[test]
fn objects_of_one_name_and_one_object_twice_are_kept_apart() {
    let bench = Bench::new();
    bench.store.put("s3://c/a.wav", b"other");
    let stems = json!(["s3://b/a.wav", "s3://c/a.wav", "s3://b/a.wav"]);
    let result = bench.perform(&order(&stems, "out")).unwrap();
    let read = |name: &str| std::fs::read(bench.path("out").join(&result.attempt).join(name)).unwrap();
    assert_eq!([read("0.out"), read("1.out"), read("2.out")], [&b"remote"[..], b"other", b"remote"]);
}

#[test]
fn bytes_that_the_order_does_not_state_are_refused() {
    let bench = Bench::new();
    for file in ["s3://b/a.wav", "a.wav"] {
        let error = bench.perform(&order(&json!([stated(file, b"wanted")]), "out")).unwrap_err();
        assert!(matches!(error, OrderError::Hash { .. }) && !error.is_temporary(), "{error}");
        assert!(error.to_string().contains(file) && !bench.path("out").exists(), "{error}");
    }
}

#[test]
fn signatures_stay_out_of_the_cache_and_of_messages() {
    let bench = Bench::new();
    bench.store.put("https://h/a.wav?sig=secret", b"signed");
    bench.perform(&order(&json!(["https://h/a.wav?sig=secret"]), "out")).unwrap();
    assert_eq!(names(&bench.path("cache/index")), [""; 0]);
    let error = bench.perform(&order(&json!(["a.wav", "ftp://h/b?sig=secret"]), "other")).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

/// Performs an order whose stem `url` is replaced while it is copied.
fn perform_while_it_changes(bench: &Bench, stem: &Value, url: &str) -> Result<crate::OrderResult, OrderError> {
    bench.perform_watched(&order(&json!([stem]), "out"), &[COPY], |event| {
        if event.stage == "copied" {
            bench.store.put(url, b"changed");
        }
        ControlFlow::Continue(())
    })
}

#[test]
fn an_object_that_changes_during_the_work_is_not_published() {
    let bench = Bench::new();
    let error = perform_while_it_changes(&bench, &json!("s3://b/a.wav"), "s3://b/a.wav").unwrap_err();
    assert!(matches!(&error, OrderError::Changed { file } if file == "s3://b/a.wav"), "{error}");
    assert!(error.is_temporary() && !bench.path("out").exists());
    // Bytes with the stated hash are the right ones.
    bench.store.put("s3://b/a.wav", b"remote");
    let result = perform_while_it_changes(&bench, &stated("s3://b/a.wav", b"remote"), "s3://b/a.wav").unwrap();
    assert_eq!(result.files[0].blake3, blake3::hash(b"remote").to_hex().to_string());
}

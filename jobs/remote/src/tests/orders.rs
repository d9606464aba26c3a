//! Whole orders against a server that fails: nothing is half published.

use super::server::{Fault, Server};
use super::{client, noise};
use mixdown_orders::{Base, Kind, Order, OrderError, OrderResult, SCHEMA, Task, Worker};
use std::ops::ControlFlow;
use std::path::Path;

/// Copies each stem to `N.out`.
const COPY: Kind = Kind { name: "copy", run: copy };

fn copy(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    for (index, path) in task.stems()?.iter().enumerate() {
        let to = task.folder().join(format!("{index}.out"));
        std::fs::copy(path, &to).map_err(|error| OrderError::io(path, error))?;
    }
    task.reached("copied", 1.0, "")
}

/// Performs an order of two stems; `copied` runs after its work.
fn perform(server: &Server, cache: &Path, copied: impl Fn() + Send + Sync) -> Result<OrderResult, OrderError> {
    let text = format!(
        r#"{{"schema": "{SCHEMA}", "order_id": "o-1", "kind": "copy", "stems": ["s3://b/a.wav", "s3://b/b.wav"],
            "out": "s3://b/out"}}"#
    );
    let client = client(server);
    let worker = Worker { kinds: &[COPY], remote: Some(&client), cache: cache.into(), cache_bytes: 1 << 30 };
    worker.perform(&Order::parse(&text)?, &Base::Folder("/".into()), &mut |event| {
        if event.stage == "copied" {
            copied();
        }
        ControlFlow::Continue(())
    })
}

fn server() -> Server {
    let server = Server::new();
    server.put("/b/a.wav", &noise(100_000));
    server.put("/b/b.wav", b"bytes");
    server
}

#[test]
fn any_request_may_fail_for_good_and_nothing_is_published() {
    let cache = tempfile::tempdir().unwrap();
    for (method, target) in [("GET", "result.json"), ("GET", "b.wav"), ("PUT", "1.out"), ("PUT", "result.json")] {
        for (fault, temporary) in [(Fault::Status(500), true), (Fault::Status(403), false)] {
            let server = server();
            server.fail(method, target, fault, 1_000);
            let error = perform(&server, cache.path(), || ()).unwrap_err();
            assert_eq!(error.is_temporary(), temporary, "{method} {target}: {error}");
            assert!(server.get("/b/out/result.json").is_none(), "{method} {target}");
            // After an error of the last step the result may stand, so that its files stay.
            let stays = (method, target) == ("PUT", "result.json");
            assert_eq!(server.paths().len(), if stays { 4 } else { 2 }, "{method} {target}: {:?}", server.paths());
        }
    }
}

#[test]
fn every_request_may_fail_once_and_the_result_is_whole() {
    for fault in [Fault::Status(500), Fault::LostAnswer, Fault::Cut] {
        let (server, cache) = (server(), tempfile::tempdir().unwrap());
        for target in ["a.wav", "b.wav", "result.json"] {
            server.fail("GET", target, fault, 1);
        }
        for target in ["0.out", "1.out", "result.json"] {
            server.fail("PUT", target, fault, 1);
        }
        let result = perform(&server, cache.path(), || ()).unwrap();
        let stored: OrderResult = serde_json::from_slice(&server.get("/b/out/result.json").unwrap()).unwrap();
        assert_eq!(stored, result, "{fault:?}");
        for (file, stem) in result.files.iter().zip(["/b/a.wav", "/b/b.wav"]) {
            let path = format!("/{}", file.url.strip_prefix("s3://").unwrap());
            assert!(server.get(&path) == server.get(stem), "{fault:?} {path}");
        }
        assert_eq!(server.paths().len(), 5, "{fault:?}: {:?}", server.paths());
    }
}

#[test]
fn stems_are_transferred_once_and_compared_at_the_end() {
    let (server, cache) = (server(), tempfile::tempdir().unwrap());
    let error = perform(&server, cache.path(), || server.put("/b/b.wav", b"later")).unwrap_err();
    assert!(matches!(&error, OrderError::Changed { file } if file == "s3://b/b.wav"), "{error}");
    assert_eq!(server.paths(), ["/b/a.wav", "/b/b.wav"]);
    // Tags are compared at the beginning and at the end; `a.wav` itself was transferred before.
    perform(&server, cache.path(), || ()).unwrap();
    server.fail("GET", "a.wav", Fault::Cut, 1_000);
    server.bucket().objects.retain(|path, _| !path.contains("result.json"));
    perform(&server, cache.path(), || ()).unwrap();
}

#[test]
fn a_bucket_that_is_not_there_ends_the_order_before_its_work() {
    let (server, cache) = (server(), tempfile::tempdir().unwrap());
    let text = format!(
        r#"{{"schema": "{SCHEMA}", "order_id": "o-1", "kind": "copy", "stems": ["s3://b/a.wav"], "out": "s3://x/out"}}"#
    );
    let client = client(&server);
    let worker = Worker { kinds: &[COPY], remote: Some(&client), cache: cache.path().into(), cache_bytes: 1 };
    let error =
        worker.perform(&Order::parse(&text).unwrap(), &Base::Folder("/".into()), &mut |_| ControlFlow::Continue(()));
    let error = error.unwrap_err();
    assert!(error.to_string().contains("NoSuchBucket") && !error.is_temporary(), "{error}");
    assert_eq!(server.count("GET", "a.wav"), 0);
}

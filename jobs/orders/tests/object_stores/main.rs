//! Orders against a real S3 interface, through a proxy that injects faults. `.ci/object_stores`
//! starts the server and sets the environment.
#![allow(clippy::unwrap_used)] // Failures here fail a test, with the line.

mod faults;
mod proxy;
mod server;

use mixdown_orders::{Base, Event, Kind, Order, OrderError, OrderResult, SCHEMA, Stores, Task, Worker};
use proxy::proxy;
use serde_json::{Value, json};
use server::Server;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Bytes of a file that is sent in several parts.
const LARGE: usize = 20 << 20;

/// Copies each stem, and adds a file of several parts.
const COPY: Kind = Kind { name: "copy", run: copy };

fn copy(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    for (index, path) in task.stems()?.iter().enumerate() {
        let to = task.folder().join(format!("{index}.out"));
        std::fs::copy(path, &to).map_err(|error| OrderError::io(path, error))?;
    }
    let large: Vec<u8> = (0..LARGE).map(|n| (n % 251) as u8).collect();
    let path = task.folder().join("large.out");
    std::fs::write(&path, large).map_err(|error| OrderError::io(&path, error))?;
    task.reached("copied", 1.0, "")
}

/// A bucket of one test, with a stem, and a cache.
struct Bench {
    bucket: &'static str,
    server: Server,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(bucket: &'static str) -> Self {
        let _ = proxy();
        let server = Server::of_environment();
        server.put(&format!("/{bucket}"), b"");
        server.put(&format!("/{bucket}/in/a%20b.wav"), &[7; 300_000]);
        Self { bucket, server, folder: tempfile::tempdir().unwrap() }
    }

    fn order(&self) -> Value {
        let (bucket, hash) = (self.bucket, blake3::hash(&[7; 300_000]).to_hex().to_string());
        json!({ "schema": SCHEMA, "order_id": bucket, "kind": "copy", "out": format!("s3://{bucket}/out"),
            "stems": [{ "file": format!("s3://{bucket}/in/a b.wav"), "blake3": hash }] })
    }

    fn perform(&self) -> Result<OrderResult, OrderError> {
        self.perform_watched(&self.order(), |_| ControlFlow::Continue(()))
    }

    fn perform_watched(
        &self,
        order: &Value,
        mut watch: impl FnMut(Event<'_>) -> ControlFlow<()> + Send,
    ) -> Result<OrderResult, OrderError> {
        let order = Order::parse(&order.to_string()).unwrap();
        let stores = Stores::new().unwrap();
        let cache: PathBuf = self.folder.path().join("cache");
        let worker = Worker { kinds: &[COPY], remote: Some(&stores), cache, cache_bytes: 1 << 30 };
        worker.perform(&order, &Base::Folder(Path::new("/nowhere").into()), &mut watch)
    }

    /// Returns the keys below the output folder.
    fn outputs(&self) -> Vec<String> {
        self.server.keys(self.bucket, "out/")
    }

    /// Checks that the bucket holds exactly one result, whole.
    fn check(&self, result: &OrderResult) {
        let object = |name: &str| self.server.get(&format!("/{}/out/{name}", self.bucket));
        let published: OrderResult = serde_json::from_slice(&object("result.json")).unwrap();
        assert_eq!(published, *result);
        let mut expected = vec!["out/result.json".to_owned()];
        for file in &result.files {
            let key = format!("{}/{}", result.attempt, file.name);
            assert_eq!(blake3::hash(&object(&key)).to_hex().as_str(), file.blake3);
            expected.push(format!("out/{key}"));
        }
        expected.sort();
        assert_eq!(self.outputs(), expected);
    }
}

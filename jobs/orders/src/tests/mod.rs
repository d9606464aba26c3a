//! Orders as a whole, with a kind that copies its stems.

mod memory_store;
mod publication;
mod remote_inputs;
mod replacements;
mod whole_orders;

use crate::{Base, Event, Kind, Order, OrderError, OrderResult, SCHEMA, Task, Worker};
use memory_store::MemoryStore;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Copies each stem to `N.out`.
const COPY: Kind = Kind { name: "copy", run: copy };

fn copy(task: &mut Task<'_, '_>) -> Result<(), OrderError> {
    for (index, path) in task.stems()?.iter().enumerate() {
        task.reached("copying", 0.0, "")?;
        let to = task.folder().join(format!("{index}.out"));
        std::fs::copy(path, &to).map_err(|error| OrderError::io(path, error))?;
    }
    task.reached("copied", 1.0, "")
}

/// A folder with orders and stems, and a store.
struct Bench {
    folder: TempDir,
    store: MemoryStore,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap(), store: MemoryStore::default() };
        std::fs::write(bench.path("a.wav"), b"local").unwrap();
        bench.store.put("s3://b/a.wav", b"remote");
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn perform(&self, order: &Value) -> Result<OrderResult, OrderError> {
        self.perform_watched(order, &[COPY], |_| ControlFlow::Continue(()))
    }

    fn perform_watched(
        &self,
        order: &Value,
        kinds: &[Kind],
        mut watch: impl FnMut(Event<'_>) -> ControlFlow<()> + Send,
    ) -> Result<OrderResult, OrderError> {
        let order = Order::parse(&order.to_string())?;
        let worker = Worker { kinds, remote: Some(&self.store), cache: self.path("cache"), cache_bytes: 1 << 20 };
        worker.perform(&order, &Base::Folder(self.folder.path().into()), &mut watch)
    }
}

fn order(stems: &Value, out: &str) -> Value {
    json!({ "schema": SCHEMA, "order_id": "o-1", "kind": "copy", "stems": stems, "out": out })
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

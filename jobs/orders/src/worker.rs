//! The work on one order, from its document to its published result.

use crate::cache::hash;
use crate::document::Order;
use crate::error::OrderError;
use crate::event::{Event, Watch};
use crate::inputs::Inputs;
use crate::kind::{Kind, Task};
use crate::out::{self, Out};
use crate::place::{Base, Place};
use crate::remote::Remote;
use crate::result::{OrderResult, RESULT_SCHEMA, ResultFile};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Stages of the work besides those of its kind.
const CHECKING: &str = "checking";
const DELIVERING: &str = "delivering";
const PUBLISHING: &str = "publishing";

/// A worker: the kinds of a program, and the way to its objects.
pub struct Worker<'a> {
    /// All kinds of orders.
    pub kinds: &'a [Kind],
    /// The client of object stores; `None` in programs without one.
    pub remote: Option<&'a dyn Remote>,
    /// Folder of the cache, which is used for remote places alone.
    pub cache: PathBuf,
    /// Most bytes of the cache.
    pub cache_bytes: u64,
}

/// An attempt at an order.
struct Attempt<'a> {
    order: &'a Order,
    out: &'a dyn Out,
    /// Name of the attempt: a UUID.
    name: String,
    /// Names of the files that it delivers.
    names: Vec<String>,
}

impl Worker<'_> {
    /// Works on one order, and publishes its result. An order whose result is published already is
    /// answered with it at once. `base` is the place at which relative paths start.
    ///
    /// # Errors
    /// See [`OrderError`]: nothing is published by this attempt then. Only where the connection
    /// broke during the last step may its result stand all the same; the next attempt answers
    /// with it.
    pub fn perform(&self, order: &Order, base: &Base, watch: &mut Watch<'_>) -> Result<OrderResult, OrderError> {
        let kind = Kind::named(self.kinds, &order.kind)?;
        let place = Place::of_output(&order.out, base)?;
        let out = out::open(&place, self.remote)?;
        let message = "Looking for an earlier result";
        if at(watch, CHECKING, 0.0, message).is_break() {
            return Err(OrderError::Stopped);
        }
        let found = out::published(&*out, &place, &order.order_id, &mut |_| at(watch, CHECKING, 0.0, message))?;
        if let Some(result) = found {
            return Ok(result);
        }
        let mut inputs = Inputs::new((&order.stems, base), self.remote, (&self.cache, self.cache_bytes))?;
        let mut attempt = Attempt { order, out: &*out, name: Uuid::now_v7().to_string(), names: Vec::new() };
        let folder = match &place {
            Place::Local(folder) => folder.join(&attempt.name),
            Place::Remote(_) => inputs.opened()?.1.folder().join("out"),
        };
        let created = matches!(&place, Place::Local(folder) if !folder.exists());
        fs::create_dir_all(&folder).map_err(|error| OrderError::io(&folder, error))?;
        let done = attempt.work(kind, (&place, &folder), (base, &mut inputs), watch);
        if let (Err(_), Place::Local(folder), true) = (&done, &place, created) {
            // It stays where another attempt works in it.
            let _ = fs::remove_dir(folder);
        }
        done
    }
}

impl Attempt<'_> {
    /// Lets the kind work in `folder`, and publishes what it wrote there.
    fn work<'w>(
        &mut self,
        kind: &Kind,
        (place, folder): (&Place, &Path),
        (base, inputs): (&Base, &mut Inputs<'w>),
        watch: &mut Watch<'w>,
    ) -> Result<OrderResult, OrderError> {
        let mut task = Task { order: self.order, folder, base, inputs, watch };
        let worked = (kind.run)(&mut task);
        let mut keep_on = |_| at(watch, CHECKING, 1.0, "Comparing the inputs with those of the beginning");
        let checked = worked.and_then(|()| inputs.check(&mut keep_on));
        let done = checked.and_then(|()| self.deliver(folder, watch));
        match done {
            Ok(files) => self.publish(place, files, watch),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    /// Brings all files to their places.
    fn deliver(&mut self, folder: &Path, watch: &mut Watch<'_>) -> Result<Vec<ResultFile>, OrderError> {
        let failed = |error| OrderError::io(folder, error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            self.names.push(entry.file_name().to_string_lossy().into_owned());
        }
        self.names.sort();
        let mut files = Vec::with_capacity(self.names.len());
        for (index, name) in self.names.iter().enumerate() {
            let path = folder.join(name);
            let failed = |error| OrderError::io(&path, error);
            let progress = index as f64 / self.names.len() as f64;
            let mut keep_on = |_| at(watch, DELIVERING, progress, name);
            if keep_on(0).is_break() {
                return Err(OrderError::Stopped);
            }
            let blake3 = hash(&path).map_err(failed)?;
            let bytes = fs::metadata(&path).map_err(failed)?.len();
            let url = self.out.deliver(&self.name, name, &path, &mut keep_on)?;
            files.push(ResultFile { name: name.clone(), url, bytes, blake3 });
        }
        Ok(files)
    }

    /// Creates the document of the result, unless another attempt was first.
    fn publish(&self, place: &Place, files: Vec<ResultFile>, watch: &mut Watch<'_>) -> Result<OrderResult, OrderError> {
        let Order { order_id, kind, .. } = self.order;
        let (order_id, kind, attempt) = (order_id.clone(), kind.clone(), self.name.clone());
        let result = OrderResult { schema: RESULT_SCHEMA.into(), order_id, kind, attempt, files };
        let text = serde_json::to_string_pretty(&result).map_err(|error| OrderError::Work(error.to_string()))?;
        if at(watch, PUBLISHING, 0.0, "Creating result.json").is_break() {
            self.discard();
            return Err(OrderError::Stopped);
        }
        // From here on a stop comes too late, and after an error the result may stand all the same:
        // the files of the attempt stay.
        let mut keep_on = |_| ControlFlow::Continue(());
        if self.out.create_result(format!("{text}\n").as_bytes(), &mut keep_on)? {
            return Ok(result);
        }
        // Another attempt, or this one before a repeated request.
        match out::published(self.out, place, &self.order.order_id, &mut keep_on) {
            Ok(Some(published)) => {
                if published.attempt != self.name {
                    self.discard();
                }
                Ok(published)
            }
            Ok(None) => Err(OrderError::WorkAgain(format!("{}: the result was removed meanwhile", place.shown()))),
            Err(error) => {
                if !error.is_temporary() {
                    self.discard();
                }
                Err(error)
            }
        }
    }

    fn discard(&self) {
        self.out.discard(&self.name, &self.names);
    }
}

fn at(watch: &mut Watch<'_>, stage: &str, progress: f64, message: &str) -> ControlFlow<()> {
    watch(Event { stage, progress, message })
}

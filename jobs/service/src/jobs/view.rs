//! A job as answers show it.

use super::data::{CallbackData, FileData, JobData};
use super::scrub::without_paths;
use crate::callbacks::Delivery;
use axum::body::Bytes;
use mixdown_shell::job::{JobResult, Life, Lookup, Record, SessionId, status_document};
use mixdown_shell::store::{EntryKind, Store};
use serde_json::Value;
use std::path::PathBuf;

/// A job as answers show it.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// The `data` of answers.
    pub(crate) data: JobData,
    /// The part of its life.
    pub(crate) life: Life,
    /// Its session.
    pub(crate) session: SessionId,
    /// The document of the status contract, without the path of the result.
    pub(crate) status: Bytes,
    /// The path of its result's master, if it owns the result and the file exists.
    pub(crate) master: Option<PathBuf>,
}

impl View {
    /// Creates the view of a record; `owns` is true if the session's result is this job's. Blocks.
    pub(super) fn of(store: &Store, record: &Record, owns: bool) -> Self {
        let result = record.result.as_ref().filter(|_| owns && record.life == Life::Complete);
        let master = result.and_then(|result| store.results.result_path(&record.session_id, result));
        let clean = |text: &str| without_paths(text, Some(record), store);
        let lookup = Lookup::Found { record: Box::new(brief(record)), result: master.clone() };
        let mut document = status_document(&lookup);
        let mut texts = [None, None];
        for (key, text) in ["message", "error"].into_iter().zip(&mut texts) {
            *text = document["data"][key].as_str().map(clean);
            document["data"][key] = text.clone().into();
        }
        let [message, error] = texts;
        document["data"].as_object_mut().map(|data| data.remove("result_path"));
        let data = JobData {
            job_id: record.job_id.to_string(),
            kind: record.kind.name(),
            session_id: record.session_id.to_string(),
            state: record.state().name(),
            stage: record.stage,
            progress: record.progress,
            message: message.unwrap_or_default(),
            error,
            error_code: record.error.as_ref().map(|error| error.code.clone()),
            created_at: record.created_at,
            updated_at: record.updated_at,
            started_at: record.started_at,
            finished_at: record.finished_at,
            cancel_requested: record.cancel_requested_at.is_some(),
            attempt: record.attempt,
            max_attempts: record.max_attempts,
            rev: record.rev,
            result_url: document["data"]["result_url"].as_str().map(str::to_owned),
            files: if master.is_some() { files(store, record) } else { Vec::new() },
            callback: Delivery::of(record).map(|delivery| CallbackData {
                url: delivery.url,
                attempts: delivery.attempts,
                delivered_at: delivery.delivered_at,
                last_error: delivery.last_error,
            }),
            outcome: outcome(record),
            cleanup: record.extra.get("cleanup").map(|document| cleanup_without_paths(document, store)),
        };
        let status = serde_json::to_vec(&document).unwrap_or_default().into();
        Self { data, life: record.life, session: record.session_id.clone(), status, master }
    }

    /// Returns true if the job has ended.
    pub(crate) fn is_ended(&self) -> bool {
        self.life.is_ended()
    }

    /// Returns a text that differs whenever state or progress do.
    pub(crate) fn marker(&self) -> String {
        format!("{}-{}", self.data.rev, self.data.progress)
    }

    /// Returns the entity tag: the revision of the record.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.data.rev)
    }
}

/// Returns a record without the data of its type, which status documents do not show.
fn brief(record: &Record) -> Record {
    Record { extra: serde_json::Map::new(), ..record.clone() }
}

/// Returns the files of a result, the master first.
fn files(store: &Store, record: &Record) -> Vec<FileData> {
    let folder = store.layout().results(&record.session_id);
    let master = record.result.as_ref().map(JobResult::file_name);
    let named = record.extra.get("files").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<&str> = named.filter(|name| is_plain(name)).chain(master).collect();
    names.sort_unstable_by_key(|name| (Some(*name) != master, *name));
    names.dedup();
    let file = |name: &str| {
        let stat = store.disk().stat(&folder.join(name)).ok().filter(|stat| stat.kind == EntryKind::File)?;
        let url = format!("/api/jobs/{}/files/{name}", record.job_id);
        Some(FileData { name: name.to_owned(), url, bytes: stat.bytes })
    };
    names.into_iter().filter_map(file).collect()
}

/// Returns true if a name cannot lead out of a folder, nor to a hidden file in it.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

/// Returns the document of a cleanup without the paths in its errors.
pub(crate) fn cleanup_without_paths(document: &Value, store: &Store) -> Value {
    let mut document = document.clone();
    for error in document.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        *error = error.as_str().map(|text| without_paths(text, None, store)).into();
    }
    document
}

/// Returns what a job on the library found, which has no paths; `None` where it found nothing.
fn outcome(record: &Record) -> Option<Value> {
    let names = ["separation", "notation", "stem_id", "stem_ids", "steps"];
    let found = names.iter().filter_map(|name| Some(((*name).to_owned(), record.extra.get(*name)?.clone())));
    let found: serde_json::Map<String, Value> = found.collect();
    (!found.is_empty()).then_some(Value::Object(found))
}

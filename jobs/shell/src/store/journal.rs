//! The journal beside the records: a line per ended job, a line per imported stem, and counters. A
//! lost line loses no job, so the files are not synced.

use super::base::Base;
use super::{Deleted, LOG, StoreError};
use crate::job::{JobId, Life, Record, SessionId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tracing::{info, warn};

/// An ended job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The job.
    pub job_id: JobId,
    /// Its session.
    pub session_id: SessionId,
    /// Name of its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its end.
    #[serde(rename = "state")]
    pub life: Life,
    /// Time of its end.
    pub at: Timestamp,
    /// Seconds from its last start to its end.
    pub elapsed_s: f64,
    /// Number of attempts.
    pub attempts: u32,
    /// Code of its error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A stem imported by a submitted job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportLine {
    /// The stem's path.
    pub path: String,
    /// BLAKE3 of its bytes, as in the report of a render.
    pub blake3: String,
    /// Time of the import.
    pub at: Timestamp,
}

/// Counters since the folders were created.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Jobs deleted.
    pub jobs_deleted: u64,
    /// Results deleted.
    pub results_deleted: u64,
    /// Bytes freed with them.
    pub bytes_freed: u64,
    /// Jobs rescued from dead workers.
    pub rescues: u64,
    /// Records set aside.
    pub quarantined: u64,
    /// Jobs that ended, and the seconds they took, by the name of their type and then by their end.
    pub ended: BTreeMap<String, BTreeMap<Life, (u64, f64)>>,
    /// Jobs that completed, and the seconds from submission to completion, by the name of
    /// their type.
    pub completed: BTreeMap<String, (u64, f64)>,
    /// Jobs deleted on each day (UTC) covered by the history, by their end.
    pub deleted_by_day: BTreeMap<Date, BTreeMap<Life, u64>>,
}

impl HistoryLine {
    fn of(record: &Record) -> Self {
        let at = record.finished_at.unwrap_or(record.updated_at);
        let elapsed = record.started_at.map_or(0.0, |start| at.duration_since(start).as_secs_f64());
        Self {
            job_id: record.job_id.clone(),
            session_id: record.session_id.clone(),
            kind: record.kind.name().into(),
            life: record.life,
            at,
            elapsed_s: elapsed.max(0.0),
            attempts: record.attempt,
            error: record.error.as_ref().map(|error| error.code.clone()),
        }
    }
}

/// Logs a job's end.
fn log_end(record: &Record, line: &HistoryLine) {
    let (job, session, kind, elapsed_s) = (&record.job_id, &record.session_id, &record.kind, line.elapsed_s);
    match &record.error {
        // Quoted text in a detail, such as a file name, is escaped.
        Some(error) => {
            warn!(target: LOG, job_id = %job, session_id = %session, job_type = %kind, code = %error.code, detail = ?error.detail, "job failed");
        }
        None => {
            info!(target: LOG, job_id = %job, session_id = %session, job_type = %kind, elapsed_s, "job {}", if record.life == Life::Complete { "completed" } else { "cancelled" });
        }
    }
}

/// The history of ended jobs, the log of imported stems, counters, and notes of the shell.
#[derive(Clone)]
pub struct Journal {
    pub(super) base: Arc<Base>,
}

impl Journal {
    /// Adds the end of a job to the history, the counters and the log.
    pub(super) fn record_end(&self, record: &Record) {
        let line = HistoryLine::of(record);
        self.log("history", &[&line]);
        self.count(|counters| {
            let (count, seconds) = counters.ended.entry(line.kind.clone()).or_default().entry(line.life).or_default();
            *count += 1;
            *seconds += line.elapsed_s;
            if line.life == Life::Complete {
                let (count, seconds) = counters.completed.entry(line.kind.clone()).or_default();
                *count += 1;
                *seconds += line.at.duration_since(record.created_at).as_secs_f64().max(0.0);
            }
        });
        log_end(record, &line);
    }

    /// Adds a deletion to the counters.
    pub(super) fn count_deleted<'a>(&self, deleted: &Deleted, missing: impl Iterator<Item = &'a Record>) {
        let today = self.base.now().to_zoned(TimeZone::UTC).date();
        let first =
            self.base.now().checked_sub(self.base.settings.policy.history).map(|at| at.to_zoned(TimeZone::UTC).date());
        self.count(|counters| {
            counters.jobs_deleted += deleted.jobs;
            counters.results_deleted += deleted.results;
            counters.bytes_freed += deleted.bytes;
            let day = counters.deleted_by_day.entry(today).or_default();
            missing.for_each(|record| *day.entry(record.life).or_default() += 1);
            if let Ok(first) = first {
                counters.deleted_by_day.retain(|day, _| *day >= first);
            }
        });
    }

    /// Logs ended jobs whose line was lost.
    pub(super) fn log_forgotten<'a>(&self, records: impl Iterator<Item = &'a Record>, known: &HashSet<JobId>) {
        let lines: Vec<_> = records.filter(|record| !known.contains(&record.job_id)).map(HistoryLine::of).collect();
        self.log("history", &lines);
    }

    pub(super) fn log_imports(&self, session: &SessionId, job: &JobId, stems: &[ImportLine]) {
        #[derive(Serialize)]
        struct Line<'a> {
            job_id: &'a JobId,
            session_id: &'a SessionId,
            #[serde(flatten)]
            stem: &'a ImportLine,
        }
        let lines: Vec<_> = stems.iter().map(|stem| Line { job_id: job, session_id: session, stem }).collect();
        self.log("imports", &lines);
    }

    /// Appends lines to today's file of a log, in one write, so that lines of other processes do
    /// not come between.
    fn log(&self, log: &str, lines: &[impl Serialize]) {
        if lines.is_empty() {
            return;
        }
        // A line starts on a new line even when the one before was cut off.
        let text = lines.iter().filter_map(|line| serde_json::to_string(line).ok());
        let text = text.fold(String::new(), |text, line| text + "\n" + &line + "\n");
        let day = self.base.now().strftime("%Y-%m-%d");
        let _ = self.base.disk.append(&self.base.layout.shell(log).join(format!("{day}.jsonl")), text.as_bytes());
    }

    fn log_files(&self, log: &str) -> Result<Vec<PathBuf>, StoreError> {
        let folder = self.base.layout.shell(log);
        Ok(self.base.entries(&folder)?.into_iter().rev().map(|entry| folder.join(entry.name)).collect())
    }

    fn lines<T: DeserializeOwned>(&self, file: &std::path::Path) -> Result<Vec<T>, StoreError> {
        let bytes = self.base.bytes(file)?.unwrap_or_default();
        Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }

    /// Adds the deletion of a job at a user's request to the history. Readers of ended jobs leave
    /// the line out, as it is none.
    pub(super) fn log_deletion(&self, record: &Record) {
        #[derive(Serialize)]
        struct Line<'a> {
            job_id: &'a JobId,
            session_id: &'a SessionId,
            deleted: bool,
            at: Timestamp,
        }
        let (job_id, session_id) = (&record.job_id, &record.session_id);
        self.log("history", &[Line { job_id, session_id, deleted: true, at: self.base.now() }]);
    }

    /// Returns the error for a job without a record, by the history.
    pub(super) fn absence(&self, job: &JobId) -> Result<StoreError, StoreError> {
        let wanted = format!("\"job_id\":\"{job}\"");
        // Newest day first: a deletion is not older than the end.
        for file in self.log_files("history")? {
            let bytes = self.base.bytes(&file)?.unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let mut lines = text.lines().filter(|line| line.contains(&wanted)).peekable();
            if lines.peek().is_some() {
                let is_deleted = lines.any(|line| line.contains("\"deleted\":true"));
                return Ok(if is_deleted {
                    StoreError::Deleted(job.clone())
                } else {
                    StoreError::Expired(job.clone())
                });
            }
        }
        Ok(StoreError::NotFound(job.clone()))
    }

    /// Returns the ended jobs, newest day first; lines that were cut off are left out.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn history(&self) -> Result<Vec<HistoryLine>, StoreError> {
        let files = self.log_files("history")?;
        Ok(files.iter().map(|file| self.lines(file)).collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// Returns the log's files whose last line is older than `keep`, each with its number of lines.
    pub(crate) fn old_log_files(&self, log: &str, keep: Duration) -> Result<Vec<(PathBuf, u64)>, StoreError> {
        #[derive(Deserialize)]
        struct Line {
            at: Timestamp,
        }
        let now = self.base.now();
        let Ok(before) = now.checked_sub(keep) else { return Ok(Vec::new()) };
        let first_kept_day = before.strftime("%Y-%m-%d").to_string();
        let mut old = Vec::new();
        for file in self.log_files(log)? {
            // A file is named after its day and has lines of that day or, rarely, older ones: later
            // days need not be read.
            if file.file_stem().is_some_and(|day| *day.to_string_lossy() > *first_kept_day) {
                continue;
            }
            let lines: Vec<Line> = self.lines(&file)?;
            if lines.iter().all(|line| line.at < before) {
                old.push((file, lines.len() as u64));
            }
        }
        Ok(old)
    }

    /// Returns one of the shell's own notes; `None` when it does not exist.
    pub(crate) fn note(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.base.bytes(&self.base.layout.shell(name))
    }

    /// Replaces one of the shell's own notes.
    pub(crate) fn write_note(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.base.prepare()?;
        self.base.replace(&self.base.layout.shell(name), bytes, None, None)
    }

    /// Returns the counters.
    ///
    /// # Errors
    /// When they cannot be read; damaged counters restart at zero.
    pub fn counters(&self) -> Result<Counters, StoreError> {
        let bytes = self.base.bytes(&self.base.layout.shell("counters.json"))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    pub(crate) fn count(&self, add: impl FnOnce(&mut Counters)) {
        let Ok(Some(lock)) = self.base.lock("counters", "", super::locks::BRIEF) else { return };
        let Ok(mut counters) = self.counters() else { return };
        add(&mut counters);
        let bytes = serde_json::to_vec(&counters).unwrap_or_default();
        let _ = self.base.replace(&self.base.layout.shell("counters.json"), &bytes, None, Some(&lock));
    }
}

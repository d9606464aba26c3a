//! The order of job submissions: a line per job, so that a page of the newest jobs needs no search.
//! A lost line does no harm: a repair rewrites the file, and without it the index is used.

use super::{Store, StoreError};
use crate::job::{JobId, SessionId};

/// The lines as they were read, newest last.
pub(super) struct Recent {
    text: String,
    end: usize,
}

/// Lines sorted at a time: submitters write in almost the order of their jobs' ids.
const CHUNK: usize = 1_000;

impl Store {
    /// Notes a new job.
    pub(super) fn note_recent(&self, session: &SessionId, job: &JobId) {
        let path = self.places.shell("recent");
        let Ok(Some(_lock)) = self.lock("recent", "", super::locks::BRIEF) else {
            // A file that lacks a job is worse than none: without it the index is used.
            let _ = self.remove(&path);
            return;
        };
        // The file is created by a repair, which knows all jobs.
        if self.disk.stat(&path).is_ok() && self.disk.append(&path, format!("{job} {session}\n").as_bytes()).is_err() {
            let _ = self.remove(&path);
        }
    }

    /// Rewrites the file with all jobs. Under its lock, so that none is noted meanwhile.
    pub(super) fn write_recent(&self) -> Result<(), StoreError> {
        let lock = self.lock_or_busy("recent", "", super::locks::BRIEF)?;
        let sessions = self.sessions()?;
        let found = Self::for_each_session(&sessions, |session| {
            let jobs = self.jobs_of(session).unwrap_or_default();
            jobs.into_iter().map(|job| (job, session.clone())).collect::<Vec<_>>()
        });
        let mut jobs = found.concat();
        jobs.sort_unstable();
        let text = jobs.iter().fold(String::with_capacity(jobs.len() * 64), |text, (job, session)| {
            text + job.as_str() + " " + session.as_str() + "\n"
        });
        self.replace(&self.places.shell("recent"), text.as_bytes(), None, Some(&lock))
    }

    /// Returns the jobs in their order, newest first; `None` when the file does not exist.
    pub(super) fn recent(&self) -> Result<Option<Recent>, StoreError> {
        let bytes = self.bytes(&self.places.shell("recent"))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| Recent { end: text.len(), text }))
    }
}

impl Iterator for Recent {
    type Item = Vec<(JobId, Option<SessionId>)>;

    /// Returns the next chunk, in no order.
    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK && self.end > 0 {
            let begin = self.text[..self.end - 1].rfind('\n').map_or(0, |at| at + 1);
            let line = self.text[begin..self.end].trim_end_matches('\n');
            self.end = begin;
            let ids = line.split_once(' ').and_then(|(job, session)| Some((job.parse().ok()?, session.parse().ok()?)));
            chunk.extend(ids.map(|(job, session)| (job, Some(session))));
        }
        (!chunk.is_empty()).then_some(chunk)
    }
}

//! The order of job submissions: a line per job, so that a page of the newest jobs needs no search.
//! A lost line does no harm: a repair rewrites the file, and without it the index is used.

use super::Index;
use crate::job::{JobId, SessionId};
use crate::store::StoreError;
use crate::store::locks::BRIEF;
use crate::store::parallel::for_each_session;

/// The lines as they were read, newest last.
pub(in crate::store) struct Recent {
    text: String,
    end: usize,
}

/// Lines sorted at a time: submitters write in almost the order of their jobs' ids.
const CHUNK: usize = 1_000;

impl Index {
    /// Notes a new job.
    pub(in crate::store) fn note_recent(&self, session: &SessionId, job: &JobId) {
        let path = self.base.layout.shell("recent");
        let Ok(Some(_lock)) = self.base.lock("recent", "", BRIEF) else {
            // A file that lacks a job is worse than none: without it the index is used.
            let _ = self.base.remove(&path);
            return;
        };
        // The file is created by a repair, which knows all jobs.
        if self.base.disk.stat(&path).is_ok()
            && self.base.disk.append(&path, format!("{job} {session}\n").as_bytes()).is_err()
        {
            let _ = self.base.remove(&path);
        }
    }

    /// Rewrites the file with all jobs. Under its lock, so that none is noted meanwhile.
    pub(in crate::store) fn write_recent(&self) -> Result<(), StoreError> {
        let lock = self.base.lock_or_busy("recent", "", BRIEF)?;
        let sessions = self.sessions()?;
        let found = for_each_session(&sessions, |session| {
            let jobs = self.jobs_of(session).unwrap_or_default();
            jobs.into_iter().map(|job| (job, session.clone())).collect::<Vec<_>>()
        });
        let mut jobs = found.concat();
        jobs.sort_unstable();
        let text = jobs.iter().fold(String::with_capacity(jobs.len() * 64), |text, (job, session)| {
            text + job.as_str() + " " + session.as_str() + "\n"
        });
        self.base.replace(&self.base.layout.shell("recent"), text.as_bytes(), None, Some(&lock))
    }

    /// Returns the jobs in their order, newest first; `None` when the file does not exist.
    pub(in crate::store) fn recent(&self) -> Result<Option<Recent>, StoreError> {
        let bytes = self.base.bytes(&self.base.layout.shell("recent"))?;
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

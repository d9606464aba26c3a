//! Many records at once: a page of them, all of them.

use super::{Store, StoreError};
use crate::jobs::{JobId, JobType, Record, SessionId, State};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Which jobs a page shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only jobs in this state.
    pub state: Option<State>,
    /// Only jobs of this session.
    pub session: Option<SessionId>,
}

/// How many jobs there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// By type, then by state.
    pub jobs: BTreeMap<JobType, BTreeMap<State, u64>>,
    /// Records that cannot be read.
    pub unreadable: u64,
}

impl Store {
    /// A page of jobs, newest first. Records that cannot be read are left out.
    ///
    /// # Errors
    /// When the folders cannot be read.
    pub fn list(&self, filter: &Filter, limit: usize) -> Result<Vec<Record>, StoreError> {
        let mut page = Vec::new();
        for (session, job) in self.candidates(filter)? {
            if page.len() >= limit {
                break;
            }
            let record = match &session {
                Some(session) => self.read_in(session, &job),
                None => self.read(&job),
            };
            page.extend(record.ok().filter(|record| {
                filter.state.is_none_or(|state| record.state == state)
                    && filter.session.as_ref().is_none_or(|session| record.session_id == *session)
            }));
        }
        Ok(page)
    }

    /// Jobs that may be on the page, newest first, without reading a record.
    fn candidates(&self, filter: &Filter) -> Result<Vec<(Option<SessionId>, JobId)>, StoreError> {
        let mut found: Vec<(Option<SessionId>, JobId)> = if let Some(session) = &filter.session {
            self.jobs_of(session)?.into_iter().map(|job| (Some(session.clone()), job)).collect()
        } else if filter.state.is_some_and(|state| !state.is_ended()) {
            self.active()?.into_iter().map(|(session, job)| (Some(session), job)).collect()
        } else {
            // A job is marked before the index has it.
            let mut all = self.indexed()?;
            all.extend(self.active()?.into_iter().map(|(_, job)| job));
            all.into_iter().map(|job| (None, job)).collect()
        };
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1));
        found.dedup_by(|a, b| a.1 == b.1);
        Ok(found)
    }

    /// The jobs that the index knows, in no order.
    pub(super) fn indexed(&self) -> Result<Vec<JobId>, StoreError> {
        let folder = self.places.index();
        let entries = match self.disk.list(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(StoreError::io(&folder))?,
        };
        Ok(entries.iter().filter_map(|entry| entry.name.strip_suffix(".json")?.parse().ok()).collect())
    }

    /// Does something with every session, on all processors.
    pub(crate) fn for_each_session<T: Send>(sessions: &[SessionId], work: impl Fn(&SessionId) -> T + Sync) -> Vec<T> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(sessions.len());
        let next = AtomicUsize::new(0);
        let run = || {
            let mut done = Vec::new();
            while let Some(session) = sessions.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push(work(session));
            }
            done
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
            let mut done = run();
            done.extend(others.into_iter().filter_map(|thread| thread.join().ok()).flatten());
            done
        })
    }

    /// How many jobs there are of what type and state. Reads every record.
    ///
    /// # Errors
    /// When the root of the records cannot be read.
    pub fn overview(&self) -> Result<Overview, StoreError> {
        let sessions = self.sessions()?;
        let parts = Self::for_each_session(&sessions, |session| {
            let mut part = Overview::default();
            for job in self.jobs_of(session).unwrap_or_default() {
                match self.read_in(session, &job) {
                    Ok(record) => *part.jobs.entry(record.kind).or_default().entry(record.state).or_default() += 1,
                    Err(StoreError::NotFound(_) | StoreError::Expired(_)) => {}
                    Err(_) => part.unreadable += 1,
                }
            }
            part
        });
        Ok(parts.into_iter().fold(Overview::default(), Overview::plus))
    }
}

impl Overview {
    fn plus(mut self, other: Self) -> Self {
        for (kind, states) in other.jobs {
            for (state, count) in states {
                *self.jobs.entry(kind).or_default().entry(state).or_default() += count;
            }
        }
        self.unreadable += other.unreadable;
        self
    }
}

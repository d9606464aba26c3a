//! Many records at once: one page, or all.

mod summary;

pub use summary::Outline;

use super::StoreError;
use super::base::Base;
use super::index::Index;
use super::records::Records;
use crate::job::{JobId, Record, SessionId, State};
use crate::kinds::{Kind, QueuedBy};
use std::collections::{BTreeMap, BinaryHeap, HashSet};
use std::sync::Arc;

/// Largest page that is read record by record.
const FEW: usize = 200;

/// Filter for the jobs on a page.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only jobs in this state.
    pub state: Option<State>,
    /// Only jobs of this session.
    pub session: Option<SessionId>,
    /// Only submitted jobs: no cleanups.
    pub without_cleanups: bool,
    /// Only jobs that come after this one on a page: older ones.
    pub after: Option<JobId>,
}

impl Filter {
    fn shows(&self, kind: &Kind) -> bool {
        !self.without_cleanups || kind.queued_by() != QueuedBy::Shell
    }

    fn reaches(&self, job: &JobId) -> bool {
        self.after.as_ref().is_none_or(|after| job < after)
    }
}

/// Numbers of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// By the name of their type, then by that of their state.
    pub jobs: BTreeMap<String, BTreeMap<&'static str, u64>>,
    /// Records that cannot be read.
    pub unreadable: u64,
}

/// Views of many records at once.
#[derive(Clone)]
pub struct Listing {
    pub(super) base: Arc<Base>,
    pub(super) index: Index,
    pub(super) records: Records,
}

impl Listing {
    /// Returns a page of jobs, newest first. Unreadable records are left out.
    ///
    /// # Errors
    /// When the folders cannot be read.
    pub fn list(&self, filter: &Filter, limit: usize) -> Result<Vec<Record>, StoreError> {
        let active =
            || self.index.active().map(|jobs| jobs.into_iter().map(|(session, job)| (job, Some(session))).collect());
        if let Some(session) = &filter.session {
            let jobs = self.index.jobs_of(session)?.into_iter().map(|job| (job, Some(session.clone()))).collect();
            return Ok(self.page(std::iter::once(jobs), filter, limit));
        }
        let active: Vec<_> = active()?;
        if filter.state.is_some_and(|state| !state.life().is_ended()) {
            return Ok(self.page(std::iter::once(active), filter, limit));
        }
        // A job is marked as active before it is noted anywhere else.
        if let Some(mut recent) = self.index.recent()? {
            if filter.after.is_some() {
                // Lines are not quite in order: a later page must not lose one between two chunks.
                let all = recent.flatten().chain(active).collect();
                return Ok(self.page(std::iter::once(all), filter, limit));
            }
            let first = [active, recent.next().unwrap_or_default()].concat();
            return Ok(self.page(std::iter::once(first).chain(recent), filter, limit));
        }
        let all = self.index.indexed()?.into_iter().map(|job| (job, None)).chain(active).collect();
        Ok(self.page(std::iter::once(all), filter, limit))
    }

    /// Returns a page of outlines, without the data specific to a job's type. Fast for many jobs,
    /// too.
    ///
    /// # Errors
    /// When the folders cannot be read.
    pub fn list_outlines(&self, filter: &Filter, limit: usize) -> Result<Vec<Arc<Outline>>, StoreError> {
        let few = limit <= FEW && filter.state.is_none();
        if few || filter.session.is_some() || filter.state.is_some_and(|state| !state.life().is_ended()) {
            return Ok(self.list(filter, limit)?.iter().map(|record| Arc::new(Outline::of(record))).collect());
        }
        let mut jobs = self.outlines(&self.index.sessions()?)?.jobs;
        jobs.retain(|job| {
            filter.shows(&job.kind)
                && filter.reaches(&job.job_id)
                && filter.state.is_none_or(|state| job.state == state)
        });
        jobs.sort_unstable_by(|a, b| b.job_id.cmp(&a.job_id));
        jobs.truncate(limit);
        Ok(jobs)
    }

    /// Fills a page from chunks of jobs, the newest chunk first; a job may occur twice.
    fn page(
        &self,
        chunks: impl Iterator<Item = Vec<(JobId, Option<SessionId>)>>,
        filter: &Filter,
        limit: usize,
    ) -> Vec<Record> {
        let mut page: Vec<Record> = Vec::new();
        let mut seen = HashSet::new();
        for mut chunk in chunks {
            chunk.retain(|(job, _)| filter.reaches(job));
            // A heap gives the newest without sorting all.
            let mut chunk = BinaryHeap::from(chunk);
            while page.len() < limit
                && let Some((job, session)) = chunk.pop()
            {
                let session = session.map_or_else(|| self.index.session_of(&job), Ok);
                let record =
                    session.ok().filter(|_| seen.insert(job.clone())).and_then(|s| self.records.peek(&s, &job));
                page.extend(record.filter(|record| {
                    filter.shows(&record.kind)
                        && filter.state.is_none_or(|state| record.state() == state)
                        && filter.session.as_ref().is_none_or(|session| record.session_id == *session)
                }));
            }
            if page.len() >= limit {
                break;
            }
        }
        page
    }

    /// Returns the number of jobs per type and state.
    ///
    /// # Errors
    /// When the root of the records cannot be read.
    pub fn overview(&self) -> Result<Overview, StoreError> {
        let outlines = self.outlines(&self.index.sessions()?)?;
        let mut overview = Overview { unreadable: outlines.unreadable, ..Overview::default() };
        for job in &outlines.jobs {
            *overview.jobs.entry(job.kind.name().into()).or_default().entry(job.state.name()).or_default() += 1;
        }
        Ok(overview)
    }
}

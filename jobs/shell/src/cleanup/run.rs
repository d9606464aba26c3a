//! A cleanup: select, check the selection, delete in batches; one failing item does not stop the
//! rest.

use super::document::{CleanedJob, CleanupDocument, CleanupStatus};
use super::select::{Candidate, select};
use crate::job::{JobId, Record, SessionId, State};
use crate::store::{Deleted, Rescue, Scope, Store, StoreError, for_each};
use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Number of sessions deleted from between two checks for a stop.
const BATCHES: usize = 64;
/// Threads that delete: deleting waits for the disk more than for the processor.
const THREADS: usize = 8;

/// A part of a cleanup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Jobs whose workers are dead or hung.
    Stale,
    /// Expired ended jobs, and those beyond a session's cap.
    Expired,
    /// Old lines of the history.
    History,
    /// Old lines of the import log.
    Imports,
    /// Leftovers of crashes.
    Orphans,
    /// Damaged records, which are set aside.
    Quarantine,
}

impl Part {
    /// Every part, in execution order.
    pub const ALL: [(Self, &str); 6] = [
        (Self::Stale, "stale"),
        (Self::Expired, "expired"),
        (Self::History, "history"),
        (Self::Imports, "imports"),
        (Self::Orphans, "orphans"),
        (Self::Quarantine, "quarantine"),
    ];
}

impl FromStr for Part {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(part, _)| *part).ok_or_else(|| "expired, stale, history, imports, orphans or quarantine".into())
    }
}

/// Options of a cleanup.
#[derive(Clone, Debug, Default)]
pub struct CleanupOptions {
    /// True to report only and delete nothing.
    pub dry_run: bool,
    /// Restricts the cleanup to these parts; all when empty.
    pub only: Vec<Part>,
    /// Restricts the cleanup to this session.
    pub session: Option<SessionId>,
    /// Age above which ended jobs are deleted, instead of the table.
    pub older_than: Option<Duration>,
    /// Largest share of all jobs that may expire, without a floor; that of the policy when `None`.
    pub max_share: Option<f64>,
}

/// Receives the percent done; returns true to stop.
pub type Watch<'a> = dyn FnMut(u8) -> bool + 'a;

/// Runs a cleanup. Does not wait for another one: see [`clean_as_job`](super::clean_as_job).
pub fn clean(store: &Store, options: &CleanupOptions, watch: &mut Watch<'_>) -> CleanupDocument {
    let mut document = CleanupDocument::default();
    let deadline = Instant::now() + store.settings().cleanup.at_most;
    let mut stopped = |percent| watch(percent) || Instant::now() > deadline;
    let mut clock_is_trusted = true;
    for (index, (part, _)) in Part::ALL.iter().enumerate() {
        let percent = (index * 100 / Part::ALL.len()) as u8;
        if stopped(percent) {
            document.status = CleanupStatus::Cancelled;
            break;
        }
        if !options.only.is_empty() && !options.only.contains(part) {
            continue;
        }
        match part {
            Part::Stale => stale(store, options, &mut document),
            Part::Expired => {
                clock_is_trusted = expired(store, options, &mut document, &mut || stopped(percent));
            }
            // Entries that are old only by the time of day stay, too.
            Part::History | Part::Imports if !clock_is_trusted => {}
            Part::History => {
                document.history_deleted =
                    logs(store, "history", store.settings().policy.history, options, &mut document);
            }
            Part::Imports => {
                document.imports_deleted =
                    logs(store, "imports", store.settings().policy.imports, options, &mut document);
            }
            Part::Orphans => orphans(store, options, clock_is_trusted, &mut document),
            Part::Quarantine => {
                document.quarantined = repair(store, options, false, true, &mut document).1;
            }
        }
        if document.status == CleanupStatus::Cancelled {
            break;
        }
    }
    document
}

fn stale(store: &Store, options: &CleanupOptions, document: &mut CleanupDocument) {
    let active = match store.index.active() {
        Ok(active) => active,
        Err(error) => return document.failed(&error),
    };
    let hers = |session: &SessionId| options.session.as_ref().is_none_or(|only| only == session);
    for (session, job) in active.into_iter().filter(|(session, _)| hers(session)) {
        let found =
            if options.dry_run { store.recovery.is_stale(&session, &job) } else { rescued(store, &session, &job) };
        match found {
            Ok(Some((before, status))) => {
                let elapsed = before.started_at.map_or(0.0, |at| store.now().duration_since(at).as_secs_f64() / 60.0);
                document.cleaned_jobs += 1;
                document.cleaned_job_details.push(CleanedJob {
                    job_id: job,
                    job_type: before.kind.name().into(),
                    status: status.name().into(),
                    timeout_minutes: store.settings().hung_after(before.kind.name()).as_secs_f64() / 60.0,
                    elapsed_minutes: elapsed,
                });
            }
            // Damaged records belong to another part.
            Ok(None) | Err(StoreError::Corrupt { .. } | StoreError::Newer { .. }) => {}
            Err(error) => document.failed(&error),
        }
    }
}

fn rescued(store: &Store, session: &SessionId, job: &JobId) -> Result<Option<(Record, State)>, StoreError> {
    Ok(match store.recovery.rescue(session, job)? {
        Rescue::Done { before, after } => Some((*before, after.state())),
        _ => None,
    })
}

/// Findings of a look at one session.
type Found = (Vec<Candidate>, usize, Vec<StoreError>);

fn look(store: &Store, session: &SessionId) -> Found {
    let jobs = match store.index.jobs_of(session) {
        Ok(jobs) => jobs,
        Err(error) => return (Vec::new(), 0, vec![error]),
    };
    let (mut ended, mut errors) = (Vec::new(), Vec::new());
    for job in &jobs {
        match store.records.read_in(session, job) {
            Ok(record) => ended.extend(Candidate::of(&record)),
            Err(
                StoreError::NotFound(_)
                | StoreError::Expired(_)
                | StoreError::Deleted(_)
                | StoreError::SetAside { .. }
                | StoreError::Corrupt { .. }
                | StoreError::Newer { .. },
            ) => {}
            Err(error) => errors.push(error),
        }
    }
    (ended, jobs.len(), errors)
}

/// Returns true if a job of a session has expired or is beyond its cap.
pub(super) fn has_expired(store: &Store, session: &SessionId) -> bool {
    let (ended, jobs, _) = look(store, session);
    !select(ended, jobs, &store.settings().policy, None, store.now()).is_empty()
}

/// Deletes expired jobs; returns true if the clock can be trusted for the rest.
fn expired(
    store: &Store,
    options: &CleanupOptions,
    document: &mut CleanupDocument,
    stopped: &mut dyn FnMut() -> bool,
) -> bool {
    let sessions = match store.index.sessions() {
        Ok(sessions) => sessions,
        Err(error) => {
            document.failed(&error);
            return true;
        }
    };
    let wanted = |session: &SessionId| options.session.as_ref().is_none_or(|only| only == session);
    // A clock that jumped makes jobs of every session expire, so that all are counted even if only
    // one session is cleaned. An age given by the user does not depend on the table.
    let looked_at = |session: &SessionId| options.older_than.is_none() || wanted(session);
    let sessions: Vec<_> = sessions.into_iter().filter(looked_at).collect();
    let (policy, now) = (&store.settings().policy, store.now());
    let outlines = match store.listing.outlines(&sessions) {
        Ok(outlines) => outlines,
        Err(error) => {
            document.failed(&error);
            return true;
        }
    };
    let mut ended: HashMap<SessionId, Vec<Candidate>> = HashMap::new();
    for job in outlines.jobs.iter().filter_map(|job| Candidate::of_outline(job)) {
        ended.entry(job.session.clone()).or_default().push(job);
    }
    let all: usize = outlines.counts.values().sum();
    let (mut count, mut chosen) = (0, Vec::new());
    for session in &sessions {
        let jobs = outlines.counts.get(session).copied().unwrap_or(0);
        let missing = select(ended.remove(session).unwrap_or_default(), jobs, policy, options.older_than, now);
        count += missing.iter().filter(|job| job.has_expired(policy, options.older_than, now)).count();
        if missing.first().is_some_and(|job| wanted(&job.session)) {
            chosen.push(missing);
        }
    }
    let share = options.max_share.unwrap_or(policy.max_share) * all as f64;
    let most = if options.max_share.is_some() { share } else { share.max(policy.share_floor as f64) };
    if count as f64 > most {
        document.status = CleanupStatus::Failed;
        document.errors.push(format!(
            "{count} of {all} jobs would expire at once: the clock may have jumped ahead, and nothing was deleted; check \
             `date`, then run `mixdown jobs cleanup --max-share 1`"
        ));
        return false;
    }
    let known: HashSet<JobId> = match store.journal.history() {
        Ok(lines) if !options.dry_run => lines.into_iter().map(|line| line.job_id).collect(),
        _ => HashSet::new(),
    };
    for batches in chosen.chunks(BATCHES) {
        if stopped() {
            document.status = CleanupStatus::Cancelled;
            return true;
        }
        for deleted in for_each(batches, THREADS, |batch| delete(store, batch, &known, options.dry_run)) {
            document.old_jobs_deleted += deleted.jobs;
            document.results_deleted += deleted.results;
            document.bytes_freed += deleted.bytes;
            for error in &deleted.errors {
                document.failed(error);
            }
        }
    }
    true
}

/// Deletes the selected jobs of one session, or counts what that would free.
fn delete(store: &Store, batch: &[Candidate], known: &HashSet<JobId>, dry_run: bool) -> Deleted {
    let Some(first) = batch.first() else { return Deleted::default() };
    let jobs: Vec<_> = batch.iter().map(|job| job.job.clone()).collect();
    if dry_run {
        let (results, bytes) = store.results.would_free(&first.session, &jobs);
        return Deleted { jobs: jobs.len() as u64, results, bytes, errors: Vec::new() };
    }
    // A job may have been retried between selection and deletion.
    let still = |record: &Record| Candidate::of(record).is_some_and(|now| batch.contains(&now));
    store.deletions.delete(&first.session, &jobs, known, still)
}

fn logs(store: &Store, log: &str, keep: Duration, options: &CleanupOptions, document: &mut CleanupDocument) -> u64 {
    if options.session.is_some() {
        return 0;
    }
    let old = match store.journal.old_log_files(log, keep) {
        Ok(old) => old,
        Err(error) => {
            document.failed(&error);
            return 0;
        }
    };
    let mut lines = 0;
    for (file, count) in old {
        match if options.dry_run { Ok(()) } else { store.disk().remove_file(&file) } {
            Ok(()) => lines += count,
            Err(error) => document.failed(&format!("{}: {error}", file.display())),
        }
    }
    lines
}

fn orphans(store: &Store, options: &CleanupOptions, clock_is_trusted: bool, document: &mut CleanupDocument) {
    document.orphans_deleted = repair(store, options, true, false, document).0;
    if options.session.is_some() || !clock_is_trusted {
        return;
    }
    match store.results.ownerless_results() {
        Ok(found) => {
            for (session, bytes) in found {
                match if options.dry_run { Ok(true) } else { store.results.remove_ownerless(&session) } {
                    Ok(removed) => {
                        document.orphans_deleted += u64::from(removed);
                        document.bytes_freed += if removed { bytes } else { 0 };
                    }
                    Err(error) => document.failed(&error),
                }
            }
        }
        Err(error) => document.failed(&error),
    }
}

fn repair(
    store: &Store,
    options: &CleanupOptions,
    orphans: bool,
    quarantine: bool,
    document: &mut CleanupDocument,
) -> (u64, u64) {
    let scope = Scope { look_only: options.dry_run, orphans, quarantine, session: options.session.clone() };
    let repaired = store.recovery.repair(&scope);
    for error in &repaired.errors {
        document.failed(error);
    }
    (repaired.orphans, repaired.quarantined)
}

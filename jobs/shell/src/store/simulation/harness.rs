//! A store on a simulated disk with trivial jobs, the changes acknowledged to its users, and the
//! search for losses.

use super::rng::Rng;
use crate::clock::{BootTime, Clock};
use crate::job::{JobError, JobId, Life, NewJob, Record, SessionId, hash_reader};
use crate::kinds::{JobKind, Mix, QueuedBy, Run, RunError, Signal};
use crate::settings::Settings;
use crate::store::fs::simulated::SimDisk;
use crate::store::{Disk, FINAL_MIX, Scope, Store, StoreError};
use crate::worker::Worker;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A clock that tests move.
#[derive(Clone)]
pub(super) struct TestClock(Arc<Mutex<(Timestamp, u64)>>);

impl TestClock {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new((Timestamp::from_second(1_800_000_000).unwrap(), 1_000_000))))
    }

    /// Advances the clock.
    pub(super) fn forward(&self, seconds: i64) {
        self.jump(seconds);
        self.0.lock().unwrap().1 += 1_000 * seconds.max(0) as u64;
    }

    /// Changes the time of day only.
    pub(super) fn jump(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        now.0 = now.0.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // Time advances, so that no two moments are equal.
        let mut now = self.0.lock().unwrap();
        now.0 = now.0.checked_add(SignedDuration::from_micros(10)).unwrap();
        now.0
    }

    fn boot(&self) -> BootTime {
        BootTime { boot_id: "this one".into(), boot_ms: self.0.lock().unwrap().1 }
    }
}

/// A mix that writes a master naming its job and attempt, through almost every stage.
pub(super) struct Trivial(pub(super) SimDisk);

impl JobKind for Trivial {
    fn name(&self) -> &'static str {
        Mix::NAME
    }

    fn stages(&self) -> &'static [&'static str] {
        Mix::default().stages()
    }

    fn hung_after(&self) -> Duration {
        Mix::default().hung_after()
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn has_result(&self) -> bool {
        true
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        for (stage, percent) in [(0, 3), (1, 15), (3, 48), (4, 77), (5, 96)] {
            let stage = Some(self.stages()[stage]);
            if (run.watch)(Signal::Progress { stage, percent, message: "Under way" }).is_break() {
                return Err(RunError::Stopped);
            }
        }
        let failed = |error: std::io::Error| RunError::Failed(JobError::new("RENDER_FAILED", error.to_string()));
        let master = format!("the master of {} in attempt {}", run.job_id, run.attempt);
        self.0.write_new(&run.staging.join(FINAL_MIX), master.as_bytes()).map_err(failed)?;
        self.0.write_new(&run.staging.join("waveform.dat"), b"a picture").map_err(failed)?;
        Ok(())
    }
}

/// The state of a job as acknowledged to a user.
#[derive(Clone, Debug)]
struct Reported {
    session: SessionId,
    key: Option<String>,
    life: Life,
}

/// A store on a simulated disk and clock, and the changes acknowledged to its users.
pub(super) struct Simulation {
    pub(super) disk: SimDisk,
    pub(super) clock: TestClock,
    pub(super) store: Arc<Store>,
    reported: BTreeMap<JobId, Reported>,
    /// Jobs whose deletion was requested: they may exist or not.
    deleting: HashSet<JobId>,
    pub(super) checks: u64,
}

impl Simulation {
    pub(super) fn new() -> Self {
        Self::on(SimDisk::new())
    }

    pub(super) fn on(disk: SimDisk) -> Self {
        let clock = TestClock::new();
        let store = Self::store(&disk, &clock);
        Self { disk, clock, store, reported: BTreeMap::new(), deleting: HashSet::new(), checks: 0 }
    }

    fn store(disk: &SimDisk, clock: &TestClock) -> Arc<Store> {
        let settings = Settings::at("/media", "/storage").with(Trivial(disk.clone()));
        Arc::new(Store::with(settings, Arc::new(disk.clone()), Arc::new(clock.clone())))
    }

    /// Ends the process, or cuts its power, and starts a new one.
    pub(super) fn restart(&mut self, rng: &mut Rng) {
        self.disk.restart(rng);
        self.store = Self::store(&self.disk, &self.clock);
    }

    pub(super) fn worker(&self) -> Worker {
        Worker::new(Arc::clone(&self.store), || false)
    }

    pub(super) fn submit(&mut self, session: &str, key: Option<String>) -> Result<JobId, StoreError> {
        let mut job = NewJob::mix(session.parse().unwrap(), json!({ "key": key }));
        job.key.clone_from(&key);
        let record = self.store.submit(job, &[])?.record;
        let reported = Reported { session: record.session_id.clone(), key, life: record.life };
        self.reported.insert(record.job_id.clone(), reported);
        Ok(record.job_id)
    }

    fn note(&mut self, record: &Record) {
        if let Some(reported) = self.reported.get_mut(&record.job_id) {
            reported.life = record.life;
        }
    }

    pub(super) fn run_next(&mut self) -> Result<Option<Record>, StoreError> {
        let record = self.worker().run_next()?;
        if let Some(record) = &record {
            self.note(record);
        }
        Ok(record)
    }

    /// Runs one random action of a user or a worker; acknowledged changes are noted.
    pub(super) fn act(&mut self, rng: &mut Rng) -> Result<(), StoreError> {
        let pick = |rng: &mut Rng, jobs: &BTreeMap<JobId, Reported>| {
            let count = jobs.len();
            (count > 0).then(|| jobs.keys().nth(rng.next_u64() as usize % count).unwrap().clone())
        };
        match rng.next_u32() % 10 {
            0..=2 => {
                let key = (rng.next_u32().is_multiple_of(2)).then(|| format!("key {}", rng.next_u32() % 4));
                // A key belongs to one request, so its session follows from it.
                let session = key.as_ref().map_or(rng.next_u32() % 3, |key| key.len() as u32 % 3);
                self.submit(&format!("session-{session}"), key)?;
            }
            3..=6 => {
                self.run_next()?;
            }
            7 => {
                if let Some(job) = pick(rng, &self.reported) {
                    match self.store.cancel(&job) {
                        Ok(record) => self.note(&record),
                        Err(StoreError::Io { path, source }) => return Err(StoreError::Io { path, source }),
                        Err(_) => {}
                    }
                }
            }
            8 => {
                if let Some(job) = pick(rng, &self.reported) {
                    self.delete_oldest(&self.reported[&job].session.clone())?;
                }
            }
            _ => {
                self.store.recovery.repair(&Scope::ALL);
            }
        }
        Ok(())
    }

    /// Deletes as cleanup does: the oldest end first.
    fn delete_oldest(&mut self, session: &SessionId) -> Result<(), StoreError> {
        let jobs = self.store.index.jobs_of(session)?.into_iter();
        let ended =
            jobs.filter_map(|job| Some((self.store.records.read_in(session, &job).ok()?.finished_at?, job))).min();
        let Some((_, job)) = ended else { return Ok(()) };
        self.deleting.insert(job.clone());
        let mut deleted = self.store.deletions.delete(session, &[job], &HashSet::new(), |_| true);
        deleted.errors.pop().map_or(Ok(()), Err)
    }

    /// Returns the acknowledged changes that are lost or damaged; checked right after a restart,
    /// and again once all is repaired and run.
    pub(super) fn losses(&mut self) -> Vec<String> {
        let mut losses = Vec::new();
        for (job, reported) in self.reported.clone() {
            self.checks += 1;
            match self.store.records.read(&job) {
                Ok(record) if reported.life.is_ended() && record.life != reported.life => {
                    losses.push(format!("{job} was told to be {} and is {}", reported.life, record.life));
                }
                Ok(_) => {}
                Err(StoreError::NotFound(_) | StoreError::Expired(_) | StoreError::Deleted(_))
                    if self.deleting.contains(&job) => {}
                Err(error) => losses.push(format!("{job}, told to be {}: {error}", reported.life)),
            }
        }
        for (job, reported) in self.reported.clone() {
            let (Some(key), false) = (reported.key.clone(), self.deleting.contains(&job)) else { continue };
            self.checks += 1;
            match self.submit(reported.session.as_str(), Some(key.clone())) {
                Ok(again) if again != job => losses.push(format!("{key} made {again} beside {job}")),
                Ok(_) => {}
                Err(error) => losses.push(format!("{key} of {job}: {error}")),
            }
        }
        let mut repaired = self.store.recovery.repair(&Scope::ALL);
        if !repaired.errors.is_empty() {
            // The failure that was still pending; the next repair completes what this one could
            // not.
            let again = self.store.recovery.repair(&Scope::ALL);
            (repaired.errors, repaired.quarantined) = (again.errors, repaired.quarantined + again.quarantined);
        }
        losses.extend(repaired.errors.iter().map(|error| format!("repair: {error}")));
        if repaired.quarantined > 0 {
            losses.push(format!("{} torn records", repaired.quarantined));
        }
        let mut failures = 0;
        while failures < 3 {
            match self.run_next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                // A failure may still be pending; a worker continues.
                Err(error) => {
                    failures += 1;
                    losses.extend((failures == 3).then(|| format!("running on: {error}")));
                }
            }
        }
        losses.extend(self.promises());
        losses
    }

    /// Returns violations of the invariants at rest: every job has ended, and each session's result
    /// is its owner's.
    fn promises(&mut self) -> Vec<String> {
        let mut broken = Vec::new();
        for session in self.store.index.sessions().unwrap() {
            let mut owner: Option<Record> = None;
            for job in self.store.index.jobs_of(&session).unwrap() {
                self.checks += 1;
                let record = match self.store.records.read_in(&session, &job) {
                    Ok(record) => record,
                    Err(error) => {
                        broken.push(format!("{job}: {error}"));
                        continue;
                    }
                };
                if !record.life.is_ended() {
                    broken.push(format!("{job} is {} for ever", record.life));
                }
                if record.life == Life::Complete
                    && owner.as_ref().is_none_or(|owner| owner.finished_at < record.finished_at)
                {
                    owner = Some(record);
                }
            }
            let Some((owner, result)) = owner.and_then(|owner| owner.result.clone().map(|result| (owner, result)))
            else {
                continue;
            };
            let file = self.disk.open(&self.store.layout().final_mix(&session));
            match file.and_then(hash_reader) {
                Ok(found) if found.sha256 == result.sha256 && found.bytes == result.bytes => {}
                Ok(_) => broken.push(format!("{} is complete, and its file is another", owner.job_id)),
                Err(error) => broken.push(format!("{} is complete without its file: {error}", owner.job_id)),
            }
        }
        broken
    }
}

//! A process that works, submits and interferes on a job store until it is killed; tests start many
//! of them.

use jiff::{SignedDuration, Timestamp};
use mixdown_shell::cleanup::{CleanupOptions, clean_as_job, run_if_due};
use mixdown_shell::clock::{BootTime, Clock, SystemClock};
use mixdown_shell::job::{JobError, NewJob};
use mixdown_shell::kinds::{JobKind, Mix, QueuedBy, Run, RunError, Signal};
use mixdown_shell::settings::Settings;
use mixdown_shell::store::{Disk, Entry, FINAL_MIX, Lock, OsDisk, Scope, Stat, Store, SyncPoint};
use mixdown_shell::worker::{Service, Worker};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The machine's disk, until the process dies, or is stopped, before one of its operations.
struct DyingDisk {
    dies_at: u64,
    stops_at: u64,
    count: AtomicU64,
}

impl DyingDisk {
    fn step(&self, what: &str, path: &Path) {
        let step = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if step == self.dies_at || step == self.stops_at {
            eprintln!("{what} {}", path.file_name().unwrap_or_default().to_string_lossy());
        }
        if step == self.dies_at {
            std::process::abort();
        }
        if step == self.stops_at {
            stop();
        }
    }
}

/// Stops this process, as Ctrl-Z does, until it is continued.
fn stop() {
    #[cfg(unix)]
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)
        .expect("a process may stop");
}

impl Disk for DyingDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        OsDisk.open(path)
    }
    fn stat(&self, path: &Path) -> io::Result<Stat> {
        OsDisk.stat(path)
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        OsDisk.list(folder)
    }
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step("make folder", path);
        OsDisk.make_folder(path)
    }
    fn make_private_folder(&self, path: &Path) -> io::Result<()> {
        self.step("make folder", path);
        OsDisk.make_private_folder(path)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step("write", path);
        // A kill can also leave half of it.
        if self.count.load(Ordering::SeqCst) + 1 == self.dies_at {
            OsDisk.write_new(path, &bytes[..bytes.len() / 2])?;
            self.step("write the second half of", path);
        }
        OsDisk.write_new(path, bytes)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step("append to", path);
        OsDisk.append(path, bytes)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename to", to);
        OsDisk.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path);
        OsDisk.remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step("remove folder", path);
        OsDisk.remove_folder(path)
    }
    fn remove_tree(&self, path: &Path) -> io::Result<()> {
        self.step("remove tree", path);
        OsDisk.remove_tree(path)
    }
    fn sync_file(&self, path: &Path, point: SyncPoint) -> io::Result<()> {
        self.step("sync", path);
        OsDisk.sync_file(path, point)
    }
    fn sync_folder(&self, path: &Path, point: SyncPoint) -> io::Result<()> {
        self.step("sync folder", path);
        OsDisk.sync_folder(path, point)
    }
    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>> {
        self.step("lock", path);
        OsDisk.lock(path, wait)
    }
}

/// A mix that writes a master naming its job and attempt, through almost every stage; a slow one
/// waits first.
struct Trivial {
    is_slow: bool,
}

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
        for _ in 0..if self.is_slow { 20 } else { 0 } {
            if (run.watch)(Signal::Heartbeat).is_break() {
                return Err(RunError::Stopped);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        for (stage, percent) in [(0, 2), (1, 13), (3, 44), (4, 75), (5, 95)] {
            let stage = Some(self.stages()[stage]);
            if (run.watch)(Signal::Progress { stage, percent, message: "Under way" }).is_break() {
                return Err(RunError::Stopped);
            }
        }
        let failed = |error: io::Error| RunError::Failed(JobError::new("RENDER_FAILED", error.to_string()));
        let master = format!("the master of {} in attempt {}\n", run.job_id, run.attempt).repeat(100);
        std::fs::write(run.staging.join(FINAL_MIX), master).map_err(failed)?;
        std::fs::write(run.staging.join("waveform.dat"), "a picture").map_err(failed)?;
        Ok(())
    }
}

/// The machine's clock, with a time of day that is off by the seconds in a file.
struct JumpingClock(Option<OsString>);

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        let text = self.0.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let off = SignedDuration::from_secs(text.trim().parse().unwrap_or(0));
        SystemClock.now().checked_add(off).expect("a date")
    }

    fn boot(&self) -> BootTime {
        SystemClock.boot()
    }
}

fn submit(store: &Store, session: u64, key: Option<String>) {
    let mut job = NewJob::mix(format!("session-{session}").parse().expect("an id"), json!({ "stems": [] }));
    job.key = key;
    if let Ok(submitted) = store.submit(job, &[]) {
        // The acknowledgement: its reader may rely on the job.
        println!("{}", submitted.record.job_id);
        let _ = io::stdout().flush();
    }
}

/// Updates, cancels, cleans and rescues all jobs that it finds.
fn meddle(store: &Store, seed: u64, rounds: u64) {
    let mut state = seed;
    let mut random_below = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    for _ in 0..rounds {
        let jobs = store.listing.list(&mixdown_shell::store::Filter::default(), 200).unwrap_or_default();
        let Some(record) = jobs.get(random_below(jobs.len().max(1) as u64) as usize) else { return };
        let mut note = Ok(());
        match random_below(20) {
            0..=12 => {
                note = store
                    .records
                    .update(record, mixdown_shell::store::Role::Anyone, |record, _| {
                        let count = record.extra.get("updates").and_then(Value::as_u64).unwrap_or(0);
                        record.extra.insert("updates".into(), (count + 1).into());
                        Ok(())
                    })
                    .map(|_| println!("updated {}", record.job_id));
            }
            13 => drop(store.cancel(&record.job_id)),
            14 | 15 => drop(clean_as_job(store, &CleanupOptions::default(), &mut |_| false)),
            _ => drop(store.recovery.rescue(&record.session_id, &record.job_id)),
        }
        drop(note);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let [what, media, storage, ..] = arguments.as_slice() else { panic!("WHAT MEDIA STORAGE …") };
    let mut settings = Settings::at(media, storage).with(Trivial { is_slow: what == "work-slow" });
    if what == "work-impatient" {
        settings.hung_after.values_mut().for_each(|after| *after = Duration::from_millis(800));
        settings.cleanup.at_most = Duration::from_millis(800);
    }
    let at = |name: &str| if what == name { number(3) } else { u64::MAX };
    let disk = DyingDisk { dies_at: at("die"), stops_at: at("stop"), count: AtomicU64::new(0) };
    let store =
        Arc::new(Store::with(settings, Arc::new(disk), Arc::new(JumpingClock(std::env::var_os("STUB_WORKER_CLOCK")))));
    let service = |once| Service { worker: Worker::new(Arc::clone(&store), || false), concurrency: 1, once };
    match what.as_str() {
        "work" => drop(service(false).run(|_| {})),
        "work-slow" => {
            let worker = Worker::new(Arc::clone(&store), || false);
            drop(Service { worker, concurrency: 2, once: false }.run(|_| {}));
        }
        "work-once" => {
            store.recovery.repair(&Scope::ALL);
            while let Ok(Some(_)) = service(true).worker.run_next() {}
        }
        // Until no job waits or runs: a stopped worker's jobs are taken from it once their lease
        // has expired.
        "work-impatient" => {
            while !store.index.active().unwrap_or_default().is_empty() {
                let _ = service(true).worker.run_next();
                let _ = run_if_due(&store, &|| false);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        "submit" => {
            let count = if number(4) == 0 { u64::MAX } else { number(4) };
            for round in 0..count {
                submit(&store, round % 5, None);
                std::thread::sleep(Duration::from_millis(number(3)));
            }
        }
        "submit-key" => submit(&store, 0, Some("the one key".into())),
        "meddle" => meddle(&store, number(3), number(4)),
        // A whole life cycle: a job that completes, one that is cancelled, and a cleanup that
        // removes both.
        "die" | "stop" => {
            submit(&store, 0, Some("a key".into()));
            submit(&store, 0, None);
            if let Some(job) =
                store.listing.list(&mixdown_shell::store::Filter::default(), 1).unwrap_or_default().first()
            {
                let _ = store.cancel(&job.job_id);
            }
            store.recovery.repair(&Scope::ALL);
            while let Ok(Some(_)) = service(true).worker.run_next() {}
            let older_than = Some(Duration::ZERO);
            let _ = clean_as_job(&store, &CleanupOptions { older_than, ..CleanupOptions::default() }, &mut |_| false);
            println!("lived to the end");
        }
        other => panic!("{other}"),
    }
}

//! The time of day jumps while workers run: no live job is taken over, none is lost.

use super::test_folders::TestFolders;
use crate::program_runs::rounds;
use mixdown_shell::job::{JobId, NewJob};
use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Way of setting the workers' clock: by the test process's own clock, or by libfaketime in every
/// call.
#[derive(Clone, Copy)]
enum Setting<'a> {
    File,
    Library(&'a Path),
}

struct Campaign {
    folders: TestFolders,
    known: Vec<JobId>,
    workers: Vec<Child>,
}

impl Campaign {
    fn begin(setting: Setting<'_>) -> Self {
        let folders = TestFolders::new();
        let file = folders.path("clock");
        let mut campaign = Self { folders, known: Vec::new(), workers: Vec::new() };
        campaign.set(0, setting);
        for _ in 0..2 {
            let mut worker = campaign.folders.stub_worker("work-slow");
            match setting {
                Setting::File => worker.env("STUB_WORKER_CLOCK", &file),
                Setting::Library(library) => worker
                    .env("LD_PRELOAD", library)
                    .env("FAKETIME_TIMESTAMP_FILE", &file)
                    .env("FAKETIME_NO_CACHE", "1")
                    .env("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            };
            campaign.workers.push(worker.spawn().unwrap());
        }
        campaign
    }

    fn set(&self, offset_s: i64, setting: Setting<'_>) {
        let text = match setting {
            Setting::File => offset_s.to_string(),
            Setting::Library(_) => format!("{offset_s:+}"),
        };
        fs::write(self.folders.path("clock.new"), text).unwrap();
        fs::rename(self.folders.path("clock.new"), self.folders.path("clock")).unwrap();
    }

    fn submit(&mut self, count: usize) {
        let store = self.folders.store();
        for _ in 0..count {
            // Fewer than the largest number of jobs of a session.
            let session = format!("session-{}", self.known.len() / 40).parse().unwrap();
            self.known.push(store.submit(NewJob::mix(session, serde_json::json!({})), &[]).unwrap().record.job_id);
        }
    }

    fn wait(&self) {
        let (store, begin) = (self.folders.store(), Instant::now());
        while !self.known.iter().all(|job| store.records.read(job).is_ok_and(|record| record.life.is_ended())) {
            assert!(begin.elapsed() < Duration::from_secs(120), "jobs wait for ever, or are gone");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn jumps(setting: Setting<'_>, name: &str) {
    let mut campaign = Campaign::begin(setting);
    // So many that their simultaneous expiry is treated as a jump of the clock.
    campaign.submit(rounds(110, 150) as usize);
    campaign.wait();
    let mut count = 0;
    for _ in 0..rounds(1, 10) {
        for offset_s in [31 * MINUTE, 49 * HOUR, 365 * 24 * HOUR] {
            for set in [offset_s, 0, -offset_s, 0] {
                campaign.submit(2);
                std::thread::sleep(Duration::from_millis(250));
                campaign.set(set, setting);
                count += 1;
            }
        }
        campaign.wait();
    }
    for worker in &mut campaign.workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let store = campaign.folders.store();
    let taken =
        campaign.known.iter().filter(|job| store.records.read(job).is_ok_and(|record| record.attempt != 1)).count();
    let losses = campaign.folders.losses(&campaign.known);
    println!(
        "jumps by {name}: {count}; jobs: {}; taken from a live worker: {taken}; losses: {}",
        campaign.known.len(),
        losses.len()
    );
    assert_eq!((taken, losses), (0, Vec::new()));
    assert_eq!(store.journal.counters().unwrap().rescues, 0);
}

#[test]
fn jumps_of_the_time_of_day_take_and_lose_no_job() {
    jumps(Setting::File, "file");
}

#[cfg(target_os = "linux")]
#[test]
fn clock_jumps_in_every_call_lose_no_job() {
    let library = Path::new("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
    if library.exists() {
        jumps(Setting::Library(library), "libfaketime");
    } else {
        println!("libfaketime is not there: the clock was set by a file alone");
    }
}

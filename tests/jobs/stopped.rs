//! A worker that is stopped, as by Ctrl-Z, blocks other processes for no longer than its lease
//! lasts.

use super::test_folders::{TestFolders, ids};
use crate::program_runs::{rounds, signal};
use mixdown_shell::store::StoreError;
use rustix::process::Signal;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Waits until a process is stopped, or has ended. Returns true if it is stopped.
fn is_stopped(child: &mut Child) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        if stat.contains(") T ") {
            return true;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("neither stopped nor ended");
}

#[test]
fn a_stopped_worker_blocks_no_other() {
    let (mut stops, mut checked, mut longest) = (0, 0, Duration::ZERO);
    for step in (1..).step_by(rounds(23, 1) as usize) {
        let folders = TestFolders::new();
        let mut worker = folders.stub_worker("stop").arg(step.to_string()).stderr(Stdio::piped()).spawn().unwrap();
        let stopped = is_stopped(&mut worker);
        let begin = Instant::now();
        if stopped {
            let mut other = folders.stub_worker("work-impatient").spawn().unwrap();
            while other.try_wait().unwrap().is_none() {
                assert!(begin.elapsed() < Duration::from_secs(20), "held up at step {step}");
                std::thread::sleep(Duration::from_millis(5));
            }
            longest = longest.max(begin.elapsed());
            stops += 1;
            signal(&worker, Signal::CONT);
        }
        let output = worker.wait_with_output().unwrap();
        let stated = String::from_utf8(output.stdout).unwrap();
        folders.work_off();
        let store = folders.store();
        // Jobs that the cleanup removed are missing.
        let known: Vec<_> = ids(&stated)
            .into_iter()
            .filter(|job| !matches!(store.records.read(job), Err(StoreError::Expired(_))))
            .collect();
        checked += ids(&stated).len();
        assert_eq!(folders.losses(&known), Vec::<String>::new(), "{}", String::from_utf8_lossy(&output.stderr));
        if !stopped {
            break;
        }
    }
    println!("stops: {stops}; acknowledgements checked: {checked}; losses: 0; longest hold-up {longest:.2?}");
    assert!(stops > 3);
}

#[test]
fn a_second_worker_runs_jobs_beside_a_stopped_one() {
    let folders = TestFolders::new();
    let store = folders.store();
    let submit = |session: &str| {
        let job = mixdown_shell::job::NewJob::mix(session.parse().unwrap(), serde_json::json!({}));
        store.submit(job, &[]).unwrap().record.job_id
    };
    let mut first = folders.stub_worker("work").spawn().unwrap();
    let mut second = folders.stub_worker("work").spawn().unwrap();
    let (mut state, mut known, mut waits) = (1_u64, Vec::new(), Vec::new());
    for round in 0..rounds(10, 1_000) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        known.push(submit(&format!("busy-{}", round % 7)));
        std::thread::sleep(Duration::from_micros((state >> 33) % 60_000));
        signal(&first, Signal::STOP);
        let begin = Instant::now();
        let job = submit(&format!("other-{}", round % 5));
        while !store.records.read(&job).is_ok_and(|record| record.life.is_ended())
            && begin.elapsed() < Duration::from_secs(10)
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        if begin.elapsed() > Duration::from_secs(2) {
            println!("late: {:?}; active: {:?}", store.records.read(&job), store.index.active());
        }
        waits.push(begin.elapsed());
        known.push(job);
        signal(&first, Signal::CONT);
    }
    for worker in [&mut first, &mut second] {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    folders.work_off();
    let late = waits.iter().filter(|wait| **wait > Duration::from_secs(2)).count();
    waits.sort_unstable();
    println!(
        "stops: {}; acknowledgements checked: {}; waits: median {:.2?}, longest {:.2?}; above 2 s: {late}",
        waits.len(),
        known.len(),
        waits[waits.len() / 2],
        waits[waits.len() - 1]
    );
    assert_eq!(folders.losses(&known), Vec::<String>::new());
    assert_eq!(late, 0);
}

/// Returns the process that renders for `worker`, once it has started threads.
#[cfg(target_os = "linux")]
fn renderer(worker: &mut Child) -> u32 {
    loop {
        assert_eq!(worker.try_wait().unwrap(), None, "the worker ended, and nothing rendered for it");
        for process in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(id) = process.file_name().to_string_lossy().parse::<u32>() else { continue };
            let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
            let threads = || std::fs::read_dir(process.path().join("task")).map_or(0, Iterator::count);
            if parent == Some(worker.id()) && threads() > 1 {
                return id;
            }
        }
    }
}

/// Returns the niceness of a process: 19 gives way to all others.
#[cfg(target_os = "linux")]
fn niceness(process: u32) -> i32 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_stopped_renderer_dies_with_its_worker() {
    let folders = TestFolders::new();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut stem = hound::WavWriter::create(folders.path("long.wav"), spec).unwrap();
    for n in 0..44_100 * 300 {
        stem.write_sample((n % 3_001) as i16).unwrap();
    }
    stem.finalize().unwrap();
    assert!(folders.mixdown(&["submit", "long.wav", "--session-id", "long"]).output().unwrap().status.success());
    let mut worker = folders.mixdown(&["run", "--once"]).stderr(Stdio::null()).spawn().unwrap();
    let id = renderer(&mut worker);
    let process = rustix::process::Pid::from_raw(id as i32).unwrap();
    rustix::process::kill_process(process, Signal::STOP).unwrap();
    assert_eq!(niceness(id), (niceness(worker.id()) + 10).min(19), "a render gives way to requests");
    worker.kill().unwrap();
    worker.wait().unwrap();
    let begin = Instant::now();
    // A process whose parent does not wait for it stays as a zombie, without threads.
    let lives = || {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    };
    while lives() {
        if begin.elapsed() > Duration::from_secs(5) {
            rustix::process::kill_process(process, Signal::KILL).unwrap();
            panic!("the renderer outlives its worker");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

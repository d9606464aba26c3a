//! Workers and submitters killed at random times and at every step: no acknowledged job is lost, no
//! record is torn, every job ends.

use super::test_folders::{TestFolders, ids};
use crate::program_runs::rounds;
use mixdown_fixtures::signals;
use std::io::Read;
use std::process::{Child, Stdio};
use std::time::Duration;

/// Kills per folders.
const KILLS: u64 = 300;

/// Kills a process and returns its output so far.
fn kill(mut child: Child) -> String {
    child.kill().unwrap();
    let mut text = String::new();
    // Only a truncated line is not text, and it is not an acknowledgement either.
    let _ = child.stdout.take().map(|mut output| output.read_to_string(&mut text));
    child.wait().unwrap();
    text
}

/// Kills three hundred processes in a fresh folders. Returns the number of acknowledgements
/// checked, and the losses.
fn three_hundred_kills(seed: u64) -> (usize, Vec<String>) {
    let folders = TestFolders::new();
    let submitter = |folders: &TestFolders| folders.stub_worker("submit").arg("4").spawn().unwrap();
    let mut submits = submitter(&folders);
    let (mut acknowledged, mut kills, mut state) = (Vec::new(), 0, seed);
    while kills < KILLS {
        let worker = folders.stub_worker("work").spawn().unwrap();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(3 + (state >> 33) % 30));
        kill(worker);
        kills += 1;
        if kills % 10 == 0 && kills < KILLS {
            acknowledged.extend(ids(&kill(submits)));
            kills += 1;
            // The queue is kept from growing without end.
            if kills % 50 < 10 {
                folders.work_off();
            }
            submits = submitter(&folders);
        }
    }
    acknowledged.extend(ids(&kill(submits)));
    folders.work_off();
    (acknowledged.len(), folders.losses(&acknowledged))
}

#[test]
fn hundreds_of_kills_at_random_times_lose_nothing() {
    let (mut checked, mut losses) = (0, Vec::new());
    let yards = rounds(1, 34);
    for folders in 1..=yards {
        let (acknowledged, lost) = three_hundred_kills(12_345 * folders);
        assert!(acknowledged > 100, "{acknowledged}");
        checked += acknowledged;
        losses.extend(lost);
        println!("kills: {}; acknowledgements checked: {checked}; losses: {}", folders * KILLS, losses.len());
    }
    assert_eq!(losses, Vec::<String>::new());
}

#[test]
fn a_worker_death_before_any_step_loses_nothing() {
    let (mut steps, mut checked) = (Vec::new(), 0);
    for step in 1.. {
        let folders = TestFolders::new();
        let run = folders.stub_worker("die").arg(step.to_string()).stderr(Stdio::piped()).output().unwrap();
        let stated = String::from_utf8(run.stdout).unwrap();
        let store = folders.store();
        folders.work_off();
        // Jobs that the cleanup had begun to remove may be missing.
        let known: Vec<_> = ids(&stated)
            .into_iter()
            .filter(|job| !matches!(store.records.read(job), Err(mixdown_shell::store::StoreError::Expired(_))))
            .collect();
        checked += ids(&stated).len();
        assert_eq!(folders.losses(&known), Vec::<String>::new(), "{}", String::from_utf8_lossy(&run.stderr));
        if stated.contains("lived to the end") {
            break;
        }
        steps.push(String::from_utf8_lossy(&run.stderr).lines().last().unwrap_or_default().to_owned());
    }
    println!("steps killed at: {}; acknowledgements checked: {checked}; losses: 0", steps.len());
    for needed in ["sync final_mix.wav", "rename to final_mix.wav", "lock cleanup", "remove final_mix.wav", "write .0"]
    {
        assert!(steps.iter().any(|step| step.starts_with(needed)), "{needed} is no step: {steps:#?}");
    }
}

#[test]
fn every_mix_is_whole_after_the_program_is_killed() {
    let folders = TestFolders::new();
    let tone = signals::sine(48_000.0, 440.0, 0.3, 0.0, 24_000);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(folders.path("tone.wav"), spec).unwrap();
    for sample in tone {
        writer.write_sample((sample * 32_767.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
    let mut acknowledged = Vec::new();
    for number in 0..6 {
        let session = format!("song-{}", number % 3);
        let run = folders.mixdown(&["submit", "tone.wav", "--session-id", &session]).output().unwrap();
        acknowledged.extend(ids(&String::from_utf8(run.stdout).unwrap()));
    }
    assert_eq!(acknowledged.len(), 6);
    for kill_ms in (20..).step_by(23).take(12) {
        let mut worker = folders.mixdown(&["run"]).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill_ms));
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    assert!(folders.mixdown(&["run", "--once"]).stderr(Stdio::null()).status().unwrap().success());
    assert_eq!(folders.losses(&acknowledged), Vec::<String>::new());
    println!("kills of the program: 12; acknowledgements checked: 6; losses: 0");
}

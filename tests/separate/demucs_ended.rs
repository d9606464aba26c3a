//! External programs that fail, hang, flood or are stopped: the reason is named, nothing is left.

use super::fake::{COPIES, have_ended, refused, run, within, write, write_stems};
use super::{RATE_HZ, document, four_parts, sum};
use crate::program_runs::{TestFolder, signal};
use rustix::process::Signal;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A script that never ends, nor does a process that it started; both are in the file `running`.
const HANGS: &str = r#"
sleep 600 &
echo $$ $! > "$here/starting" && mv "$here/starting" "$here/running"
cp "$here/drums.wav" "$stems/drums.wav"
wait
"#;

fn song() -> TestFolder {
    let folder = TestFolder::new();
    let four = four_parts(50_000);
    folder.write_wav("song.wav", RATE_HZ, &[&sum(&four)]);
    write_stems(&folder, RATE_HZ, &four.map(|part| vec![part]));
    folder
}

#[test]
fn a_failure_is_reported_in_the_words_of_the_program() {
    let folder = song();
    write(&folder, "echo 'model not found: x' >&2; exit 3");
    refused(&folder, "", "exit status: 3");
    refused(&folder, "", "model not found: x");
    write(&folder, "echo 'no such track'; exit 0");
    refused(&folder, "", "wrote no drums.wav: no such track");
    write(&folder, "kill -9 $$");
    refused(&folder, "", "signal: 9");
}

#[test]
fn half_a_result_is_none() {
    let folder = song();
    write(&folder, &format!("{COPIES}\nrm \"$stems/vocals.wav\""));
    refused(&folder, "", "wrote no vocals.wav");
    write(&folder, &format!("{COPIES}\nhead -c 60000 \"$here/bass.wav\" > \"$stems/bass.wav\""));
    refused(&folder, "", "bass.wav: is not complete");
    write(&folder, &format!("{COPIES}\n: > \"$stems/other.wav\""));
    refused(&folder, "", "other.wav: is empty");
    let short: Vec<f32> = four_parts(20_000)[0].clone();
    folder.write_wav("bin/short.wav", RATE_HZ, &[&short]);
    write(&folder, &format!("{COPIES}\ncp \"$here/short.wav\" \"$stems/drums.wav\""));
    refused(&folder, "", "before the song");
}

#[test]
fn a_program_that_hangs_is_ended_at_the_time_limit_with_all_that_it_started() {
    let folder = song();
    write(&folder, HANGS);
    let started = Instant::now();
    refused(&folder, "--time-limit 0.5", "longer than 0.5 s");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(have_ended(&folder, "running"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_takes_too_much_memory_is_ended() {
    let folder = song();
    write(&folder, "x=$(head -c 60000000 /dev/zero | tr '\\0' x); sleep 600");
    refused(&folder, "--memory-limit 40M", "more than 40 MiB");
}

#[test]
fn a_flood_of_output_is_no_hindrance() {
    let folder = song();
    write(&folder, &format!("head -c 30000000 /dev/zero; head -c 30000000 /dev/zero >&2\n{COPIES}"));
    document(&run(&folder, "--json"));
    write(&folder, "head -c 30000000 /dev/zero | tr '\\0' x >&2; echo ' the end' >&2; exit 1");
    fs::remove_dir_all(folder.path("parts")).unwrap();
    let failed = run(&folder, "");
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("xxx the end") && failed.stderr.len() < 2_000, "{}", failed.stderr);
}

#[test]
fn a_process_that_outlives_the_program_is_ended_with_it() {
    let folder = song();
    write(&folder, &format!("sleep 600 &\necho $! > \"$here/running\"\n{COPIES}"));
    let started = Instant::now();
    document(&run(&folder, "--json"));
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(have_ended(&folder, "running"));
}

#[test]
fn ctrl_c_ends_the_program_and_leaves_nothing() {
    for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = song();
        write(&folder, HANGS);
        let child = folder
            .command()
            .args(["separate", "song.wav", "--out", "new/parts", "--demucs", "bin/demucs"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        assert!(within(Duration::from_secs(20), || folder.path("bin/running").exists()));
        signal(&child, sent);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("stopped; nothing was written"), "{stderr}");
        assert!(have_ended(&folder, "running"));
        assert_eq!(folder.names("."), ["bin", "song.wav"]);
    }
}

#[test]
fn sigkill_of_the_command_ends_the_program_with_all_that_it_started() {
    let folder = song();
    write(&folder, HANGS);
    let mut child = folder
        .command()
        .args(["separate", "song.wav", "--out", "parts", "--demucs", "bin/demucs"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(within(Duration::from_secs(20), || folder.path("bin/running").exists()));
    // SIGKILL, which no process can catch.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(have_ended(&folder, "running"));
}

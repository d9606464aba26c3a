//! Programs that stand for demucs: they take its arguments, and do the work of a script.

use super::PARTS;
use crate::program_runs::{Run, TestFolder};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The start of every script. `$stems` is the folder that demucs would write to, `$here` that of
/// the test.
const HEAD: &str = r#"#!/bin/sh
here=$(dirname "$0")
printf '%s\n' "$*" > "$here/arguments"
[ "$1 $3" = "-n -o" ] && [ $# = 5 ] || { echo "wrong usage" >&2; exit 2; }
name=$(basename "$5")
stems="$4/$2/${name%.*}"
mkdir -p "$stems"
"#;

/// Writes a script as the program `demucs` into the folder `bin`, which files of stems share.
pub(super) fn write(folder: &TestFolder, script: &str) {
    fs::create_dir_all(folder.path("bin")).unwrap();
    // Written by another process: one of this process that starts meanwhile may hold the file open
    // for writing, and then nothing can run it.
    let mut shell = Command::new("sh")
        .args(["-c", "cat > demucs && chmod +x demucs"])
        .current_dir(folder.path("bin"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(format!("{HEAD}{script}\n").as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
}

/// The script of a program that works: it copies `bin/PART.wav`.
pub(super) const COPIES: &str = r#"
printf 'Separating track\n  0%%|    | 0.0/10\r 50%%|##  | 5.0/10\r100%%|####| 10/10\n' >&2
for part in drums bass other vocals; do cp "$here/$part.wav" "$stems/$part.wav"; done
"#;

/// Writes the files that [`COPIES`] copies; each part has channels.
pub(super) fn write_stems(folder: &TestFolder, rate_hz: u32, stems: &[Vec<Vec<f32>>; 4]) {
    fs::create_dir_all(folder.path("bin")).unwrap();
    for (part, channels) in PARTS.iter().zip(stems) {
        let channels: Vec<&[f32]> = channels.iter().map(|samples| &**samples).collect();
        folder.write_wav(&format!("bin/{part}.wav"), rate_hz, &channels);
    }
}

/// Separates `song.wav` into `parts` with further arguments.
pub(super) fn run(folder: &TestFolder, arguments: &str) -> Run {
    folder.run(&format!("separate song.wav --out parts --demucs bin/demucs {arguments}"))
}

/// Asserts that a run failed for `expected`, and left nothing.
pub(super) fn refused(folder: &TestFolder, arguments: &str, expected: &str) {
    let run = run(folder, arguments);
    assert_eq!(run.code, Some(1), "{expected}: {}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    assert_eq!(folder.names("."), ["bin", "song.wav"], "{expected}");
}

/// Returns true once none of the processes runs whose numbers are in a file of `bin`.
pub(super) fn have_ended(folder: &TestFolder, file: &str) -> bool {
    let numbers = fs::read_to_string(folder.path("bin").join(file)).unwrap();
    let numbers: Vec<&str> = numbers.split_whitespace().collect();
    assert!(!numbers.is_empty());
    let runs = |number: &&str| {
        let listed = Command::new("ps").args(["-o", "stat=", "-p", number]).output().unwrap();
        let state = String::from_utf8(listed.stdout).unwrap();
        // One that nobody has reaped has ended all the same.
        !state.trim().is_empty() && !state.trim().starts_with('Z')
    };
    within(Duration::from_secs(2), || !numbers.iter().any(runs))
}

/// Returns true if a condition holds before a time has passed.
pub(super) fn within(time: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < time {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

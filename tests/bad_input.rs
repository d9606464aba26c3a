//! Bad input ends with exit code 1 and one sentence that names the file and the remedy: no panic,
//! nothing left on disk.

#[cfg(unix)]
use crate::program_runs::signal;
use crate::program_runs::{Run, TestFolder, program};
use mixdown_fixtures::signals;
#[cfg(unix)]
use rustix::process::Signal;
use std::fs;
use std::process::Command;

fn tone() -> Vec<f32> {
    signals::sine(48_000.0, 440.0, 0.3, 0.0, 48_000)
}

/// Writes a good stem to use beside a bad one.
fn prepared_folder() -> TestFolder {
    let folder = TestFolder::new();
    folder.write_wav("good.wav", 48_000, &[&tone(), &tone()]);
    folder
}

fn assert_refused(folder: &TestFolder, run: &Run, file: &str, caption: &str) {
    assert_eq!(run.code, Some(1), "{file}: {}{}", run.stdout, run.stderr);
    let message = run.stderr.lines().last().unwrap_or_default();
    assert!(message.contains(file) && message.contains(caption), "{file}: {:?} should say {caption:?}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert_eq!(folder.names("out"), Vec::<String>::new(), "left behind");
}

/// Builds a WAV header with any values.
fn header(channels: u16, rate: u32, data_bytes: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data_bytes).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate.wrapping_mul(u32::from(channels) * 2)).to_le_bytes());
    bytes.extend((channels * 2).to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data_bytes.to_le_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn every_kind_of_bad_stem_is_refused_by_name() {
    let folder = prepared_folder();
    let good = fs::read(folder.path("good.wav")).unwrap();
    let mut nan = tone();
    nan[24_000] = f32::NAN;
    let cases: [(&str, Option<Vec<u8>>, &str); 9] = [
        ("missing.wav", None, "no such file"),
        ("empty.wav", Some(Vec::new()), "empty"),
        ("cut.wav", Some(good[..30].to_vec()), "cut.wav"),
        ("text.wav", Some(b"dear diary, today I mixed a song\n".repeat(40)), "convert"),
        ("zero.wav", Some(header(2, 48_000, 0, &[])), "0 frames"),
        ("nochannels.wav", Some(header(0, 48_000, 64, &[0; 64])), "channel"),
        ("one.wav", Some(header(1, 48_000, 2, &[1, 2])), "1 "),
        ("norate.wav", Some(header(2, 0, 64, &[0; 64])), "0 Hz"),
        ("chapter.flac", Some(b"fLaC but no more".to_vec()), "chapter.flac"),
    ];
    for (name, bytes, caption) in cases {
        if let Some(bytes) = bytes {
            folder.write(name, &bytes);
        }
        assert_refused(&folder, &folder.run(&format!("render good.wav {name} --out out")), name, caption);
    }
    folder.write_wav("nan.wav", 48_000, &[&nan, &nan]);
    assert_refused(&folder, &folder.run("render good.wav nan.wav --out out"), "nan.wav", "0.5");
    fs::create_dir(folder.path("folder.wav")).unwrap();
    assert_refused(
        &folder,
        &folder.run("render good.wav folder.wav --out out"),
        "folder.wav",
        "a folder without audio files",
    );
}

#[test]
fn every_bad_stem_is_listed_at_once() {
    let folder = prepared_folder();
    folder.write("empty.wav", b"");
    folder.write("text.wav", b"hello hello hello");
    let run = folder.run("render empty.wav good.wav text.wav --out out");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("empty.wav") && run.stderr.contains("text.wav"), "{}", run.stderr);
}

#[test]
fn a_silent_and_a_short_reference_are_listed_with_the_others() {
    let folder = prepared_folder();
    folder.write_wav("silent.wav", 48_000, &[&vec![0.0; 96_000]]);
    folder.write_wav("short.wav", 48_000, &[&tone()[..4_800]]);
    for (file, reference, captions) in [
        ("good.wav", "silent.wav", vec!["silent.wav: it is silent"]),
        ("good.wav", "short.wav", vec!["short.wav: 0.10 s are too short"]),
        ("short.wav", "silent.wav", vec!["short.wav: 0.10 s", "silent.wav: it is silent"]),
        ("missing.wav", "silent.wav", vec!["missing.wav", "silent.wav: it is silent"]),
    ] {
        let run = folder.run(&format!("match-eq {file} --reference {reference}"));
        assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
        assert!(captions.iter().all(|caption| run.stderr.contains(caption)), "{captions:?}: {}", run.stderr);
        assert!(run.stdout.is_empty() && !run.stderr.contains("panicked"), "{}", run.stderr);
    }
    let run = folder.run("match-eq good.wav --reference pink");
    assert!(run.code == Some(0) && run.stdout.starts_with("inserts = [{ type = \"match_eq\""), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = prepared_folder();
    fs::copy(folder.path("good.wav"), folder.path("secret.wav")).unwrap();
    fs::set_permissions(folder.path("secret.wav"), fs::Permissions::from_mode(0o000)).unwrap();
    let run = folder.run("render good.wav secret.wav --align off --out out");
    if fs::File::open(folder.path("secret.wav")).is_ok() {
        // The superuser reads any file.
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    } else {
        assert_refused(&folder, &run, "secret.wav", "permission");
    }
}

#[test]
fn a_false_length_gives_a_warning_and_the_real_frames() {
    let folder = prepared_folder();
    let bytes: Vec<u8> = (0..1_000_i16).flat_map(i16::to_le_bytes).collect();
    folder.write("claim.wav", &header(1, 8_000, 8_000 * 2 * 14_400, &bytes));
    let run = folder.run("render claim.wav --target none --out out");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("claim.wav"), "{}", run.stderr);
    assert_eq!(hound::WavReader::open(folder.path("out/final_mix.wav")).unwrap().duration(), 1_000);
}

#[test]
fn a_truncated_stem_is_rendered_and_reported() {
    let folder = prepared_folder();
    let good = fs::read(folder.path("good.wav")).unwrap();
    folder.write("half.wav", &good[..good.len() / 2]);
    let run = folder.run("render half.wav --out out --json");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(document["report"]["tracks"][0]["read"]["truncated"].is_string(), "{document:#}");
    assert!(document["report"]["warnings"][0].as_str().unwrap().contains("half.wav"));
}

#[test]
fn a_file_in_place_of_the_folder_is_refused_and_kept() {
    let folder = prepared_folder();
    folder.write("taken", b"mine");
    let run = folder.run("render good.wav --out taken");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("taken: is a file, not a folder; name another folder"), "{}", run.stderr);
    assert_eq!(fs::read(folder.path("taken")).unwrap(), b"mine");
}

/// A limit on the size of files simulates a full disk: the write fails in the same way, and no
/// privilege is needed.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_render_and_leaves_nothing() {
    let folder = TestFolder::new();
    let long = signals::white_noise(1, 0.2, 480_000);
    folder.write_wav("good.wav", 48_000, &[&long, &long]);
    let run: Run = Command::new("sh")
        .current_dir(folder.path("."))
        .args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" render good.wav --out out", program()])
        .output()
        .unwrap()
        .into();
    assert_refused(&folder, &run, "out", "name a folder on a disk that takes larger files");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_render_and_keeps_existing_files() {
    let folder = TestFolder::new();
    let long = signals::white_noise(1, 0.2, 4_800_000);
    folder.write_wav("long.wav", 48_000, &[&long, &long]);
    folder.write_wav("short.wav", 48_000, &[&long[..48_000], &long[..48_000]]);
    assert_eq!(folder.run("render short.wav --out out --mix-only").code, Some(0));
    let yesterday = fs::read(folder.path("out/final_mix.wav")).unwrap();
    let child = folder
        .command()
        .args(["render", "long.wav", "long.wav", "--out", "out", "--chunk-frames", "64"])
        .stderr(std::process::Stdio::piped())
        .spawn();
    let child = child.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&child, Signal::INT);
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(run.stderr.contains("stopped on request"), "{}", run.stderr);
    assert_eq!(folder.names("out"), ["final_mix.wav"]);
    assert_eq!(fs::read(folder.path("out/final_mix.wav")).unwrap(), yesterday);
}

#[test]
fn a_wrong_session_lists_everything_at_once() {
    let folder = prepared_folder();
    folder.write(
        "mix.toml",
        b"[[tracks]]\nfile = 'gone.wav'\n[[tracks]]\nfile = 'good.wav'\npann = 0.1\ninserts = [{ type = 'low_pass', cutoff_hz = 30000 }]\n[master]\nceiling_dbtp = 3\n",
    );
    let run = folder.run("render --session mix.toml --rate 44100 --out out");
    assert_eq!(run.code, Some(1));
    for part in ["mix.toml: ", "gone.wav", "pann", "ceiling_dbtp = 3", "line 2", "line 5", "line 8"] {
        assert!(run.stderr.contains(part), "{part:?} is missing from {}", run.stderr);
    }
    assert_eq!(folder.names("out"), Vec::<String>::new());
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let folder = prepared_folder();
    for arguments in [
        "render",
        "render good.wav",
        "mix good.wav",
        "render good.wav --out out --target loud",
        "session",
        "render mix.toml --out out",
    ] {
        assert_eq!(folder.run(arguments).code, Some(2), "{arguments}");
    }
}

#[test]
fn conflicting_flags_are_wrong_usage() {
    let folder = prepared_folder();
    for (flags, expected) in [
        ("--start 5 --end 3", "--end 3 is not after --start 5"),
        ("--format opus --rate 44100", "leave --rate out"),
        ("--tail=-1", "--tail -1 is out of range"),
        ("--max-limiting 500", "--max-limiting 500 is out of range"),
        ("--shape --format wav32f", "--shape does nothing to wav32f"),
        ("--shape=strong --format wav32f", "--shape \"strong\" does nothing to wav32f"),
        ("--seed 9223372036854775808", "--seed 9223372036854775808 is out of range"),
    ] {
        for more in ["", "--dry-run"] {
            let run = folder.run(&format!("render good.wav --out out {flags} {more}"));
            assert_eq!(run.code, Some(2), "{flags} {more}: {}", run.stderr);
            assert!(run.stderr.starts_with("mixdown: --") || run.stderr.starts_with("mixdown: opus"), "{}", run.stderr);
            assert!(run.stderr.contains(expected) && !run.stderr.contains('_'), "{flags}: {}", run.stderr);
        }
    }
    // A message names a document's keys, and a flag that overrides one by its name.
    folder.write("mix.toml", b"[[tracks]]\nfile = 'good.wav'\n[time]\nstart_s = 5\n");
    let run = folder.run("render --session mix.toml --end 3 --out out");
    assert!(run.code == Some(1) && run.stderr.contains("--end 3 is not after start_s = 5"), "{}", run.stderr);
    assert_eq!(folder.names("out"), Vec::<String>::new());
}

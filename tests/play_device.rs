//! `mixdown play` on sound devices that need no hardware: ALSA's own, one that records to a file
//! and one that fails.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::signals;
use serde_json::Value;

/// Builds a folder with a stem and with devices: `heard` writes `heard.raw`, `broken` accepts
/// nothing, and `default` is `other`.
fn prepared_folder(other: &str) -> (TestFolder, Vec<f32>) {
    let folder = TestFolder::new();
    let file = |name: &str, file: &str, about: &str| {
        let file = if file.starts_with('/') { file.into() } else { folder.path(file).display().to_string() };
        format!(
            "pcm.{name} {{ type file slave.pcm null format raw file {file:?} hint {{ show on description {about:?} }} }}\n"
        )
    };
    let devices = file("heard", "heard.raw", "What is heard")
        + &file("broken", "/dev/full", "A full disk")
        + &format!("pcm.!default {other:?}\n");
    folder.write(".asoundrc", devices.as_bytes());
    // Short enough to be read ahead as a whole: such devices play as fast as they receive blocks.
    let stem = signals::white_noise(4, 0.4, 20_000);
    folder.write_wav("stem.wav", 48_000, &[&stem, &stem]);
    (folder, stem)
}

fn play(folder: &TestFolder, arguments: &str) -> Run {
    let mut command = folder.command();
    command.env("HOME", folder.path("")).arg("play").args(arguments.split_whitespace());
    command.output().unwrap().into()
}

/// Returns the left channel of a device's input.
fn observed(folder: &TestFolder, channels: usize) -> Vec<f32> {
    let bytes = std::fs::read(folder.path("heard.raw")).unwrap();
    let samples = bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    samples.step_by(channels).collect()
}

#[test]
fn a_device_receives_the_mix_in_blocks_of_any_size() {
    for block in [64, 17, 1_000] {
        let (folder, stem) = prepared_folder("null");
        let run = play(&folder, &format!("stem.wav --align off --device heard --block {block} --json"));
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        let reported: Value = serde_json::from_str(&run.stdout).unwrap();
        let latency = reported["latency_frames"].as_u64().unwrap() as usize;
        assert!(
            reported["stats"]["blocks"].as_u64().unwrap() > 0 && reported["stats"]["starvations"] == 0,
            "{reported}"
        );
        let observed = observed(&folder, 2);
        // Silence until the readers are ready, and the limiter's latency.
        let begin = observed.iter().position(|x| *x != 0.0).unwrap();
        let first = stem.iter().position(|x| *x != 0.0).unwrap();
        assert!(begin >= latency);
        assert_eq!(observed[begin..begin + 19_000], stem[first..first + 19_000], "blocks of {block}");
    }
}

#[test]
fn devices_are_listed_and_a_missing_one_is_reported() {
    let (folder, _) = prepared_folder("null");
    let listed = play(&folder, "--list-devices");
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(listed.stdout.lines().any(|line| line == "heard\tWhat is heard"), "{}", listed.stdout);
    let by_name =
        folder.command().env("HOME", folder.path("")).args(["play", "stem.wav", "--device", "What is heard"]).output();
    assert!(by_name.unwrap().status.success());
    let missing = play(&folder, "stem.wav --device zither");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("zither") && missing.stderr.contains("heard"), "{}", missing.stderr);
}

#[test]
fn a_lost_device_is_replaced_by_the_default() {
    let (folder, _) = prepared_folder("heard");
    let run = play(&folder, "stem.wav --align off --device broken --loop 0-0.4 --duration 60 --log log.json");
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("warning: the device is lost"), "{}", run.stderr);
    assert!(run.stderr.contains("playback continues"), "{}", run.stderr);
    assert!(observed(&folder, 2).iter().any(|x| *x != 0.0), "the default device has been given sound");
    assert!(folder.path("log.json").exists());
}

#[test]
fn without_a_device_playback_ends_with_its_files() {
    let (folder, _) = prepared_folder("broken");
    let run = play(&folder, "stem.wav --align off --device broken --loop 0-0.4 --record changed.toml --log log.json");
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    let reported = run.stderr.lines().filter(|line| line.contains("the device is lost: ")).count();
    // Once per stream.
    assert!((1..=5).contains(&reported), "{}", run.stderr);
    assert!(run.stderr.contains("no other takes the sound"), "{}", run.stderr);
    assert!(folder.path("changed.toml").exists() && folder.path("log.json").exists());
}

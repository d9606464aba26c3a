//! `mixdown play` on sound devices that need no hardware: ALSA's own, one that records to a file
//! and one that fails.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::signals;
use serde_json::Value;

/// Builds a place with a stem and with devices: `heard` writes `heard.raw`, `broken` accepts
/// nothing, and `default` is `other`.
fn place(other: &str) -> (TestFolder, Vec<f32>) {
    let place = TestFolder::new();
    let file = |name: &str, file: &str, about: &str| {
        let file = if file.starts_with('/') { file.into() } else { place.path(file).display().to_string() };
        format!(
            "pcm.{name} {{ type file slave.pcm null format raw file {file:?} hint {{ show on description {about:?} }} }}\n"
        )
    };
    let devices = file("heard", "heard.raw", "What is heard")
        + &file("broken", "/dev/full", "A full disk")
        + &format!("pcm.!default {other:?}\n");
    place.write(".asoundrc", devices.as_bytes());
    // Short enough to be read ahead as a whole: such devices play as fast as they receive blocks.
    let stem = signals::white_noise(4, 0.4, 20_000);
    place.write_wav("stem.wav", 48_000, &[&stem, &stem]);
    (place, stem)
}

fn play(place: &TestFolder, arguments: &str) -> Run {
    let mut command = place.command();
    command.env("HOME", place.path("")).arg("play").args(arguments.split_whitespace());
    command.output().unwrap().into()
}

/// Returns the left channel of a device's input.
fn observed(place: &TestFolder, channels: usize) -> Vec<f32> {
    let bytes = std::fs::read(place.path("heard.raw")).unwrap();
    let samples = bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
    samples.step_by(channels).collect()
}

#[test]
fn what_a_device_is_given_is_the_mix_in_blocks_of_any_size() {
    for block in [64, 17, 1_000] {
        let (place, stem) = place("null");
        let run = play(&place, &format!("stem.wav --align off --device heard --block {block} --json"));
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        let reported: Value = serde_json::from_str(&run.stdout).unwrap();
        let latency = reported["latency_frames"].as_u64().unwrap() as usize;
        assert!(
            reported["stats"]["blocks"].as_u64().unwrap() > 0 && reported["stats"]["starvations"] == 0,
            "{reported}"
        );
        let observed = observed(&place, 2);
        // Silence until the readers are ready, and the limiter's latency.
        let begin = observed.iter().position(|x| *x != 0.0).unwrap();
        let first = stem.iter().position(|x| *x != 0.0).unwrap();
        assert!(begin >= latency);
        assert_eq!(observed[begin..begin + 19_000], stem[first..first + 19_000], "blocks of {block}");
    }
}

#[test]
fn devices_are_listed_and_one_that_is_not_there_is_said() {
    let (place, _) = place("null");
    let listed = play(&place, "--list-devices");
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(listed.stdout.lines().any(|line| line == "heard\tWhat is heard"), "{}", listed.stdout);
    let by_name =
        place.command().env("HOME", place.path("")).args(["play", "stem.wav", "--device", "What is heard"]).output();
    assert!(by_name.unwrap().status.success());
    let missing = play(&place, "stem.wav --device zither");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("zither") && missing.stderr.contains("heard"), "{}", missing.stderr);
}

#[test]
fn from_a_device_that_is_gone_the_sound_goes_on_to_the_default_one() {
    let (place, _) = place("heard");
    let run = play(&place, "stem.wav --align off --device broken --loop 0-0.4 --duration 60 --log log.json");
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("warning: the device is gone"), "{}", run.stderr);
    assert!(run.stderr.contains("the sound goes on"), "{}", run.stderr);
    assert!(observed(&place, 2).iter().any(|x| *x != 0.0), "the default device has been given sound");
    assert!(place.path("log.json").exists());
}

#[test]
fn where_no_device_takes_the_sound_it_ends_with_the_reason_and_what_was_to_be_written_is_written() {
    let (place, _) = place("broken");
    let run = play(&place, "stem.wav --align off --device broken --loop 0-0.4 --record changed.toml --log log.json");
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    let reported = run.stderr.lines().filter(|line| line.contains("the device is gone: ")).count();
    // Once per stream.
    assert!((1..=5).contains(&reported), "{}", run.stderr);
    assert!(run.stderr.contains("no other takes the sound"), "{}", run.stderr);
    assert!(place.path("changed.toml").exists() && place.path("log.json").exists());
}

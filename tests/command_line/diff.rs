//! `mixdown diff`, as called by golden-file tests of other projects.

use crate::program_runs::TestFolder;
use mixdown_fixtures::signals;
use serde_json::Value;
use std::fs;
use std::process::Stdio;

fn prepared_folder() -> TestFolder {
    let folder = TestFolder::new();
    let noise = signals::pink_noise(1, 0.1, 96_000);
    let other: Vec<f32> = noise.iter().enumerate().map(|(n, x)| if n == 50_000 { x + 1e-4 } else { *x }).collect();
    let late: Vec<f32> = [0.0; 100].into_iter().chain(noise.iter().map(|x| x * 0.5)).take(96_000).collect();
    folder.write_wav("a.wav", 48_000, &[&noise, &noise]);
    folder.write_wav("same.wav", 48_000, &[&noise, &noise]);
    folder.write_wav("near.wav", 48_000, &[&noise, &other]);
    folder.write_wav("late.wav", 48_000, &[&late, &late]);
    folder.write_wav("short.wav", 48_000, &[&noise[..95_000], &noise[..95_000]]);
    folder.write_wav("mono.wav", 48_000, &[&noise]);
    folder.write_wav("rate.wav", 44_100, &[&noise, &noise]);
    folder
}

#[test]
fn exit_codes_are_those_of_diff() {
    let folder = prepared_folder();
    for (arguments, code) in [
        ("a.wav a.wav", 0),
        ("a.wav same.wav", 0),
        ("a.wav near.wav", 1),
        ("a.wav near.wav --tolerance-db -79", 0),
        ("a.wav near.wav --tolerance-db -81", 1),
        ("a.wav short.wav --tolerance-db 0", 1),
        ("a.wav mono.wav --tolerance-db 0", 1),
        ("a.wav rate.wav --tolerance-db 0", 1),
        ("a.wav missing.wav", 2),
        ("a.wav", 2),
        ("a.wav same.wav --tolerance-db loud", 2),
        ("a.wav same.wav --png a.wav", 2),
    ] {
        let run = folder.run(&format!("diff {arguments}"));
        assert_eq!(run.code, Some(code), "{arguments}: {}{}", run.stdout, run.stderr);
        if code < 2 {
            let quiet = folder.run(&format!("diff {arguments} --quiet"));
            assert_eq!((quiet.code, &*quiet.stdout, &*quiet.stderr), (Some(code), "", ""), "{arguments}");
        }
    }
}

#[test]
fn the_document_locates_and_measures_differences() {
    let folder = prepared_folder();
    let document = |other: &str| -> Value {
        serde_json::from_str(&folder.run(&format!("diff a.wav {other} --json")).stdout).unwrap()
    };
    let same = document("same.wav");
    assert_eq!((&same["identical"], &same["first_difference_frame"]), (&Value::Bool(true), &Value::Null));
    let near = document("near.wav");
    assert_eq!((&near["identical"], &near["first_difference_frame"]), (&Value::Bool(false), &Value::from(50_000)));
    assert!((near["peak_difference_dbfs"].as_f64().unwrap() + 80.0).abs() < 0.01, "{near}");
    let late = document("late.wav");
    assert_eq!(late["offset_frames"], 100.0, "{late}");
    // 20 log10 0.5, and loudness follows gain.
    assert!((late["gain_db"].as_f64().unwrap() + 6.021).abs() < 0.002, "{late}");
    assert!((late["loudness_difference_lu"].as_f64().unwrap() + 6.02).abs() < 0.05, "{late}");
    assert!(document("rate.wav")["incomparable"].as_str().unwrap().contains("44100 Hz"));
}

#[test]
fn zero_has_no_sign() {
    let folder = prepared_folder();
    let run = folder.run("diff a.wav near.wav");
    assert!(run.stdout.contains("the second is 0 frames late at 0.00 dB"), "{}", run.stdout);
    assert!(run.stdout.contains("loudness: 0.00 LU"), "{}", run.stdout);
}

#[test]
fn a_picture_is_drawn_on_demand_and_a_pipe_is_read() {
    let folder = prepared_folder();
    let run = folder.run("diff a.wav near.wav --png difference.png --quiet");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(fs::read(folder.path("difference.png")).unwrap().starts_with(b"\x89PNG"));
    let file = fs::File::open(folder.path("same.wav")).unwrap();
    let status = folder.command().args(["diff", "a.wav", "-", "--quiet"]).stdin(Stdio::from(file)).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

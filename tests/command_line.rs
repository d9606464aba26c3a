//! Results at the prompt: files, words, documents.

mod diff;
mod ends;
mod folders;
mod help;
mod sessions;
mod streams;
mod warnings;

use crate::program_runs::{TestFolder, read_wav};
use mixdown_engine::dsp::Insert;
use mixdown_fixtures::{path, signals};
use serde_json::Value;
use std::fs;

/// Writes two stems of a second: noise in stereo, and a tone.
fn prepared_folder() -> TestFolder {
    let folder = TestFolder::new();
    let (a, b) = (signals::pink_noise(1, 0.1, 48_000), signals::sine(48_000.0, 440.0, 0.3, 0.0, 48_000));
    folder.write_wav("a.wav", 48_000, &[&a, &signals::pink_noise(2, 0.1, 48_000)]);
    folder.write_wav("b.wav", 48_000, &[&b]);
    folder
}

fn demo(folder: &TestFolder, more: &[&str]) -> crate::program_runs::Run {
    let mut command = folder.command();
    command.arg("render").args([path("stems/feelings/guitar.ogg"), path("stems/feelings/band.ogg")]);
    command.args(["--out", "mix"]).args(more).output().unwrap().into()
}

#[test]
fn a_bare_render_meets_its_target_and_writes_all_files() {
    let folder = TestFolder::new();
    let run = demo(&folder, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("-14.0 LUFS"), "{}", run.stdout);
    let report: Value = serde_json::from_slice(&fs::read(folder.path("mix/report.json")).unwrap()).unwrap();
    let master = &report["master"];
    assert_eq!(master["verified"], true);
    assert_eq!(report["warnings"], serde_json::json!([]));
    assert!((master["written"]["integrated_lufs"].as_f64().unwrap() + 14.0).abs() <= 0.05);
    assert!(master["written"]["true_peak_dbtp"].as_f64().unwrap() <= -1.0);
    assert_eq!(report["alignment"]["stems"][0]["decision"], "left");
    for name in ["final_mix.wav", "waveform.dat", "waveform.json", "spectrum.json", "meters.json", "report.json"] {
        assert!(fs::metadata(folder.path("mix").join(name)).unwrap().len() > 100, "{name}");
    }
}

#[test]
fn a_second_render_replaces_only_its_own_files() {
    let folder = TestFolder::new();
    fs::create_dir(folder.path("mix")).unwrap();
    folder.write("mix/notes.txt", b"keep me");
    assert_eq!(demo(&folder, &["--quiet", "--end", "3"]).code, Some(0));
    assert_eq!(demo(&folder, &["--quiet", "--end", "5"]).code, Some(0));
    assert_eq!(fs::read(folder.path("mix/notes.txt")).unwrap(), b"keep me");
    assert_eq!(read_wav(&folder.path("mix/final_mix.wav"))[0].len(), 5 * 44_100);
}

#[test]
fn json_output_is_exactly_one_document() {
    let folder = TestFolder::new();
    let run = demo(&folder, &["--json", "--end", "3"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((document["ok"].clone(), run.stderr.as_str()), (Value::Bool(true), ""));
    let run = folder.run("render gone.wav --out mix2 --json");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((document["ok"].clone(), run.code), (Value::Bool(false), Some(1)));
    assert!(document["error"].as_str().unwrap().contains("gone.wav"));
}

#[test]
fn a_written_session_renders_the_same_master() {
    let folder = TestFolder::new();
    for name in ["bass", "drums"] {
        fs::copy(path(format!("stems/band/{name}.flac")), folder.path(&format!("{name}.flac"))).unwrap();
    }
    assert_eq!(folder.run("session bass.flac drums.flac --out mix.toml").code, Some(0));
    assert_eq!(folder.run("render bass.flac drums.flac --quiet --out bare").code, Some(0));
    let run = folder.run("render --session mix.toml --quiet --out session");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let master = |subfolder: &str| fs::read(folder.path(subfolder).join("final_mix.wav")).unwrap();
    assert!(master("bare") == master("session"));
}

#[test]
fn the_schema_lists_every_insert() {
    let schema: Value = serde_json::from_str(&TestFolder::new().run("session --schema").stdout).unwrap();
    let text = schema.to_string();
    for insert in Insert::TYPES {
        assert!(text.contains(&format!("{{\"type\":\"string\",\"const\":\"{insert}\"}}")), "{insert}");
    }
}

#[test]
fn samples_beyond_full_scale_are_limited_or_counted() {
    let folder = TestFolder::new();
    let loud = signals::sine(48_000.0, 997.0, 1.5, 0.0, 48_000);
    folder.write_wav("loud.wav", 48_000, &[&loud, &loud]);
    let peak = |subfolder: &str| {
        read_wav(&folder.path(subfolder).join("final_mix.wav"))[0].iter().fold(0.0_f32, |m, x| m.max(x.abs()))
    };
    assert_eq!(folder.run("render loud.wav --target none --out limited").code, Some(0));
    // −1 dBTP is 0.8913.
    assert!(peak("limited") <= 0.892, "{}", peak("limited"));
    let run = folder.run("render loud.wav --target none --ceiling off --out cut");
    assert!(run.stderr.contains("beyond full scale"), "{}", run.stderr);
    assert!(peak("cut") > 0.999);
    let report: Value = serde_json::from_slice(&fs::read(folder.path("cut/report.json")).unwrap()).unwrap();
    assert!(report["output"]["clipped_samples"].as_u64().unwrap() > 10_000);
}

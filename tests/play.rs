//! `mixdown play` as a process: without a clock, against the clock, and with all kinds of errors.

use crate::program_runs::{TestFolder, read_wav};
use mixdown_engine::session::Session;
use mixdown_fixtures::signals;
use serde_json::{Value, json};
use std::time::Instant;

/// Writes two stems and a session of them that does not change their sum.
fn prepared_folder() -> TestFolder {
    let folder = TestFolder::new();
    let (a, b) = (signals::pink_noise(1, 0.1, 96_000), signals::sine(48_000.0, 440.0, 0.3, 0.0, 60_000));
    folder.write_wav("a.wav", 48_000, &[&a, &signals::pink_noise(2, 0.1, 96_000)]);
    folder.write_wav("b.wav", 48_000, &[&b]);
    let session = json!({
        "align": { "mode": "off" },
        "tracks": [
            { "file": "a.wav", "inserts": [{ "type": "high_pass", "cutoff_hz": 200.0 }] },
            { "file": "b.wav", "pan": 0.5, "inserts": [{ "type": "compressor", "threshold_db": -30.0, "ratio": 3.0, "look_ahead_ms": 2.0 }] },
        ],
        "master": { "target": "none", "ceiling_dbtp": "off" },
        "output": { "format": "wav32f" },
    });
    folder.write("mix.json", session.to_string().as_bytes());
    folder
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn play_gives_the_bits_of_a_render() {
    let folder = prepared_folder();
    let run = folder.run("render --session mix.json --out mix --mix-only --quiet");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for block in [64, 1_000] {
        let run = folder.run(&format!("play --session mix.json --freewheel --wav heard.wav --json --block {block}"));
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        let reported = document(&run.stdout);
        assert_eq!((&reported["ok"], &reported["stats"]["starvations"]), (&json!(true), &json!(0)));
        assert_eq!(reported["latency_frames"], 96);
        assert!(reported["stats"]["blocks"].as_u64().unwrap() >= 96_000 / block);
        let (observed, written) = (read_wav(&folder.path("heard.wav")), read_wav(&folder.path("mix/final_mix.wav")));
        assert!(written[0].len() >= 96_000 && observed[0].len() >= written[0].len());
        for (observed, written) in observed.iter().zip(&written) {
            assert_eq!(observed[..written.len()], written[..]);
        }
    }
}

#[test]
fn play_with_a_report_has_the_renders_loudness() {
    let folder = prepared_folder();
    // The ceiling is out of reach, where a limiter lets every bit pass.
    let mut session = document(&std::fs::read_to_string(folder.path("mix.json")).unwrap());
    session["master"] = json!({ "target": -24.0, "ceiling_dbtp": 0.0 });
    folder.write("mix.json", session.to_string().as_bytes());
    let run = folder.run("render --session mix.json --out mix --quiet");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report = document(&std::fs::read_to_string(folder.path("mix/report.json")).unwrap());
    assert!(report["master"]["gain_db"].as_f64().unwrap().abs() > 1.0, "{}", report["master"]);
    let play = "play --session mix.json --freewheel --quiet --wav";
    for arguments in [format!("{play} heard.wav --report mix/report.json"), format!("{play} plain.wav")] {
        let run = folder.run(&arguments);
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    }
    let [observed, plain, written] =
        ["heard.wav", "plain.wav", "mix/final_mix.wav"].map(|name| read_wav(&folder.path(name)));
    assert_eq!(observed[0][..96_000], written[0][..96_000]);
    assert_ne!(plain[0][..96_000], written[0][..96_000], "without the report the mix keeps its own level");
}

#[test]
fn a_report_of_other_stems_is_warned_of() {
    let folder = prepared_folder();
    assert_eq!(folder.run("render a.wav --align off --out mix --quiet").code, Some(0));
    let play = "--align off --freewheel --duration 0.1 --report mix/report.json";
    let run = folder.run(&format!("play ./a.wav {play}"));
    assert!(run.code == Some(0) && !run.stderr.contains("warning:"), "{}", run.stderr);
    let run = folder.run(&format!("play a.wav b.wav {play}"));
    assert!(run.code == Some(0) && run.stderr.contains("warning: mix/report.json: "), "{}", run.stderr);
    assert!(run.stderr.contains("b.wav is not in it"), "{}", run.stderr);
    let reported = document(&folder.run(&format!("play b.wav {play} --json")).stdout);
    assert!(reported["warnings"][0].as_str().unwrap().contains("b.wav is not in it"), "{reported}");
}

#[test]
fn a_start_beyond_the_end_is_refused_as_in_render() {
    let folder = prepared_folder();
    for flag in ["--start 100", "--loop 100-101"] {
        let run = folder.run(&format!("play a.wav --align off --freewheel --wav x.wav {flag}"));
        assert_eq!(run.code, Some(1), "{flag}: {}{}", run.stdout, run.stderr);
        let reported = run.stderr.contains("the session ends at 2.000 s") && run.stderr.contains("100.000 s");
        assert!(reported, "{flag}: {}", run.stderr);
    }
    assert!(!folder.path("x.wav").exists());
}

#[test]
fn against_the_clock_it_takes_as_long_as_it_plays() {
    let folder = prepared_folder();
    let start = Instant::now();
    let run = folder.run("play a.wav b.wav --align off --null --duration 0.7 --json");
    let elapsed = start.elapsed().as_secs_f64();
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let reported = document(&run.stdout);
    assert_eq!(reported["frames"], 33_600);
    // The clock runs from the first block on; a busy machine may add to it, but cannot shorten it.
    assert!((0.69..10.0).contains(&elapsed), "{elapsed}");
    assert!(reported["elapsed_s"].as_f64().unwrap() >= 0.69);
    let text = folder.run("play a.wav --align off --null --duration 0.2");
    assert!(text.stdout.contains("Played 0.2 s") && text.stdout.contains("0 times a track ran out"), "{}", text.stdout);
}

#[test]
fn a_command_log_replays_to_the_same_file() {
    let folder = prepared_folder();
    let list = json!([
        { "command": "play" },
        { "at": 10_000, "command": "gain", "place": { "track": "b" }, "gain_db": -20.0 },
        { "at": 20_000, "command": "bypass", "place": { "track": "a" }, "insert": 0, "bypass": true },
        { "at": 30_000, "command": "mute", "place": { "track": "b" }, "mute": true },
    ]);
    folder.write("list.json", list.to_string().as_bytes());
    let play = "play --session mix.json --freewheel --quiet";
    let runs = [
        format!("{play} --wav plain.wav"),
        format!("{play} --replay list.json --log log.json --record changed.toml --wav first.wav"),
        format!("{play} --replay log.json --wav second.wav --block 333"),
        "render --session changed.toml --out changed --mix-only --quiet".into(),
    ];
    for arguments in runs {
        let run = folder.run(&arguments);
        assert_eq!(run.code, Some(0), "{arguments}: {}{}", run.stdout, run.stderr);
    }
    let [plain, first, second] = ["plain.wav", "first.wav", "second.wav"].map(|name| read_wav(&folder.path(name)));
    let frames = first[0].len().min(second[0].len());
    assert!(frames > 90_000);
    assert_eq!((&first[0][..frames], &first[1][..frames]), (&second[0][..frames], &second[1][..frames]));
    assert_eq!(plain[0][..9_800], first[0][..9_800]);
    assert_ne!(plain[0][11_000..12_000], first[0][11_000..12_000]);
    let log = document(&std::fs::read_to_string(folder.path("log.json")).unwrap());
    assert_eq!((log.as_array().unwrap().len(), &log[1]["at"], &log[0]["at"]), (4, &json!(10_000), &json!(0)));
    let changed = Session::load(&folder.path("changed.toml")).unwrap();
    assert_eq!((changed.tracks[1].gain_db, changed.tracks[1].mute), (-20.0, true));
    assert!(changed.tracks[0].inserts.is_empty(), "what is bypassed is left out");
    // The last part of the recorded sound is the changed session's mix; the compressor's long
    // memory is on the muted track.
    let rendered = read_wav(&folder.path("changed/final_mix.wav"));
    assert_eq!(rendered[0][60_000..90_000], first[0][60_000..90_000]);
}

#[test]
fn errors_are_reported_and_leave_no_file() {
    let folder = prepared_folder();
    folder.write("no.json", b"{");
    folder.write("odd.json", b"[{ \"command\": \"explode\" }]");
    folder.write("lost.json", b"[{ \"command\": \"mute\", \"place\": { \"track\": \"zither\" }, \"mute\": true }]");
    folder.write("text.wav", b"not audio at all, whatever its name says");
    for (arguments, code, expected) in [
        ("play missing.wav --null", 1, "missing.wav"),
        ("play text.wav --null", 1, "text.wav"),
        ("play --session mix.json --freewheel --wav x.wav --replay no.json", 1, "no.json"),
        ("play --session mix.json --freewheel --wav x.wav --replay odd.json", 1, "explode"),
        ("play --session mix.json --freewheel --wav x.wav --replay lost.json", 1, "zither"),
        ("play --session mix.json --freewheel --report mix.json", 1, "does not hold the loudness"),
        ("play --session mix.json --freewheel --duration 0.1 --record a.wav/x.toml", 1, "a.wav"),
        ("play a.wav --null --wav x.wav", 2, "--wav requires --freewheel"),
        ("play a.wav --null --freewheel", 2, "--freewheel"),
        ("play a.wav --null --loop 9-3", 2, "a loop ends after it begins"),
        ("play --null", 2, "STEM"),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(code), "{arguments}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(expected), "{arguments}: {}", run.stderr);
    }
    assert!(!folder.path("x.wav").exists());
    if cfg!(not(feature = "device")) {
        let run = folder.run("play a.wav");
        assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("--features device") && run.stderr.contains("--null"), "{}", run.stderr);
    }
}

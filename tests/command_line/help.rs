//! Help, completions, the manual, colours.

use super::place;
use crate::program_runs::TestFolder;
use std::fs;

const COMMANDS: [&str; 10] =
    ["render", "session", "measure", "waveform", "align", "play", "diff", "completions", "man", "jobs"];

#[test]
fn every_command_is_helped_with_in_both_spellings() {
    let place = TestFolder::new();
    for command in COMMANDS {
        let run = place.run(&format!("help {command}"));
        assert_eq!(run.code, Some(0), "{command}: {}", run.stderr);
        assert!(run.stdout.contains("Example"), "{command}: {}", run.stdout);
        assert_eq!(place.run(&format!("{command} --help")).stdout, run.stdout, "{command}");
    }
    assert!(place.run("help jobs submit").stdout.contains("--session-id"));
    assert!(place.run("measure --help").stdout.contains("sixteen times"));
}

#[test]
fn shells_get_completions_that_know_every_command() {
    let place = TestFolder::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = place.run(&format!("completions {shell}"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for word in COMMANDS.iter().chain(&["tolerance-db", "mix-only"]) {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(place.run("completions tcsh").code, Some(2));
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let place = TestFolder::new();
    let run = place.run("man --out man1");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let names = place.names("man1");
    for command in COMMANDS {
        assert!(names.contains(&format!("mixdown-{command}.1")), "{names:?}");
    }
    assert!(names.contains(&"mixdown.1".into()) && names.contains(&"mixdown-jobs-submit.1".into()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("render-child")), "{names:?}");
    assert!(fs::read_to_string(place.path("man1/mixdown-render.1")).unwrap().contains("mix\\-only"));
    assert_eq!(place.run("man --out man1").code, Some(0), "its own pages are replaced");
    place.write("man1/mixdown-render.1", b"mine");
    assert_eq!(place.run("man --out man1").code, Some(1));
}

#[test]
fn colours_are_as_asked_and_none_in_a_pipe() {
    let place = place();
    for (arguments, coloured) in [
        ("render gone.wav --out x", false),
        ("render gone.wav --out x --color always", true),
        ("--color=always render gone.wav --out x", true),
        ("render gone.wav --out x --color never", false),
        ("render --wrong --color always", true),
        ("render --wrong", false),
    ] {
        assert_eq!(place.run(arguments).stderr.contains('\u{1b}'), coloured, "{arguments}");
    }
    assert_eq!(place.run("render gone.wav --out x --color blue").code, Some(2));
}

#[test]
fn more_is_told_when_asked() {
    let place = place();
    let run = place.run("render a.wav b.wav --align off --out mix -v");
    assert!(run.stderr.contains("a: wav pcm_f32le, 48000 Hz, stereo, 1.000 s, begins at 0.000 s"), "{}", run.stderr);
    place.write("a.flac", &fs::read(mixdown_fixtures::path("stems/band/bass.flac")).unwrap());
    let run = place.run("render a.flac --dry-run");
    assert!(run.stdout.contains("a: flac, ") && !run.stdout.contains("flac flac"), "{}", run.stdout);
    let run = place.run("-v play a.wav --freewheel --duration 0.1");
    assert!(run.stderr.contains("a: wav pcm_f32le"), "{}", run.stderr);
}

#[test]
fn measurements_come_as_comma_separated_values() {
    let place = place();
    fs::rename(place.path("b.wav"), place.path("b,b.wav")).unwrap();
    let run = place.run("measure a.wav b,b.wav --csv");
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("path,sample_rate,channels,frames,duration_s,integrated_lufs,"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("a.wav,48000,2,48000,1.0,") && lines[2].starts_with("\"b,b.wav\",48000,1,"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 3);
    let run = place.run("measure a.wav --csv --series");
    assert!(run.code == Some(2) && run.stderr.contains("--series goes with --json"), "{}", run.stderr);
}

#[test]
fn what_is_told_more_is_said_for_every_command() {
    let place = TestFolder::new();
    for command in COMMANDS {
        let help = place.run(&format!("{command} --help")).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("render and play name every stem") && help.contains("-q wins"), "{command}: {help}");
    }
}

//! `-` and `--stdout`: the program in a pipe.

use super::place;
use crate::program_runs::{Run, TestFolder, read_wav};
use std::fs::{self, File};
use std::process::Stdio;

fn piped(place: &TestFolder, arguments: &str, file: &str) -> Run {
    let input = Stdio::from(File::open(place.path(file)).unwrap());
    place.command().args(arguments.split(' ')).stdin(input).output().unwrap().into()
}

#[test]
fn a_measured_pipe_reads_as_the_file_does() {
    let place = place();
    let file = place.run("measure a.wav --json").stdout;
    let pipe = piped(&place, "measure - --json", "a.wav").stdout;
    assert_eq!(pipe.replace("\"-\"", "\"a.wav\""), file);
    place.write("text", b"not audio at all, whatever one says of it");
    let run = piped(&place, "measure -", "text");
    assert!(run.code == Some(1) && run.stderr.contains("standard input: "), "{}", run.stderr);
    assert_eq!(piped(&place, "measure - -", "a.wav").code, Some(2));
}

#[test]
fn a_waveform_goes_from_pipe_to_pipe() {
    let place = place();
    assert_eq!(place.run("waveform a.wav -o a.json").code, Some(0));
    assert_eq!(place.run("waveform a.wav -o a.dat").code, Some(0));
    let json = piped(&place, "waveform - -o -", "a.wav").stdout;
    assert_eq!(json, fs::read_to_string(place.path("a.json")).unwrap());
    let dat = place.command().args(["waveform", "a.wav", "-o", "-", "--output-format", "dat"]).output().unwrap();
    assert_eq!(dat.stdout, fs::read(place.path("a.dat")).unwrap());
}

#[test]
fn a_render_into_a_pipe_is_the_render_into_a_folder() {
    let place = place();
    let out = place.command().args(["render", "a.wav", "b.wav", "--stdout", "--quiet"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(place.run("render a.wav b.wav --out mix --quiet").code, Some(0));
    assert!(out.stdout == fs::read(place.path("mix/final_mix.wav")).unwrap(), "other bytes");
    let failed = place.run("render gone.wav --stdout");
    assert_eq!((failed.code, &*failed.stdout), (Some(1), ""));
}

#[test]
fn a_session_is_read_from_a_pipe_and_written_to_one() {
    let place = place();
    let text = place.run("session a.wav b.wav -o -").stdout;
    assert_eq!(text, place.run("session a.wav b.wav").stdout);
    place.write("mix.toml", text.as_bytes());
    place.write("mix.json", br#"{ "tracks": [{ "file": "a.wav" }, { "file": "b.wav" }] }"#);
    for document in ["mix.toml", "mix.json"] {
        let run = piped(&place, &format!("render -s - --out {document}.out --mix-only --quiet"), document);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    assert_eq!(
        read_wav(&place.path("mix.toml.out/final_mix.wav")),
        read_wav(&place.path("mix.json.out/final_mix.wav"))
    );
    place.write("wrong.toml", b"tracks = 3");
    let run = piped(&place, "render -s - --out x", "wrong.toml");
    assert!(run.code == Some(1) && run.stderr.contains("standard input: 1 problem"), "{}", run.stderr);
}

//! `-` and `--stdout`: the program in a pipe.

use super::prepared_folder;
use crate::program_runs::{Run, TestFolder, read_wav};
use std::fs::{self, File};
use std::process::Stdio;

fn piped(folder: &TestFolder, arguments: &str, file: &str) -> Run {
    let input = Stdio::from(File::open(folder.path(file)).unwrap());
    folder.command().args(arguments.split(' ')).stdin(input).output().unwrap().into()
}

#[test]
fn a_measured_pipe_reads_as_the_file_does() {
    let folder = prepared_folder();
    let file = folder.run("measure a.wav --json").stdout;
    let pipe = piped(&folder, "measure - --json", "a.wav").stdout;
    assert_eq!(pipe.replace("\"-\"", "\"a.wav\""), file);
    folder.write("text", b"not audio at all, whatever one says of it");
    let run = piped(&folder, "measure -", "text");
    assert!(run.code == Some(1) && run.stderr.contains("standard input: "), "{}", run.stderr);
    assert_eq!(piped(&folder, "measure - -", "a.wav").code, Some(2));
}

#[test]
fn a_waveform_is_piped_through() {
    let folder = prepared_folder();
    assert_eq!(folder.run("waveform a.wav -o a.json").code, Some(0));
    assert_eq!(folder.run("waveform a.wav -o a.dat").code, Some(0));
    let json = piped(&folder, "waveform - -o -", "a.wav").stdout;
    assert_eq!(json, fs::read_to_string(folder.path("a.json")).unwrap());
    let dat = folder.command().args(["waveform", "a.wav", "-o", "-", "--output-format", "dat"]).output().unwrap();
    assert_eq!(dat.stdout, fs::read(folder.path("a.dat")).unwrap());
}

#[test]
fn a_render_into_a_pipe_is_the_render_into_a_folder() {
    let folder = prepared_folder();
    let out = folder.command().args(["render", "a.wav", "b.wav", "--stdout", "--quiet"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(folder.run("render a.wav b.wav --out mix --quiet").code, Some(0));
    assert!(out.stdout == fs::read(folder.path("mix/final_mix.wav")).unwrap(), "other bytes");
    let failed = folder.run("render gone.wav --stdout");
    assert_eq!((failed.code, &*failed.stdout), (Some(1), ""));
}

#[test]
fn a_session_is_read_from_a_pipe_and_written_to_one() {
    let folder = prepared_folder();
    let text = folder.run("session a.wav b.wav -o -").stdout;
    assert_eq!(text, folder.run("session a.wav b.wav").stdout);
    folder.write("mix.toml", text.as_bytes());
    folder.write("mix.json", br#"{ "tracks": [{ "file": "a.wav" }, { "file": "b.wav" }] }"#);
    for document in ["mix.toml", "mix.json"] {
        let run = piped(&folder, &format!("render -s - --out {document}.out --mix-only --quiet"), document);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    assert_eq!(
        read_wav(&folder.path("mix.toml.out/final_mix.wav")),
        read_wav(&folder.path("mix.json.out/final_mix.wav"))
    );
    folder.write("wrong.toml", b"tracks = 3");
    let run = piped(&folder, "render -s - --out x", "wrong.toml");
    assert!(run.code == Some(1) && run.stderr.contains("standard input: 1 problem"), "{}", run.stderr);
}

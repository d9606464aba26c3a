//! Separations that do not begin.

use super::{PARTS, RATE_HZ};
use crate::program_runs::TestFolder;
use mixdown_fixtures::signals;
use std::fs;

fn song() -> TestFolder {
    let folder = TestFolder::new();
    folder.write_wav("song.wav", RATE_HZ, &[&signals::pink_noise(1, 0.1, 20_000)]);
    folder
}

#[test]
fn without_demucs_the_way_to_it_is_named_and_nothing_else_is_done() {
    let folder = song();
    for arguments in [
        &["separate", "song.wav", "--out", "parts"][..],
        &["separate", "song.wav", "--out", "parts", "--with", "demucs"],
    ] {
        let run = folder.command().args(arguments).env("PATH", folder.path("")).output().unwrap();
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("pip install demucs") && stderr.contains("--with classical"), "{stderr}");
        assert!(stderr.contains("not drums, bass and vocals"), "{stderr}");
    }
    assert_eq!(folder.names("."), ["song.wav"]);
}

#[test]
fn back_ends_that_are_not_there_are_named() {
    let folder = song();
    folder.write("notes.txt", b"no program");
    for (arguments, code, expected) in [
        ("--with model.onnx", 1, "feature `onnx`"),
        ("--with spleeter", 2, "classical"),
        ("--with classical --model htdemucs_ft", 2, "--model"),
        ("--with classical --demucs ./demucs", 2, "--demucs"),
        ("--demucs ./none", 1, "./none: cannot be run: no such file"),
        ("--demucs notes.txt", 1, "notes.txt: cannot be run: not a program"),
        ("--demucs .", 1, "not a program"),
        ("--time-limit 0", 2, "--time-limit"),
        ("--memory-limit much", 2, "--memory-limit"),
    ] {
        let run = folder.run(&format!("separate song.wav --out parts {arguments}"));
        assert_eq!(run.code, Some(code), "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{arguments}: {}", run.stderr);
    }
    assert_eq!(folder.names("."), ["notes.txt", "song.wav"]);
}

#[test]
fn a_song_that_cannot_be_read_is_named_and_leaves_nothing() {
    let folder = song();
    folder.write("notes.wav", b"no sound here");
    folder.write("empty.wav", b"");
    fs::create_dir(folder.path("folder")).unwrap();
    for file in ["notes.wav", "empty.wav", "folder", "none.wav"] {
        let run = folder.run(&format!("separate {file} --out a/b --with classical"));
        assert_eq!(run.code, Some(1), "{file}");
        assert!(run.stderr.contains(file), "{file}: {}", run.stderr);
    }
    let run = folder.run("separate - --out a/b --with classical");
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(!folder.path("a").exists());
}

#[test]
fn files_of_others_and_the_song_itself_are_not_replaced() {
    let folder = song();
    fs::create_dir(folder.path("parts")).unwrap();
    for (name, content) in [("centre.wav", &b"mine"[..]), ("residual.json", b"{}")] {
        let path = folder.path("parts").join(name);
        fs::write(&path, content).unwrap();
        let run = folder.run("separate song.wav --out parts --with classical");
        assert_eq!(run.code, Some(1), "{name}");
        assert!(run.stderr.contains(name) && run.stderr.contains("--force"), "{}", run.stderr);
        assert_eq!((fs::read(&path).unwrap(), folder.names("parts")), (content.to_vec(), vec![name.to_owned()]));
        fs::remove_file(path).unwrap();
    }
    fs::write(folder.path("parts/centre.wav"), b"mine").unwrap();
    let run = folder.run("separate song.wav --out parts --with classical --force");
    assert_eq!((run.code, folder.names("parts").len()), (Some(0), 4), "{}", run.stderr);

    fs::create_dir(folder.path("in")).unwrap();
    let own = folder.path("in/percussive.wav");
    fs::copy(folder.path("song.wav"), &own).unwrap();
    let before = fs::read(&own).unwrap();
    let run = folder.run("separate in/percussive.wav --out in --with classical --force");
    assert_eq!((run.code, fs::read(&own).unwrap() == before), (Some(1), true), "{}", run.stderr);
    let run = folder.run("separate song.wav --out song.wav --with classical");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("not a folder"), "{}", run.stderr);
}

#[test]
fn only_the_parts_of_the_back_end_are_looked_at() {
    let folder = song();
    fs::create_dir(folder.path("parts")).unwrap();
    for part in PARTS {
        fs::write(folder.path("parts").join(format!("{part}.wav")), b"mine").unwrap();
    }
    let run = folder.run("separate song.wav --out parts --with classical");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(fs::read(folder.path("parts/vocals.wav")).unwrap(), b"mine");
}

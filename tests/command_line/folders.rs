//! A folder as an argument in place of its stems.

use super::prepared_folder;
use serde_json::Value;
use std::fs;

#[test]
fn a_folder_lists_its_audio_in_natural_order() {
    let folder = prepared_folder();
    fs::create_dir_all(folder.path("stems/deeper")).unwrap();
    for name in ["take 10.wav", "take 2.wav", "Bass.WAV", ".hidden.wav", "deeper/inner.wav"] {
        fs::copy(folder.path("a.wav"), folder.path("stems").join(name)).unwrap();
    }
    folder.write("stems/notes.txt", b"mine");
    assert_eq!(folder.run("render b.wav --out stems --mix-only --quiet").code, Some(0));
    let order = ["Bass.WAV", "take 2.wav", "take 10.wav"];

    let session = folder.run("session stems");
    let files: Vec<&str> = session.stdout.lines().filter_map(|line| line.strip_prefix("file = ")).collect();
    assert_eq!(files.len(), 3, "{}", session.stdout);
    assert!(files.iter().zip(order).all(|(file, name)| file.contains(name)), "{files:?}");
    assert!(session.stderr.contains("left out: ") && session.stderr.contains("final_mix.wav"), "{}", session.stderr);

    let measured: Value = serde_json::from_str(&folder.run("measure stems --json --quiet").stdout).unwrap();
    assert_eq!(measured["files"].as_array().unwrap().len(), 3);
    let dry: Value = serde_json::from_str(&folder.run("render stems --dry-run --json --quiet").stdout).unwrap();
    assert!(dry["tracks"][1]["file"].as_str().unwrap().ends_with("take 2.wav"), "{dry}");
    assert_eq!(dry["tracks"].as_array().unwrap().len(), 3);
    let aligned: Value = serde_json::from_str(&folder.run("align stems --json --quiet").stdout).unwrap();
    assert_eq!(aligned["stems"].as_array().unwrap().len(), 3);
    for arguments in ["play stems --freewheel --align off --duration 0.1", "jobs submit stems --session-id song"] {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains("left out: "), "{arguments}: {}", run.stderr);
    }
    // A render into the folder of its stems can be repeated.
    for _ in 0..2 {
        assert_eq!(folder.run("render stems --out stems --mix-only --align off --quiet").code, Some(0));
    }
}

#[test]
fn a_folder_without_stems_is_refused() {
    let folder = prepared_folder();
    fs::create_dir(folder.path("empty")).unwrap();
    folder.write("empty/notes.txt", b"mine");
    for arguments in ["render empty --out x", "session empty", "measure empty", "align empty", "play empty --null"] {
        let run = folder.run(arguments);
        assert!(run.code == Some(1) && run.stderr.contains("without audio files"), "{arguments}: {}", run.stderr);
    }
}

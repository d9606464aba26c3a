//! `mixdown library`: stems are added with their analysis, found, marked and removed.

use crate::program_runs::TestFolder;
use mixdown_fixtures::path;
use serde_json::Value;
use std::fs;

fn json(folder: &TestFolder, arguments: &str) -> Value {
    let run = folder.run(&format!("library {arguments} --json"));
    assert_eq!(run.code, Some(0), "{arguments}: {}{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn stem_types(found: &Value) -> Vec<&str> {
    found["stems"].as_array().unwrap().iter().map(|stem| stem["type"].as_str().unwrap()).collect()
}

/// Copies drums and bass of the band and adds them as one song.
fn added(folder: &TestFolder) -> Value {
    for stem in ["drums", "bass"] {
        fs::copy(path(format!("stems/band/{stem}.flac")), folder.path(&format!("{stem}.flac"))).unwrap();
    }
    json(folder, "add drums.flac bass.flac --name Road --tag dry")
}

#[test]
fn a_song_is_found_by_tempo_type_and_words_until_it_is_removed() {
    let folder = TestFolder::new();
    let song = added(&folder);
    assert_eq!((&song["ok"], &song["is_new"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(stem_types(&song), ["drums", "bass"]);
    for stem in song["stems"].as_array().unwrap() {
        assert!((stem["bpm"].as_f64().unwrap() - 165.92).abs() < 0.1, "{stem}");
    }
    assert_eq!(json(&folder, "search --bpm 160..170 --type drums")["total"], 1);
    assert_eq!(json(&folder, "search --bpm 120..130")["total"], 0, "no hit is not a failure");
    assert_eq!(stem_types(&json(&folder, "search --text bas")), ["bass"]);
    assert_eq!(json(&folder, "list")["total"], 2);
    let id = song["stems"][1]["stem_id"].as_str().unwrap();
    assert_eq!(stem_types(&json(&folder, &format!("search --compatible-with {id}"))), ["drums"]);
    assert_eq!(json(&folder, "stats")["ok"], true);
    let audio = song["audio_file_id"].as_str().unwrap();
    assert_eq!(json(&folder, &format!("remove --audio-file {audio}"))["ok"], true);
    assert_eq!(json(&folder, "list")["total"], 0);
    assert!(folder.path("drums.flac").exists(), "a stem that is known by its path stays");
}

#[test]
fn the_same_files_are_one_song_and_nothing_is_written_beside_them() {
    let folder = TestFolder::new();
    let first = added(&folder);
    let second = json(&folder, "add drums.flac bass.flac");
    assert_eq!((&second["audio_file_id"], &second["is_new"]), (&first["audio_file_id"], &Value::Bool(false)));
    assert_eq!(folder.names("."), ["bass.flac", "drums.flac", "media"]);
}

#[test]
fn the_database_is_rebuilt_from_what_lies_beside_it() {
    let folder = TestFolder::new();
    let song = added(&folder);
    fs::write(folder.path("media/library.sqlite"), b"not a database").unwrap();
    let found = json(&folder, "list");
    assert_eq!((found["total"].as_u64(), &found["stems"][0]["audio_file_id"]), (Some(2), &song["audio_file_id"]));
    assert!(folder.names("media").iter().any(|name| name.starts_with("library.sqlite.damaged-")));
}

#[test]
fn a_wrong_file_and_a_wrong_key_are_named() {
    let folder = TestFolder::new();
    folder.write("notes.wav", b"no sound here");
    let run = folder.run("library add notes.wav");
    assert!(run.code == Some(1) && run.stderr.contains("notes.wav"), "{:?} {}", run.code, run.stderr);
    let run = folder.run("library search --key H");
    assert!(run.code == Some(2) && run.stderr.contains('H'), "{:?} {}", run.code, run.stderr);
}

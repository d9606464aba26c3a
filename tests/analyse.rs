//! `mixdown analyse`: the song and its stems from sound alone, and nothing invented.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::{path, signals};
use serde_json::Value;
use std::fs;

fn document(run: &Run) -> Value {
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Copies the six stems of the band under numbers as names, and returns their true types.
fn shuffled_band(folder: &TestFolder) -> [(&'static str, &'static str); 6] {
    let names = [
        ("1.flac", "keys", "other"),
        ("2.flac", "bass", "bass"),
        ("3.flac", "pad", "other"),
        ("4.flac", "drums", "drums"),
        ("5.flac", "guitar", "other"),
        ("6.flac", "vocals", ""),
    ];
    fs::create_dir(folder.path("stems")).unwrap();
    names.map(|(name, stem, kind)| {
        fs::copy(path(format!("stems/band/{stem}.flac")), folder.path("stems").join(name)).unwrap();
        (name, kind)
    })
}

/// Seconds of a click on every beat, louder on the first of each bar.
fn metronome(bpm: f64, beats_per_bar: usize, seconds: f64) -> Vec<f32> {
    let (rate, beat) = (44_100.0, 60.0 / bpm);
    let mut samples = vec![0.0; (seconds * rate) as usize];
    for index in 0..(seconds / beat) as usize {
        let (pitch_hz, level) = if index % beats_per_bar == 0 { (90.0, 0.8) } else { (400.0, 0.3) };
        let start = (index as f64 * beat * rate) as usize;
        let click = signals::sine(rate, pitch_hz, level, 0.0, 4_000);
        for (at, sample) in click.iter().enumerate() {
            if let Some(out) = samples.get_mut(start + at) {
                *out += sample * (-(at as f32) / 800.0).exp();
            }
        }
    }
    samples
}

#[test]
fn a_band_gives_its_tempo_its_bars_and_its_types_whatever_its_files_are_called() {
    let folder = TestFolder::new();
    let types = shuffled_band(&folder);
    let answer = document(&folder.run("analyse stems --json"));
    assert_eq!((&answer["ok"], &answer["schema"]), (&Value::Bool(true), &Value::from("mixdown.song/1")));
    let song = &answer["song"];
    let tempo = song["tempo_bpm"].as_f64().unwrap();
    assert!((tempo - 165.92).abs() < 0.1, "{tempo}");
    assert_eq!(song["beats_per_bar"], 4);
    // The song starts with a beat before the excerpt: the truth is the grid, not a first beat.
    let beats: Vec<f64> = song["beats_s"].as_array().unwrap().iter().map(|beat| beat.as_f64().unwrap()).collect();
    let steps: Vec<f64> = beats.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(beats.len() > 30 && steps.iter().all(|step| (step - 60.0 / 165.92).abs() < 0.03), "{steps:?}");
    for ((name, kind), stem) in types.iter().zip(answer["stems"].as_array().unwrap()) {
        assert!(stem["path"].as_str().unwrap().ends_with(name));
        assert!(kind.is_empty() || stem["type"] == *kind, "{stem}");
    }
    let chords = song["chords"].as_array().unwrap();
    assert_eq!(chords[0]["start_s"], 0.0);
    assert!(chords.windows(2).all(|two| two[0]["end_s"] == two[1]["start_s"]), "chords stand end to end");
    assert_eq!(chords[chords.len() - 1]["end_s"], song["duration_s"]);
}

#[test]
fn a_metronome_gives_its_tempo_and_its_bar() {
    let folder = TestFolder::new();
    for (bpm, beats_per_bar) in [(96.0, 3), (120.0, 4)] {
        let clicks = metronome(bpm, beats_per_bar, 24.0);
        folder.write_wav("clicks.wav", 44_100, &[&clicks]);
        let song = document(&folder.run("analyse clicks.wav --json"))["song"].clone();
        let tempo = song["tempo_bpm"].as_f64().unwrap();
        assert!((tempo - bpm).abs() < 0.05, "{tempo} for {bpm}");
        assert_eq!(song["beats_per_bar"], beats_per_bar, "{bpm}");
    }
}

#[test]
fn a_soft_copy_gives_the_same_song() {
    let folder = TestFolder::new();
    let clicks = metronome(104.0, 4, 20.0);
    let soft: Vec<f32> = clicks.iter().map(|sample| sample / 64.0).collect();
    folder.write_wav("loud.wav", 44_100, &[&clicks]);
    folder.write_wav("soft.wav", 44_100, &[&soft]);
    let song = |file: &str| document(&folder.run(&format!("analyse {file} --json")))["song"].clone();
    let (loud, soft) = (song("loud.wav"), song("soft.wav"));
    for times in ["beats_s", "downbeats_s"] {
        let (loud, soft) = (loud[times].as_array().unwrap(), soft[times].as_array().unwrap());
        assert_eq!(loud.len(), soft.len(), "{times}");
        for (one, other) in loud.iter().zip(soft) {
            assert!((one.as_f64().unwrap() - other.as_f64().unwrap()).abs() < 0.002, "{times}: {one} {other}");
        }
    }
}

#[test]
fn silence_and_a_moment_are_not_a_song() {
    let folder = TestFolder::new();
    folder.write_wav("silence.wav", 44_100, &[&vec![0.0; 441_000]]);
    folder.write_wav("moment.wav", 44_100, &[&signals::sine(44_100.0, 440.0, 0.5, 0.0, 2_000)]);
    for file in ["silence.wav", "moment.wav"] {
        let answer = document(&folder.run(&format!("analyse {file} --json")));
        let song = &answer["song"];
        assert!(song["tempo_bpm"].is_null() && song["beats_per_bar"].is_null(), "{file}: {song}");
        assert_eq!(song["beats_s"].as_array().unwrap().len(), 0, "{file}");
        for task in ["tempo", "beats", "downbeats", "metre", "key", "sections"] {
            assert!(song["confidence"][task].as_f64().unwrap() < 0.5, "{file}: {task} {song}");
        }
    }
    let silence = document(&folder.run("analyse silence.wav --json"))["stems"][0].clone();
    assert!(silence["integrated_lufs"].is_null() && silence["spectral_centroid_hz"].is_null());
    assert_eq!((&silence["silence_share"], &silence["type_confidence"]), (&Value::from(1.0), &Value::from(0.0)));
}

#[test]
fn readings_of_a_stem_are_those_of_measure() {
    let folder = TestFolder::new();
    fs::copy(path("stems/band/keys.flac"), folder.path("keys.flac")).unwrap();
    let stem = document(&folder.run("analyse keys.flac --json"))["stems"][0].clone();
    let measured = document(&folder.run("measure keys.flac --json"))["files"][0].clone();
    for key in ["integrated_lufs", "rms_dbfs", "sample_peak_dbfs", "true_peak_dbtp", "crest_db", "duration_s"] {
        assert_eq!(stem[key], measured[key], "{key}");
    }
}

#[test]
fn a_file_that_is_not_audio_is_named_and_nothing_is_written() {
    let folder = TestFolder::new();
    folder.write("notes.wav", b"no sound here");
    folder.write_wav("tone.wav", 44_100, &[&signals::sine(44_100.0, 440.0, 0.5, 0.0, 44_100)]);
    let run = folder.run("analyse tone.wav notes.wav -o song.json --page page");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("notes.wav"), "{}", run.stderr);
    assert_eq!(folder.names("."), ["notes.wav", "tone.wav"]);
}

#[test]
fn document_and_page_are_written_again_but_nothing_else_is_replaced() {
    let folder = TestFolder::new();
    shuffled_band(&folder);
    for _ in 0..2 {
        let run = folder.run("analyse stems -o song.json --page page -q");
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    assert_eq!(folder.names("page"), ["song.html", "song.png"]);
    let song: Value = serde_json::from_slice(&fs::read(folder.path("song.json")).unwrap()).unwrap();
    assert_eq!(song["stems"].as_array().unwrap().len(), 6);
    let page = fs::read_to_string(folder.path("page/song.html")).unwrap();
    assert!(page.contains("165.9") && page.contains("<svg"));
    folder.write("mine.json", b"{\"not\": \"mixdown's\"}");
    let run = folder.run("analyse stems -o mine.json");
    assert_eq!(
        (run.code, fs::read(folder.path("mine.json")).unwrap()),
        (Some(1), b"{\"not\": \"mixdown's\"}".to_vec())
    );
}

#[test]
fn a_session_starts_and_ends_with_whole_bars() {
    let folder = TestFolder::new();
    shuffled_band(&folder);
    let run = folder.run("session stems --snap-to-beats --out mix.json");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let session: Value = serde_json::from_slice(&fs::read(folder.path("mix.json")).unwrap()).unwrap();
    let (start_s, end_s) = (session["time"]["start_s"].as_f64().unwrap(), session["time"]["end_s"].as_f64().unwrap());
    let bars = (end_s - start_s) / (4.0 * 60.0 / 165.92);
    assert!((bars - bars.round()).abs() < 0.05 && bars > 6.0, "{start_s} to {end_s}: {bars}");
    folder.write_wav("noise.wav", 44_100, &[&vec![0.0; 100_000]]);
    let run = folder.run("session noise.wav --snap-to-beats --out noise.json");
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("no bars were found"), "{}", run.stderr);
}

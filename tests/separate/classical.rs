//! Separation without a model.

use super::{RATE_HZ, document, four_parts, null_db, report, sum};
use crate::program_runs::{TestFolder, read_wav};
use mixdown_fixtures::{path, signals};
use serde_json::Value;
use std::fs;

const PARTS: [&str; 3] = ["percussive", "harmonic", "centre"];
const FILES: [&str; 4] = ["centre.wav", "harmonic.wav", "percussive.wav", "residual.json"];

#[test]
fn parts_of_a_song_sum_to_it_and_the_report_states_so() {
    let folder = TestFolder::new();
    let four = four_parts(150_001);
    let (left, right) = (sum(&four), sum(&four[1..]));
    folder.write_wav("song.wav", RATE_HZ, &[&left, &right]);
    let answer = document(&folder.run("separate song.wav --out parts --with classical --json"));
    assert_eq!(folder.names("parts"), FILES);
    assert_eq!(folder.names("."), ["parts", "song.wav"]);
    assert_eq!(report(&folder, "parts"), answer);
    let null = null_db(&folder, &[&left, &right], "parts", &PARTS);
    assert!(null < -90.0, "{null:.1} dB");
    let stated = answer["residual"]["whole"]["null_db"].as_f64().unwrap();
    assert!((stated - null).abs() < 1.0, "{stated} stated, {null} measured");
    assert_eq!((&answer["schema"], &answer["with"]), (&Value::from("mixdown.residual/1"), &Value::from("classical")));
    let placement = &answer["placement"];
    assert_eq!((&placement["delay_frames"], &placement["polarity"]), (&Value::from(0), &Value::from("normal")));
    assert_eq!(placement["gain_db"], 0.0);
    assert_eq!((&answer["frames"], &answer["channels"]), (&Value::from(150_001), &Value::from(2)));
    assert_eq!(answer["residual"]["seconds"].as_array().unwrap().len(), 4);
    assert_eq!(answer["residual"]["bands"].as_array().unwrap().len(), 10);
    let names: Vec<&str> =
        answer["parts"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect();
    assert_eq!(names, PARTS);
    let bits = fs::read(folder.path("parts/centre.wav")).unwrap();
    // Its own files are replaced, and the same song gives the same bytes.
    assert_eq!(folder.run("separate song.wav --out parts --with classical -q").code, Some(0));
    assert_eq!(fs::read(folder.path("parts/centre.wav")).unwrap(), bits);
}

#[test]
fn drums_are_mostly_percussive_and_a_pad_is_not() {
    let folder = TestFolder::new();
    for (stem, part) in [("drums", "percussive"), ("pad", "harmonic")] {
        let file = path(format!("stems/band/{stem}.flac"));
        let run =
            folder.command().arg("separate").arg(file).args(["--out", stem, "--with", "classical", "--json"]).output();
        let answer = document(&run.unwrap().into());
        assert!(answer["residual"]["whole"]["null_db"].as_f64().unwrap() < -90.0);
        let level = |name: &str| {
            let part = answer["parts"].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap();
            part["rms_dbfs"].as_f64().unwrap_or(-120.0)
        };
        let sustained = level("harmonic").max(level("centre"));
        let (own, other) =
            if part == "percussive" { (level(part), sustained) } else { (sustained, level("percussive")) };
        assert!(own > other + 3.0, "{stem}: {own} against {other} dBFS");
    }
}

#[test]
fn one_channel_has_no_centre_and_neither_have_two_equal_ones() {
    let folder = TestFolder::new();
    let song = signals::sine(48_000.0, 440.0, 0.3, 0.0, 60_000);
    folder.write_wav("mono.wav", 48_000, &[&song]);
    folder.write_wav("equal.wav", 48_000, &[&song, &song]);
    for (file, channels) in [("mono", 1), ("equal", 2)] {
        document(&folder.run(&format!("separate {file}.wav --out {file} --with classical --json")));
        let centre = read_wav(&folder.path(file).join("centre.wav"));
        assert_eq!(centre, vec![vec![0.0; 60_000]; channels], "{file}");
        let null = null_db(&folder, &vec![&*song; channels], file, &PARTS);
        assert!(null < -90.0, "{file}: {null:.1} dB");
    }
}

#[test]
fn silence_and_a_single_frame_are_separated_too() {
    let folder = TestFolder::new();
    folder.write_wav("silence.wav", RATE_HZ, &[&*vec![0.0; 50_000]; 2]);
    folder.write_wav("frame.wav", RATE_HZ, &[&[0.5], &[-0.25]]);
    let answer = document(&folder.run("separate silence.wav --out silence --with classical --json"));
    assert!(answer["residual"]["whole"]["null_db"].is_null() && answer["parts"][0]["rms_dbfs"].is_null());
    assert_eq!(answer["placement"]["found"], false);
    let answer = document(&folder.run("separate frame.wav --out frame --with classical --json"));
    assert_eq!(answer["frames"], 1);
    let null = null_db(&folder, &[&[0.5], &[-0.25]], "frame", &PARTS);
    assert!(null < -90.0, "{null:.1} dB");
}

#[test]
fn the_answer_for_people_names_files_and_residual() {
    let folder = TestFolder::new();
    folder.write_wav("song.wav", RATE_HZ, &[&signals::pink_noise(1, 0.1, 30_000)]);
    let run = folder.run("separate song.wav --out parts --with classical");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for word in ["percussive.wav", "harmonic.wav", "centre.wav", "residual", "0 frames late, gain 0.00 dB"] {
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
}

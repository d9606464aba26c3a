//! Stems of an external program: placed to the sample, and what their sum leaves.

use super::{PARTS, RATE_HZ, document, fake, four_parts, null_db, report, sum};
use crate::program_runs::{TestFolder, read_wav};
use mixdown_fixtures::signals;
use serde_json::{Value, json};
use std::fs;

#[test]
fn stems_of_the_program_on_path_are_taken_as_they_are() {
    let folder = TestFolder::new();
    let four = four_parts(100_000);
    let song = sum(&four);
    folder.write_wav("song.wav", RATE_HZ, &[&song, &song]);
    fake::write_stems(&folder, RATE_HZ, &four.clone().map(|part| vec![part; 2]));
    fake::write(&folder, fake::COPIES);
    let path = std::env::join_paths(
        [folder.path("bin")].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let run =
        folder.command().args(["separate", "song.wav", "--out", "parts", "--json"]).env("PATH", path.unwrap()).output();
    let answer = document(&run.unwrap().into());
    assert_eq!(folder.names("parts"), ["bass.wav", "drums.wav", "other.wav", "residual.json", "vocals.wav"]);
    assert_eq!(report(&folder, "parts"), answer);
    assert_eq!((&answer["with"], &answer["model"]), (&json!("demucs"), &json!("htdemucs")));
    for (part, samples) in PARTS.iter().zip(&four) {
        assert!(read_wav(&folder.path("parts").join(format!("{part}.wav"))) == vec![samples.clone(); 2], "{part}");
    }
    assert!(answer["residual"]["whole"]["null_db"].as_f64().unwrap() < -120.0, "{}", answer["residual"]["whole"]);
    let arguments = fs::read_to_string(folder.path("bin/arguments")).unwrap();
    assert!(arguments.starts_with("-n htdemucs -o /") && arguments.ends_with("/song.wav\n"), "{arguments}");
}

#[test]
fn delay_gain_and_polarity_are_found_and_the_delay_is_taken_out_of_the_stems() {
    let folder = TestFolder::new();
    let four = four_parts(120_000);
    let song = sum(&four);
    folder.write_wav("song.wav", RATE_HZ, &[&song, &song]);
    fake::write(&folder, fake::COPIES);
    for (delay, factor) in [(529_i64, -0.5_f32), (-1_105, 2.0), (0, 0.25)] {
        let moved = four.clone().map(|part| {
            let at = |n: i64| usize::try_from(n - delay).ok().and_then(|at| part.get(at)).copied().unwrap_or(0.0);
            // Early stems end early as well.
            let moved: Vec<f32> = (0..120_000 + delay.min(0)).map(|n| factor * at(n)).collect();
            vec![moved; 2]
        });
        fake::write_stems(&folder, RATE_HZ, &moved);
        let answer = document(&fake::run(&folder, "--model mdx_extra --json"));
        let placement = &answer["placement"];
        assert_eq!(placement["delay_frames"], delay);
        assert_eq!(placement["polarity"], if factor < 0.0 { "inverted" } else { "normal" });
        let gain_db = placement["gain_db"].as_f64().unwrap();
        assert!((gain_db + 20.0 * f64::from(factor.abs()).log10()).abs() < 0.05, "{gain_db} dB for {factor}");
        assert_eq!((&placement["found"], &answer["model"]), (&json!(true), &json!("mdx_extra")));
        let drums = read_wav(&folder.path("parts/drums.wav"));
        assert_eq!(drums[0].len(), 120_000);
        for at in 2_000..118_000 {
            assert_eq!(drums[0][at], factor * four[0][at], "{delay}: {at}");
        }
        // All that is left is what the delay pushed out of the files at one end.
        let seconds = answer["residual"]["seconds"].as_array().unwrap();
        assert!(seconds[1]["null_db"].as_f64().unwrap() < -60.0, "{delay}: {}", seconds[1]);
        let as_written = answer["residual"]["as_written"]["null_db"].as_f64().unwrap();
        let expected = 20.0 * f64::from((1.0 - factor).abs()).log10();
        assert!((as_written - expected).abs() < 0.5, "{delay}: {as_written}, expected {expected}");
    }
}

#[test]
fn stems_of_another_rate_and_number_of_channels_become_those_of_the_song() {
    let folder = TestFolder::new();
    let tone = |rate: f64, frequency_hz: f64| signals::sine(rate, frequency_hz, 0.2, 0.0, (3.0 * rate) as usize);
    let frequencies = [110.0, 440.0, 1_000.0, 3_000.0];
    let song = sum(&frequencies.map(|frequency_hz| tone(48_000.0, frequency_hz)));
    folder.write_wav("song.wav", 48_000, &[&song]);
    let stems = frequencies.map(|frequency_hz| vec![tone(44_100.0, frequency_hz); 2]);
    fake::write_stems(&folder, RATE_HZ, &stems);
    fake::write(&folder, fake::COPIES);
    let answer = document(&fake::run(&folder, "--json"));
    assert_eq!((&answer["sample_rate_hz"], &answer["channels"]), (&json!(48_000), &json!(1)));
    assert_eq!(answer["placement"]["delay_frames"], 0);
    let drums = hound::WavReader::open(folder.path("parts/drums.wav")).unwrap();
    assert_eq!((drums.spec().sample_rate, drums.spec().channels, drums.duration()), (48_000, 1, 144_000));
    assert_eq!((drums.spec().bits_per_sample, drums.spec().sample_format), (32, hound::SampleFormat::Float));
    let middle = answer["residual"]["seconds"][1]["null_db"].as_f64().unwrap();
    assert!(middle < -80.0, "{middle} dB");
}

#[test]
fn stems_that_are_not_of_the_song_are_not_moved() {
    let folder = TestFolder::new();
    let song = signals::white_noise(40, 0.3, 80_000);
    folder.write_wav("song.wav", RATE_HZ, &[&song]);
    let others = [41, 42, 43, 44].map(|seed| vec![signals::white_noise(seed, 0.3, 80_000)]);
    fake::write_stems(&folder, RATE_HZ, &others);
    fake::write(&folder, fake::COPIES);
    let answer = document(&fake::run(&folder, "--json"));
    assert_eq!(answer["placement"]["found"], false);
    assert_eq!((&answer["placement"]["delay_frames"], &answer["placement"]["gain_db"]), (&json!(0), &json!(0.0)));
    assert!(answer["residual"]["whole"]["null_db"].as_f64().unwrap() > 0.0);
    assert!(read_wav(&folder.path("parts/drums.wav")) == others[0]);
}

#[test]
fn the_residual_is_that_of_the_missing_part() {
    let folder = TestFolder::new();
    let four = four_parts(100_000);
    let song = sum(&four);
    folder.write_wav("song.wav", RATE_HZ, &[&song]);
    let mut stems = four.clone().map(|part| vec![part]);
    stems[1] = vec![vec![0.0; 100_000]];
    fake::write_stems(&folder, RATE_HZ, &stems);
    fake::write(&folder, fake::COPIES);
    let answer = document(&fake::run(&folder, "--json"));
    let null = null_db(&folder, &[&song], "parts", &PARTS);
    let stated = answer["residual"]["as_written"]["null_db"].as_f64().unwrap();
    assert!((stated - null).abs() < 0.02, "{stated} stated, {null} measured");
    // The bass at 55 Hz is missing, so the octave around 63 Hz keeps all of its song.
    let bands = answer["residual"]["bands"].as_array().unwrap();
    let of = |centre_hz: f64| {
        let band: &Value = bands.iter().find(|band| band["centre_hz"] == centre_hz).unwrap();
        band["null_db"].as_f64().unwrap()
    };
    assert!(of(63.0) > -1.0 && of(1_000.0) < -20.0, "{bands:?}");
}

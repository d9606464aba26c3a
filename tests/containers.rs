//! The master in other containers than WAV, and the signals of its sum beside it.

use crate::program_runs::{TestFolder, read_wav};
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::Source;
use mixdown_fixtures::{path, signals};
use serde_json::{Value, json};
use std::fs;

fn decoded(folder: &TestFolder, name: &str) -> Vec<Vec<f32>> {
    let mut reader = StemReader::open(&folder.path(name), Fold::Keep).unwrap();
    let mut block = AudioBuffer::new(reader.channels(), 2_000_000);
    let frames = reader.read(&mut block.block_mut()).unwrap();
    (0..block.channels()).map(|channel| block.channel(channel)[..frames].to_vec()).collect()
}

fn report(folder: &TestFolder, subfolder: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.path(subfolder).join("report.json")).unwrap()).unwrap()
}

fn demo(folder: &TestFolder, out: &str, more: &str) {
    let mut command = folder.command();
    command.arg("render").args([path("stems/feelings/guitar.ogg"), path("stems/feelings/band.ogg")]);
    command.args(["--out", out, "--quiet", "--align", "off"]).args(more.split_whitespace());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_flac_master_has_the_wav_samples_and_loudness_tags() {
    let folder = TestFolder::new();
    for bits in [16, 24] {
        demo(&folder, "wav", &format!("--end 4 --target -11.5 --format wav{bits}"));
        demo(&folder, "flac", &format!("--end 4 --target -11.5 --format flac{bits}"));
        assert_eq!(decoded(&folder, "flac/final_mix.flac"), read_wav(&folder.path("wav/final_mix.wav")), "{bits}");
        let (wav, flac) = (report(&folder, "wav"), report(&folder, "flac"));
        assert_eq!(wav["master"]["written"], flac["master"]["written"]);
        assert!(flac["output"]["blake3"].is_string() && flac["output"]["blake3"] != wav["output"]["blake3"]);
        assert_eq!(
            fs::read(folder.path("wav/waveform.dat")).unwrap(),
            fs::read(folder.path("flac/waveform.dat")).unwrap()
        );
        let file = fs::read(folder.path("flac/final_mix.flac")).unwrap();
        assert!(file.len() < fs::metadata(folder.path("wav/final_mix.wav")).unwrap().len() as usize * 9 / 10);
        let tag = b"REPLAYGAIN_TRACK_GAIN=-6.";
        assert!(file[..1_000].windows(tag.len()).any(|part| part == tag));
    }
    let names = folder.names("flac");
    assert!(names.contains(&"final_mix.flac".into()) && !names.contains(&"final_mix.wav".into()), "{names:?}");
    assert!(fs::read_to_string(folder.path("flac/report.html")).unwrap().contains("src=\"final_mix.flac\""));
}

#[test]
fn a_decoded_opus_master_meets_target_and_ceiling() {
    let folder = TestFolder::new();
    demo(&folder, "mix", "--end 10 --target -9 --max-limiting 24 --format opus");
    let report = report(&folder, "mix");
    assert_eq!((&report["master"]["verified"], &report["output"]["sample_rate_hz"]), (&json!(true), &json!(48_000)));
    let sound = decoded(&folder, "mix/final_mix.opus");
    assert_eq!(sound[0].len() as u64, report["output"]["frames"].as_u64().unwrap());
    // The program's meter reads the same from the file.
    let run = folder.run("measure mix/final_mix.opus --json");
    let measured: Value = serde_json::from_str(&run.stdout).unwrap();
    let text = measured.to_string();
    let written = &report["master"]["written"];
    for key in ["integrated_lufs", "true_peak_dbtp"] {
        assert!(text.contains(&format!("\"{key}\":{}", written[key])), "{key}: {text}");
    }
    assert!(written["true_peak_dbtp"].as_f64().unwrap() <= -0.98);
    let once = fs::read(folder.path("mix/final_mix.opus")).unwrap();
    demo(&folder, "again", "--end 10 --target -9 --max-limiting 24 --format opus --chunk-frames 999");
    assert!(fs::read(folder.path("again/final_mix.opus")).unwrap() == once, "the same bytes for any block size");
    let run = folder.run("render mix/final_mix.opus --out x --format opus --rate 44100");
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("opus holds 48000 Hz"), "{}", run.stderr);
}

#[test]
fn the_stems_of_a_mix_sum_to_it_bit_for_bit() {
    let folder = TestFolder::new();
    let noise = |seed| signals::pink_noise(seed, 0.1, 60_000);
    folder.write_wav("a.wav", 48_000, &[&noise(1), &noise(2)]);
    folder.write_wav("b.wav", 48_000, &[&noise(3)]);
    folder.write_wav("c.wav", 48_000, &[&noise(4), &noise(5)]);
    let late = json!({ "type": "compressor", "threshold_db": -30.0, "ratio": 3.0, "look_ahead_ms": 3.0 });
    let session = json!({
        "align": { "mode": "off" },
        "time": { "start_s": 0.1 },
        "tracks": [
            { "file": "a.wav", "name": "drums/left", "gain_db": -2.0, "inserts": [late] },
            { "file": "b.wav", "pan": 0.3, "output": "inner", "sends": [{ "to": "echo", "gain_db": -9.0 }] },
            { "file": "c.wav", "mute": true },
        ],
        "buses": [
            { "name": "echo", "inserts": [{ "type": "delay", "time_ms": 90.0, "feedback": 0.3 }] },
            { "name": "outer", "inserts": [late] },
            { "name": "inner", "output": "outer", "inserts": [{ "type": "soft_clip", "drive_db": 6.0 }] },
        ],
        "master": { "target": "none", "ceiling_dbtp": "off" },
        "output": { "format": "wav32f" },
    });
    folder.write("mix.json", session.to_string().as_bytes());
    for more in ["", " --chunk-frames 100", " --mix-only --force"] {
        let run = folder.run(&format!("render --session mix.json --out mix --stems --json{more}"));
        assert_eq!(run.code, Some(0), "{}", run.stdout);
        let reported: Value = serde_json::from_str(&run.stdout).unwrap();
        let names = ["drums_left", "c", "echo", "outer"].map(|name| format!("{name}.wav"));
        let stems: Vec<&str> = reported["files"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let stems: Vec<&str> = stems.into_iter().filter(|file| file.contains("stems")).collect();
        assert!(stems.iter().zip(&names).all(|(file, name)| file.ends_with(name)) && stems.len() == 4, "{stems:?}");
        let mix = read_wav(&folder.path("mix/final_mix.wav"));
        let stems = names.map(|name| read_wav(&folder.path(&format!("mix/stems/{name}"))));
        for channel in 0..2 {
            assert!(stems.iter().all(|stem| stem[channel].len() == mix[channel].len()), "{more}");
            let sum = |frame: usize| stems.iter().map(|stem| f64::from(stem[channel][frame])).sum::<f64>() as f32;
            let wrong = (0..mix[channel].len()).find(|&frame| sum(frame) != mix[channel][frame]);
            assert_eq!(wrong, None, "channel {channel}{more}");
        }
        assert!(stems[1][0].iter().all(|sample| *sample == 0.0) && stems[2][0].iter().any(|sample| *sample != 0.0));
    }
}

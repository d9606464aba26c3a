//! `mixdown measure` and `mixdown waveform`: the right numbers for every file that can be read, and
//! messages for the rest.

use crate::program_runs::{Run, TestFolder};
use mixdown_engine::meter::SUMMARY;
use mixdown_fixtures::{path, signals};
use serde_json::Value;
use std::fs;

/// Keys of a measured file that scripts rely on, in their order.
const KEYS: [&str; 18] = [
    "path",
    "sample_rate",
    "channels",
    "frames",
    "duration_s",
    "integrated_lufs",
    "loudness_range_lu",
    "max_momentary_lufs",
    "max_short_term_lufs",
    "true_peak_dbtp",
    "sample_peak_dbfs",
    "rms_dbfs",
    "crest_db",
    "plr_db",
    "dc_offset",
    "correlation",
    "clipped_samples",
    "warnings",
];

fn sine(level_dbfs: f64, seconds: usize) -> Vec<f32> {
    signals::sine(48_000.0, 1_000.0, 10_f64.powf(level_dbfs / 20.0), 0.0, seconds * 48_000)
}

fn files(run: &Run) -> Vec<Value> {
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    document["files"].as_array().unwrap().clone()
}

#[track_caller]
fn assert_near(value: &Value, expected: f64, tolerance: f64) {
    assert!((value.as_f64().unwrap() - expected).abs() <= tolerance, "{value} for {expected}");
}

#[test]
fn a_stereo_sine_reads_as_the_standards_define() {
    let folder = TestFolder::new();
    let tone = sine(-23.0, 20);
    folder.write_wav("tone.wav", 48_000, &[&tone, &tone]);
    let file = &files(&folder.run("measure tone.wav --json"))[0];
    let keys: Vec<&String> = file.as_object().unwrap().keys().collect();
    let kept: Vec<&String> = keys.iter().copied().filter(|key| KEYS.contains(&key.as_str())).collect();
    assert_eq!(kept, KEYS);
    let unlisted = |key: &str| KEYS.contains(&key) || ["sample_rate_hz", "non_finite_samples"].contains(&key);
    let added = SUMMARY.iter().map(|reading| reading.key).filter(|key| !unlisted(key));
    assert!(keys.iter().copied().filter(|key| !KEYS.contains(&key.as_str())).eq(added), "{keys:?}");
    assert_eq!((file["sample_rate"].as_u64(), file["channels"].as_u64()), (Some(48_000), Some(2)));
    assert_eq!((file["frames"].as_u64(), file["duration_s"].as_f64()), (Some(960_000), Some(20.0)));
    // Tech 3341 case 1.
    for key in ["integrated_lufs", "max_momentary_lufs", "max_short_term_lufs"] {
        assert_near(&file[key], -23.0, 0.1);
    }
    assert_near(&file["loudness_range_lu"], 0.0, 0.1);
    // Rounded to 0.01; the meter's own error is 0.02.
    assert_near(&file["true_peak_dbtp"], -23.0, 0.03);
    assert_near(&file["sample_peak_dbfs"], -23.0, 0.01);
    assert_near(&file["rms_dbfs"], -26.01, 0.01);
    assert_near(&file["crest_db"], 3.01, 0.02);
    assert_near(&file["plr_db"], 0.0, 0.1);
    assert_eq!((file["correlation"].as_f64(), file["clipped_samples"].as_u64()), (Some(1.0), Some(0)));
    assert_eq!(file["dc_offset"].as_array().unwrap().len(), 2);
}

#[test]
fn six_channels_are_weighed_and_not_folded() {
    let folder = TestFolder::new();
    // Tech 3341 case 6 with a signal in the LFE channel, which only counts for the true peak.
    let levels = [-28.0, -28.0, -24.0, -6.0, -30.0, -30.0];
    let channels: Vec<Vec<f32>> = levels.iter().map(|level| sine(*level, 20)).collect();
    let channels: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
    folder.write_wav("surround.wav", 48_000, &channels);
    let file = &files(&folder.run("measure surround.wav --json"))[0];
    assert_eq!(file["channels"].as_u64(), Some(6));
    assert_near(&file["integrated_lufs"], -23.0, 0.1);
    assert_near(&file["true_peak_dbtp"], -6.0, 0.03);
}

#[test]
fn undefined_readings_are_null() {
    let folder = TestFolder::new();
    folder.write_wav("silence.wav", 48_000, &[&vec![0.0; 96_000], &vec![0.0; 96_000]]);
    folder.write_wav("short.wav", 48_000, &[&[0.5; 1_000]]);
    folder.write_wav("one.wav", 48_000, &[&[0.5], &[-0.5]]);
    folder.write_wav("dc.wav", 48_000, &[&vec![0.25; 96_000]]);
    folder.write_wav("denormal.wav", 48_000, &[&vec![1e-40; 48_000]]);
    let run = folder.run("measure silence.wav short.wav one.wav dc.wav denormal.wav --json");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let files = files(&run);
    for key in [
        "integrated_lufs",
        "loudness_range_lu",
        "true_peak_dbtp",
        "rms_dbfs",
        "crest_db",
        "plr_db",
        "correlation",
        "psr_db",
        "spectral_centroid_hz",
    ] {
        assert_eq!(files[0][key], Value::Null, "{key} of silence");
        assert_eq!(files[4][key], Value::Null, "{key} of denormals");
    }
    assert_eq!(files[1]["integrated_lufs"], Value::Null);
    assert_near(&files[1]["sample_peak_dbfs"], -6.02, 0.001);
    assert_eq!((files[2]["frames"].as_u64(), files[2]["plr_db"].clone()), (Some(1), Value::Null));
    assert_near(&files[2]["correlation"], -1.0, 0.0);
    assert_near(&files[3]["dc_offset"][0], 0.25, 1e-6);
    assert!(!run.stdout.contains("NaN") && !run.stdout.contains("inf"), "{}", run.stdout);
}

#[test]
fn a_bad_file_is_named_and_the_others_are_measured() {
    let folder = TestFolder::new();
    folder.write_wav("good.wav", 48_000, &[&sine(-20.0, 1)]);
    folder.write_wav("nan.wav", 48_000, &[&[0.1, f32::NAN, 0.1]]);
    folder.write("text.wav", b"dear diary, today I measured a song");
    let run = folder.run("measure gone.wav good.wav text.wav nan.wav --json");
    assert_eq!(run.code, Some(1));
    let files = files(&run);
    for (index, name) in [(0, "gone.wav"), (2, "text.wav"), (3, "nan.wav")] {
        assert_eq!(files[index]["path"], name);
        assert!(files[index]["error"].as_str().unwrap().contains(name), "{}", files[index]);
    }
    assert!(files[1]["integrated_lufs"].is_f64());
    let run = folder.run("measure gone.wav good.wav");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("gone.wav: no such file") && !run.stderr.contains("panicked"), "{}", run.stderr);
    assert!(run.stdout.contains("good.wav") && run.stdout.contains("LUFS"), "{}", run.stdout);
    assert_eq!(folder.run("measure").code, Some(2));
    assert_eq!(folder.run("measure good.wav --series").code, Some(2));
}

#[test]
fn a_series_has_ten_readings_a_second() {
    let folder = TestFolder::new();
    folder.write_wav("tone.wav", 48_000, &[&sine(-20.0, 4), &sine(-20.0, 4)]);
    let file = &files(&folder.run("measure tone.wav --json --series"))[0];
    assert_eq!(file["series"]["interval_ms"].as_u64(), Some(100));
    let short_term = file["series"]["short_term_lufs"].as_array().unwrap();
    assert_eq!((short_term.len(), short_term[28].is_null()), (40, true));
    assert_near(&short_term[39], -20.0, 0.1);
}

#[test]
fn every_decodable_file_can_be_measured() {
    let folder = TestFolder::new();
    for stem in ["stems/feelings/guitar.ogg", "stems/band/bass.flac"] {
        let run: Run = folder.command().args(["measure", "--json"]).arg(path(stem)).output().unwrap().into();
        assert_eq!(run.code, Some(0), "{stem}: {}", run.stdout);
        assert!(files(&run)[0]["integrated_lufs"].as_f64().unwrap() < -10.0);
    }
}

/// Writes 16-bit samples, one vector per channel.
fn write_16_bits(folder: &TestFolder, name: &str, channels: &[Vec<i16>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: 44_100,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(folder.path(name), spec).unwrap();
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample(channel[frame]).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// Implements audiowaveform's rules a second time: minimum and maximum of each pixel, channels
/// summed and divided as integers.
fn reference(channels: &[Vec<i32>], pixel: usize, split: bool, divisor: i32) -> Vec<i32> {
    let count = channels.len() as i32;
    let mono =
        || (0..channels[0].len()).map(|n| channels.iter().map(|channel| channel[n]).sum::<i32>() / count).collect();
    let lanes: Vec<Vec<i32>> = if split { channels.to_vec() } else { vec![mono()] };
    let mut values = Vec::new();
    for start in (0..lanes[0].len()).step_by(pixel) {
        for lane in &lanes {
            let window = &lane[start..lane.len().min(start + pixel)];
            values.extend([window.iter().min().unwrap() / divisor, window.iter().max().unwrap() / divisor]);
        }
    }
    values
}

#[test]
fn a_waveform_has_the_bytes_that_audiowaveform_writes() {
    let folder = TestFolder::new();
    let noise = |seed| -> Vec<i16> {
        signals::white_noise(seed, 1.0, 10_007).iter().map(|x| (f64::from(*x) * 32_767.9) as i16).collect()
    };
    let channels = [noise(1), noise(2), noise(3)];
    write_16_bits(&folder, "in.wav", &channels);
    let wide: Vec<Vec<i32>> = channels.iter().map(|c| c.iter().map(|x| i32::from(*x)).collect()).collect();
    for (flags, pixel, split, bits) in [
        ("", 256, false, 16),
        ("--bits 8", 256, false, 8),
        ("--split-channels --samples-per-pixel 100", 100, true, 16),
        ("--split-channels --bits 8 -z 7", 7, true, 8),
    ] {
        let expected = reference(&wide, pixel, split, if bits == 8 { 256 } else { 1 });
        let (lanes, length) = (if split { 3 } else { 1 }, 10_007_usize.div_ceil(pixel));
        assert_eq!(folder.run(&format!("waveform in.wav -o out.dat {flags}")).code, Some(0));
        let mut bytes: Vec<u8> = [2, i32::from(bits == 8), 44_100, pixel as i32, length as i32, lanes]
            .iter()
            .flat_map(|field| field.to_le_bytes())
            .collect();
        for value in &expected {
            if bits == 8 { bytes.push(*value as i8 as u8) } else { bytes.extend((*value as i16).to_le_bytes()) }
        }
        assert!(fs::read(folder.path("out.dat")).unwrap() == bytes, "{flags}");
        assert_eq!(folder.run(&format!("waveform in.wav -o out.json {flags}")).code, Some(0));
        let values: Vec<String> = expected.iter().map(ToString::to_string).collect();
        let text = format!(
            "{{\"version\":2,\"channels\":{lanes},\"sample_rate\":44100,\"samples_per_pixel\":{pixel},\"bits\":{bits},\
             \"length\":{length},\"data\":[{}]}}\n",
            values.join(",")
        );
        assert_eq!(fs::read_to_string(folder.path("out.json")).unwrap(), text, "{flags}");
    }
}

#[test]
fn float_files_follow_the_waveform_rule_for_floats() {
    let folder = TestFolder::new();
    let noise = signals::white_noise(4, 1.0, 5_000);
    folder.write_wav("in.wav", 48_000, &[&noise]);
    assert_eq!(folder.run("waveform in.wav -o out.dat").code, Some(0));
    // static_cast<short>(x * 32767).
    let values: Vec<i32> = noise.iter().map(|x| (x * 32_767.0) as i32).collect();
    let expected: Vec<u8> =
        reference(&[values], 256, false, 1).iter().flat_map(|value| (*value as i16).to_le_bytes()).collect();
    assert!(fs::read(folder.path("out.dat")).unwrap()[24..] == expected);
}

#[test]
fn an_unwritable_waveform_is_refused_with_a_reason() {
    let folder = TestFolder::new();
    folder.write_wav("in.wav", 48_000, &[&[0.5; 100]]);
    for (arguments, code, caption) in [
        ("waveform in.wav -o out.png", 2, ".dat or .json"),
        ("waveform in.wav -o out.dat -z 1", 2, "1"),
        ("waveform in.wav -o out.dat --bits 12", 2, "12"),
        ("waveform gone.wav -o out.dat", 1, "gone.wav: no such file"),
        ("waveform in.wav -o in.wav/out.dat", 1, "in.wav"),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.code, Some(code), "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains(caption), "{arguments}: {}", run.stderr);
    }
    assert_eq!(folder.names("."), ["in.wav"]);
}

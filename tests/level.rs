//! Levels of a master: bits that are copied unchanged, the ceiling's one rule, targets that are
//! missed.

use crate::program_runs::{TestFolder, read_wav};
use mixdown_fixtures::signals;
use serde_json::{Value, json};

/// Writes a WAV file of integers.
fn write_integers(folder: &TestFolder, name: &str, bits: u16, channels: &[Vec<i32>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: 48_000,
        bits_per_sample: bits,
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

fn read_integers(folder: &TestFolder, name: &str) -> Vec<Vec<i32>> {
    let mut reader = hound::WavReader::open(folder.path(name)).unwrap();
    let samples: Vec<i32> = reader.samples().map(Result::unwrap).collect();
    (0..2).map(|channel| samples.iter().skip(channel).step_by(2).copied().collect()).collect()
}

/// Returns noise of a peak of about `peak` of full scale, as integers.
fn noise(seed: u64, bits: u16, peak: f64) -> Vec<i32> {
    let scale = f64::from(1 << (bits - 1));
    signals::white_noise(seed, peak, 30_000).iter().map(|x| (f64::from(*x) * scale) as i32).collect()
}

fn report(folder: &TestFolder, subfolder: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.path(subfolder).join("report.json")).unwrap()).unwrap()
}

#[test]
fn an_integer_stem_at_unity_is_written_bit_for_bit() {
    let folder = TestFolder::new();
    for (stored, written) in [(16, 16), (16, 24), (24, 24)] {
        let stem = [noise(1, stored, 0.3), noise(2, stored, 0.3)];
        write_integers(&folder, "a.wav", stored, &stem);
        for more in ["", " --shape", " --chunk-frames 333"] {
            let run = folder.run(&format!("render a.wav --target none --format wav{written} --out mix --quiet{more}"));
            assert_eq!(run.code, Some(0), "{}", run.stderr);
            let padded = stem.clone().map(|side| side.iter().map(|x| x << (written - stored)).collect::<Vec<_>>());
            assert_eq!(read_integers(&folder, "mix/final_mix.wav"), padded, "{stored} to {written}{more}");
            assert_eq!(report(&folder, "mix")["output"]["exact"], true);
        }
    }
    // Fewer bits than the stem has need dither, and so does a gain.
    write_integers(&folder, "a.wav", 24, &[noise(1, 24, 0.3), noise(2, 24, 0.3)]);
    let run = folder.run("render a.wav --target none --format wav16 --out mix --quiet");
    assert_eq!((run.code, &report(&folder, "mix")["output"]["exact"]), (Some(0), &json!(false)));
    let session = json!({
        "tracks": [{ "file": "a.wav", "gain_db": -1.0 }], "master": { "target": "none" }, "output": { "format": "wav24" }
    });
    folder.write("mix.json", session.to_string().as_bytes());
    let run = folder.run("render --session mix.json --out mix --quiet");
    assert_eq!((run.code, &report(&folder, "mix")["output"]["exact"]), (Some(0), &json!(false)));
}

#[test]
fn an_exact_sum_is_dithered_only_where_it_is_limited() {
    let folder = TestFolder::new();
    let (mut mono, sides) = (noise(3, 16, 0.1), [noise(4, 16, 0.15), noise(5, 16, 0.15)]);
    let write = |mono: &[i32]| {
        write_integers(&folder, "mono.wav", 16, &[mono.to_vec()]);
        write_integers(&folder, "sides.wav", 16, &sides);
        let sum = |side: &Vec<i32>| side.iter().zip(mono).map(|(a, b)| a + b).collect::<Vec<_>>();
        sides.each_ref().map(sum)
    };
    let render = |more: &str| {
        let run = folder.run(&format!(
            "render mono.wav sides.wav --align off --target none --format wav16 --out mix --quiet{more}"
        ));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        read_integers(&folder, "mix/final_mix.wav")
    };
    let sum = write(&mono);
    assert_eq!(render(""), sum);
    // One peak above the ceiling: before the limiter's look-ahead nothing changes, and the limited
    // part is dithered.
    mono[15_000] = 32_767;
    let sum = write(&mono);
    let limited = render("");
    assert_eq!(limited[0][..14_000], sum[0][..14_000]);
    assert_ne!(limited[0][15_000..15_200], sum[0][15_000..15_200]);
    assert_eq!(render(" --chunk-frames 77"), limited);
}

#[test]
fn floats_without_a_target_have_no_ceiling() {
    let folder = TestFolder::new();
    // Tones: a render of noise may read above its ceiling and be written again under a lower one,
    // unlike the output of play.
    let tone = |hz, amplitude| signals::sine(48_000.0, hz, amplitude, 0.0, 40_000);
    folder.write_wav("hot.wav", 48_000, &[&tone(440.0, 1.9), &tone(523.0, 1.2)]);
    for (format, ceiling, limited) in
        [("wav32f", Value::Null, false), ("wav32f", json!(-1.0), true), ("wav24", Value::Null, true)]
    {
        let mut session = json!({
            "align": { "mode": "off" },
            "tracks": [{ "file": "hot.wav" }],
            "master": { "target": "none" },
            "output": { "format": format },
        });
        if !ceiling.is_null() {
            session["master"]["ceiling_dbtp"] = ceiling;
        }
        folder.write("mix.json", session.to_string().as_bytes());
        for arguments in [
            "render --session mix.json --out mix --quiet",
            "play --session mix.json --freewheel --wav heard.wav --quiet",
        ] {
            let run = folder.run(arguments);
            assert_eq!(run.code, Some(0), "{arguments}: {}", run.stderr);
        }
        let (observed, stem) = (read_wav(&folder.path("heard.wav")), read_wav(&folder.path("hot.wav")));
        assert_eq!(observed[0][..40_000] != stem[0], limited, "{session}");
        assert_eq!(!report(&folder, "mix")["master"]["ceiling_dbtp"].is_null(), limited);
        if format == "wav32f" {
            let written = read_wav(&folder.path("mix/final_mix.wav"));
            assert!((0..2).all(|channel| observed[channel][..40_000] == written[channel][..40_000]), "{session}");
        }
    }
}

#[test]
fn a_missed_target_is_reported_and_fails_if_strict() {
    let folder = TestFolder::new();
    let mut peaky = signals::white_noise(8, 0.02, 96_000);
    (0..96_000).step_by(12_000).for_each(|n| peaky[n] = 0.9);
    folder.write_wav("peaky.wav", 48_000, &[&peaky, &peaky]);
    for (arguments, code) in [("", Some(0)), (" --strict", Some(1)), (" --strict --mix-only --force", Some(1))] {
        let run = folder.run(&format!("render peaky.wav --out mix{arguments}"));
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains("would need more than 6 dB of limiting"), "{}", run.stderr);
        assert!(run.stdout.contains("final_mix.wav") && folder.path("mix/final_mix.wav").exists());
        let run = folder.run(&format!("render peaky.wav --out mix --json{arguments}"));
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        let master = &document["report"]["master"];
        assert_eq!((run.code, document["ok"].as_bool(), run.stderr.as_str()), (code, Some(code == Some(0)), ""));
        assert_eq!((&master["verified"], &master["limit"]), (&json!(false), &json!("max_limiting")));
        assert_eq!(document["error"].is_null(), code == Some(0));
        assert!(master["note"].as_str().unwrap().contains("6 dB"));
    }
    folder.run("render peaky.wav --out mix --quiet");
    let page = std::fs::read_to_string(folder.path("mix/report.html")).unwrap();
    assert!(page.contains("Missed: the target would need more limiting than is allowed"));
    let run = folder.run("render peaky.wav --out mix --strict --target -20 --max-limiting 24");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn a_strict_job_that_misses_its_target_fails() {
    let folder = TestFolder::new();
    let mut peaky = signals::white_noise(8, 0.02, 96_000);
    peaky[40_000] = 0.9;
    folder.write_wav("peaky.wav", 48_000, &[&peaky, &peaky]);
    for (more, state, code) in [("", "complete", Value::Null), (" --strict", "error", json!("TARGET_MISSED"))] {
        let run = folder.run(&format!("jobs submit peaky.wav --session-id song{more}"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let id = run.stdout.trim().to_owned();
        folder.run("jobs run --once");
        let run = folder.run(&format!("jobs status {id} --json"));
        let status: Value = serde_json::from_str(&run.stdout).unwrap();
        let text = status.to_string();
        assert!(text.contains(state), "{text}");
        assert_eq!(text.contains("dB of limiting"), !code.is_null(), "{text}");
        let record = std::fs::read(folder.path(&format!("media/song/jobs/{id}.json"))).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["error"]["code"], code, "{record}");
    }
}

//! Alignment of real stems that were degraded in known ways.

mod noise;
mod overlaps;

use crate::program_runs::{TestFolder, read_wav, rounds};
use mixdown_engine::align::{Alignment, AlignmentSettings, Decision, PairSelection, StemFeatures, align, align_to_mix};
use mixdown_engine::audio::{AudioBuffer, Block};
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::{Source, Tap};
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::stems::{self, FITTED};
use mixdown_fixtures::{alignment as make, path, signals};
use serde_json::Value;

/// Returns a stem of the fixtures, its channels averaged, at its own rate.
pub(crate) fn mono(name: &str) -> Vec<f32> {
    let mut reader = StemReader::open(&path(format!("stems/{name}")), Fold::Stereo).unwrap();
    let (mut buffer, mut out) = (AudioBuffer::new(reader.channels(), 16_384), Vec::new());
    loop {
        let frames = reader.read(&mut buffer.block_mut()).unwrap();
        let channels = buffer.channels();
        out.extend((0..frames).map(|n| (0..channels).map(|c| buffer.channel(c)[n]).sum::<f32>() / channels as f32));
        if frames < buffer.frames() {
            return out;
        }
    }
}

/// A dull stem, 12 s long, that is not found under white noise; docs/alignment.md names such stems
/// among the limits.
const DROWNED: (&str, &str) = ("band/bass.flac", "noise at −10 dB");

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn features(samples: &[f32], hz: u32) -> StemFeatures {
    let mut stem = StemFeatures::new(rate(hz), StemFeatures::DEFAULT_MAX_BYTES);
    for part in samples.chunks(1 << 16) {
        stem.observe(&Block::mono(part));
    }
    stem
}

/// Aligns all stems to the first one.
fn aligned(stems: &[&[f32]], hz: u32) -> Alignment {
    let stems: Vec<StemFeatures> = stems.iter().map(|stem| features(stem, hz)).collect();
    let settings = AlignmentSettings { reference: Some(0), ..AlignmentSettings::default() };
    align(&stems, &settings, PairSelection::All, &|_| false)
}

/// Checks that the copy is found: its delay within a tolerance in frames, with the polarity given.
fn found(source: &[f32], copy: &[f32], hz: u32, late: f64, tolerance: f64, polarity: i8, case: &str) {
    let answer = aligned(&[source, copy], hz);
    let stem = &answer.stems[1];
    let off = stem.late_samples.map(|found| (found - late).abs());
    assert!(
        stem.decision == Decision::Moved && off.is_some_and(|off| off <= tolerance) && stem.polarity == polarity,
        "{case}: off by {off:?}, {stem:?}"
    );
}

fn inverted(samples: &[f32]) -> Vec<f32> {
    samples.iter().map(|x| -x).collect()
}

#[test]
fn clean_copies_are_exact_to_a_fiftieth_of_a_sample() {
    let source = mono("feelings/band.ogg");
    for late in [0.37, 17.5, -2_500.81, 100_000.123] {
        let copy = make::late(&source, late);
        found(&source, &copy, 44_100, late, 0.02, 1, "clean");
        found(&source, &inverted(&copy), 44_100, late, 0.02, -1, "inverted");
    }
    for (name, late) in FITTED.into_iter().zip([3.21, -77.7, 1_000.5, -20_000.25, 0.49, 55_555.05, -9.99, 250.75]) {
        let source = mono(name);
        let copy = make::late(&source, late);
        found(&source, &copy, stems::rate_hz(name), late, 0.02, 1, name);
        found(&source, &inverted(&copy), stems::rate_hz(name), late, 0.02, -1, name);
    }
}

#[test]
fn worse_copies_are_found_with_their_polarity() {
    let late = 1_234.37;
    for name in FITTED {
        let (source, hz) = (mono(name), stems::rate_hz(name));
        let copy = make::late(&source, late);
        // The microphone's low-pass of 7 kHz delays low sounds by 1.1 samples and high ones by
        // none: half of that is the truth.
        let slope = 0.5 * f64::from(hz) / (std::f64::consts::TAU * 7_000.0);
        let cases = [
            ("another microphone", make::other_microphone(&copy, f64::from(hz), 0.4, 7), late + slope, 1.0),
            ("coarsely coded", make::coarsely_coded(&copy, f64::from(hz)), late, 0.5),
            ("noise at 0 dB", make::with_noise(&copy, 0.0, 9), late, 0.5),
            ("noise at −10 dB", make::with_noise(&copy, -10.0, 9), late, 1.0),
        ];
        for (case, worse, late, tolerance) in cases {
            if DROWNED == (name, case) {
                assert_eq!(aligned(&[&source, &worse], hz).moved(), 0, "{name}, {case}");
                continue;
            }
            found(&source, &worse, hz, late, tolerance, 1, &format!("{name}, {case}"));
            found(&source, &inverted(&worse), hz, late, tolerance, -1, &format!("{name}, {case}, inverted"));
        }
    }
}

#[test]
fn lossy_copies_are_found_within_half_a_sample() {
    let source = mono("feelings/band.ogg");
    for coded in ["coded/band.mp3", "coded/band.m4a", "coded/band.ogg"] {
        // They contain ten seconds from frame 441 000 on.
        let copy = mono(coded);
        found(&source, &copy, 44_100, -441_000.0, 0.5, 1, coded);
        found(&source, &inverted(&copy), 44_100, -441_000.0, 0.5, -1, coded);
    }
}

/// Returns two minutes of music that does not repeat.
fn two_minutes() -> Vec<f32> {
    let mut source = mono("feelings/guitar.ogg");
    source.extend(mono("feelings/band.ogg"));
    // Backwards, it is different music.
    source.extend(mono("feelings/guitar.ogg").iter().rev());
    assert!(source.len() > 118 * 44_100);
    source
}

#[test]
fn drift_is_removed_to_half_a_sample_over_two_minutes() {
    let source = two_minutes();
    let folder = TestFolder::new();
    folder.write_wav("one.wav", 44_100, &[&source]);
    for ppm in [5.0, 145.0, -500.0, -50.0, 500.0].into_iter().take(rounds(3, 5) as usize) {
        let copy = make::drifting(&source, 100.2, ppm);
        let polarity = if ppm < 100.0 { 1 } else { -1 };
        folder.write_wav("two.wav", 44_100, &[&if polarity > 0 { copy } else { inverted(&copy) }]);
        let run = folder.run("align one.wav two.wav --reference one.wav --write out --json");
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        let stem = &document["stems"][1];
        assert_eq!(stem["decision"], "moved", "{ppm}: {stem}");
        assert!((stem["drift_ppm"].as_f64().unwrap() - ppm).abs() < 0.3, "{ppm}: {stem}");
        assert_eq!(stem["polarity"], polarity, "{ppm}: {stem}");
        assert!((stem["late_samples"].as_f64().unwrap() - 100.2).abs() < 0.5, "{ppm}: {stem}");
        assert_eq!(stem["drift_changes"], serde_json::json!([]), "a steady clock: {stem}");
        let (one, two) = (read_wav(&folder.path("out/one.wav")), read_wav(&folder.path("out/two.wav")));
        for start_s in [0, 30, 60, 90, 108] {
            let part = start_s * 44_100..(start_s + 10) * 44_100;
            let left = aligned(&[&one[0][part.clone()], &two[0][part]], 44_100).stems[1].late_samples;
            assert!(left.is_some_and(|left| left.abs() < 0.5), "{ppm} ppm, {start_s} s: {left:?}");
        }
    }
}

/// Writes a copy by a clock that changes, aligns it, and measures the written stem from end to end.
/// No part may be off by half a sample.
fn changes_of_drift_are_followed(folder: &TestFolder, source: &[f32], ppm: f64, changes: &[(f64, f64)]) {
    let case = format!("{ppm} ppm, {changes:?}");
    folder.write_wav("two.wav", 44_100, &[&make::drifting_in_pieces(source, 100.2, ppm, changes)]);
    let run = folder.run("align one.wav two.wav --reference one.wav --write out --json");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let stem = &document["stems"][1];
    assert_eq!(stem["decision"], "moved", "{case}: {stem}");
    let reported = stem["drift_changes"].as_array().unwrap();
    assert_eq!(reported.len(), changes.len(), "{case}: {stem}");
    let drifts = |reported: &Value, ppm: f64| (reported["drift_ppm"].as_f64().unwrap() - ppm).abs() < 1.0;
    assert!(drifts(stem, ppm), "{case}: {stem}");
    for (reported, (at, ppm)) in reported.iter().zip(changes) {
        // Half a sample of the smallest change, 40 ppm.
        assert!(
            (reported["at_samples"].as_f64().unwrap() - at).abs() < 12_500.0 && drifts(reported, *ppm),
            "{case}: {stem}"
        );
    }
    let (one, two) = (read_wav(&folder.path("out/one.wav")), read_wav(&folder.path("out/two.wav")));
    for start_s in (0..112).step_by(4) {
        let part = start_s * 44_100..(start_s + 6) * 44_100;
        let left = aligned(&[&one[0][part.clone()], &two[0][part]], 44_100).stems[1].late_samples;
        assert!(left.is_some_and(|left| left.abs() < 0.5), "{case}, {start_s} s: {left:?}");
    }
}

#[test]
fn a_change_of_drift_is_followed() {
    let source = two_minutes();
    let folder = TestFolder::new();
    folder.write_wav("one.wav", 44_100, &[&source]);
    let at = |share: f64| share * source.len() as f64;
    let cases = [(0.15, 100.0, 10.0), (0.85, 0.0, -80.0), (0.5, 200.0, -300.0), (0.3, -40.0, 0.0), (0.5, 20.0, 120.0)];
    for (share, ppm, then_ppm) in cases.into_iter().take(rounds(3, 5) as usize) {
        changes_of_drift_are_followed(&folder, &source, ppm, &[(at(share), then_ppm)]);
    }
    changes_of_drift_are_followed(&folder, &source, 30.0, &[(at(0.35), 130.0), (at(0.7), 50.0)]);
}

#[test]
fn a_change_of_drift_is_found_under_noise() {
    let source = two_minutes();
    let half = 0.5 * source.len() as f64;
    for (snr_db, ppm, then_ppm) in
        [(6.0, 20.0, 120.0), (0.0, 200.0, -300.0), (-6.0, 0.0, 60.0), (-10.0, 20.0, 120.0), (-14.0, -50.0, 40.0)]
    {
        let copy = make::drifting_in_pieces(&source, 100.2, ppm, &[(half, then_ppm)]);
        let answer = aligned(&[&source, &make::with_noise(&copy, snr_db, 9)], 44_100);
        let stem = &answer.stems[1];
        let case = format!("{snr_db} dB, {ppm} and {then_ppm} ppm: {stem:?}");
        assert_eq!(stem.decision, Decision::Moved, "{case}");
        assert!(stem.late_samples.is_some_and(|late| (late - 100.2).abs() < 0.5), "{case}");
        let [change] = &stem.drift_changes[..] else { panic!("{case}") };
        assert!((stem.drift_ppm - ppm).abs() < 1.0 && (change.drift_ppm() - then_ppm).abs() < 1.0, "{case}");
    }
}

#[test]
fn partial_overlaps_and_long_offsets_are_found() {
    for name in FITTED {
        let (source, hz) = (mono(name), stems::rate_hz(name));
        let part = source.len() * 25 / 60;
        let copy = make::late(&source, part as f64);
        found(&source, &copy, hz, part as f64, 0.02, 1, &format!("{name}, 35 of 60"));
        found(&source, &inverted(&copy), hz, part as f64, 0.02, -1, &format!("{name}, 35 of 60, inverted"));
        let late = 40 * hz as usize;
        let copy = [vec![0.0; late], source.clone()].concat();
        found(&source, &copy, hz, late as f64, 0.02, 1, &format!("{name}, 40 s"));
    }
}

#[test]
fn twenty_minutes_in_two_hours_are_found() {
    const HZ: u32 = 8_000;
    if std::env::var_os("MIXDOWN_HEAVY").is_none() {
        return;
    }
    let whole = signals::pink_noise(5, 0.1, (2 * 3_600 + 20 * 60) * HZ as usize);
    let late = 20 * 60 * HZ as usize;
    found(&whole[late..], &whole[..2 * 3_600 * HZ as usize], HZ, late as f64, 0.02, 1, "20 minutes");
}

#[test]
fn stems_are_found_in_a_mix_even_a_saturated_one() {
    let stems: Vec<Vec<f32>> = FITTED[2..].iter().map(|name| mono(name)).collect();
    let late = |n: usize| 700.25 * n as f64;
    let gains = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
    let moved: Vec<Vec<f32>> = stems.iter().enumerate().map(|(n, stem)| make::late(stem, -late(n))).collect();
    let parts: Vec<(&[f32], f32)> = moved.iter().map(Vec::as_slice).zip(gains).collect();
    let mix = make::mixed(&parts);
    let peak = mix.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    for (mix, tolerance) in [(mix.clone(), 0.1), (make::saturated(&mix, 2.5 / peak.max(1.0)), 0.5)] {
        let strangers = ["feelings/guitar.ogg", "feelings/band.ogg"].map(|name| mono(name)[..mix.len()].to_vec());
        let all = std::iter::once(&mix).chain(&stems).chain(&strangers);
        let all: Vec<StemFeatures> = all.map(|stem| features(stem, 48_000)).collect();
        let answer = align_to_mix(&all, &AlignmentSettings::in_mix(), &|_| false);
        let mut right = 0;
        for stranger in &answer.stems[7..] {
            assert_eq!(stranger.late_samples, None, "it is not in the mix: {stranger:?}");
        }
        for (n, stem) in answer.stems[1..7].iter().enumerate() {
            if let Some(found) = stem.late_samples {
                assert!((found - late(n)).abs() <= tolerance, "{}: {found}, {stem:?}", FITTED[n + 2]);
                right += 1;
            }
        }
        assert_eq!(right, 6, "{:?}", answer.stems.iter().map(|stem| &stem.reason).collect::<Vec<_>>());
    }
}

#[test]
fn stems_are_found_in_a_mix_inverted_too() {
    for (guitar, song) in [
        ("feelings/guitar.ogg", "feelings/band.ogg"),
        ("unheard/escape-guitar.ogg", "unheard/escape-song.ogg"),
        ("unheard/metal-guitar.ogg", "unheard/metal-song.ogg"),
    ] {
        let stems = [mono(guitar), mono(song)];
        let moved = [make::late(&stems[0], -700.25), make::late(&stems[1], 333.5)];
        let mix = make::mixed(&[(&moved[0], 0.9), (&moved[1], -0.4)]);
        let peak = mix.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        for (mix, tolerance) in [(mix.clone(), 0.1), (make::saturated(&mix, 2.5 / peak.max(1.0)), 0.5)] {
            let all: Vec<StemFeatures> = [&mix, &stems[0], &stems[1]].map(|stem| features(stem, 44_100)).into();
            let answer = align_to_mix(&all, &AlignmentSettings::in_mix(), &|_| false);
            for (stem, (late, polarity)) in answer.stems[1..].iter().zip([(700.25, 1), (-333.5, -1)]) {
                let off = stem.late_samples.map(|found| (found - late).abs());
                assert!(off.is_some_and(|off| off <= tolerance) && stem.polarity == polarity, "{guitar}: {stem:?}");
            }
        }
    }
}

#[test]
fn unrelated_stems_are_never_moved() {
    let (guitar, band) = (mono(FITTED[0]), mono(FITTED[1]));
    let noise = signals::white_noise(3, 0.3, band.len());
    let clicks = make::clicks(44_100.0, 120.0, band.len());
    let silence = vec![0.0; band.len()];
    let answer = aligned(&[&guitar, &band, &noise, &clicks, &silence], 44_100);
    assert_eq!(answer.moved(), 0, "{answer:?}");
    // Six songs, each with its stems, and all with each other: the rate at which they are read does
    // not matter.
    let mut stems: Vec<Vec<f32>> = stems::all().map(mono).collect();
    stems.extend([noise, clicks, silence]);
    let stems: Vec<&[f32]> = stems.iter().map(Vec::as_slice).collect();
    let answer = aligned(&stems, 44_100);
    assert_eq!(answer.moved(), 0, "{answer:?}");
}

#[test]
fn a_loop_lists_its_other_delays() {
    let bar = 2 * 44_100;
    let band = mono("feelings/band.ogg");
    let (short, long) = (make::looped(&band, bar, 8 * bar), make::looped(&band, bar, 10 * bar));
    let answer = aligned(&[&short, &long], 44_100);
    assert_eq!(answer.moved(), 0);
    assert!(answer.stems[1].reason.contains("also fits 2.000 s"), "{answer:?}");
}

#[test]
fn five_hundred_unrelated_pairs_are_left_alone() {
    let stems: Vec<Vec<f32>> = FITTED.iter().map(|name| mono(name)).collect();
    let frames = 3 * 44_100;
    for pair in 0..500_usize {
        let excerpt = |stem: usize, salt: usize| {
            let room = stems[stem].len() - frames;
            let start = (pair * 7_919 + salt * 104_729) % room;
            &stems[stem][start..start + frames]
        };
        let (a, b) = (pair % FITTED.len(), (pair + 1 + pair / FITTED.len() % (FITTED.len() - 1)) % FITTED.len());
        let answer = aligned(&[excerpt(a, 1), excerpt(b, 2)], 44_100);
        assert_eq!(answer.moved(), 0, "pair {pair}, {} and {}: {answer:?}", FITTED[a], FITTED[b]);
    }
}

#[test]
fn renamed_stems_are_listed_with_their_source() {
    let folder = TestFolder::new();
    std::fs::create_dir(folder.path("in")).unwrap();
    for (from, to) in [("bass.flac", "band.flac"), ("drums.flac", "in/band.flac")] {
        std::fs::copy(mixdown_fixtures::path(format!("stems/band/{from}")), folder.path(to)).unwrap();
    }
    folder.write_wav("noise.wav", 44_100, &[&signals::pink_noise(3, 0.1, 44_100)]);
    let run = folder.run("align band.flac in/band.flac noise.wav --write out");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("  out")).collect();
    assert_eq!(lines, ["  out/band.wav <- band.flac", "  out/band-2.wav <- in/band.flac", "  out/noise.wav"]);
}

#[test]
fn stems_are_written_in_time_at_their_own_rates() {
    let folder = TestFolder::new();
    let source = mono("feelings/band.ogg");
    folder.write_wav("one.wav", 44_100, &[&source]);
    let late = make::late(&source, 5_000.5);
    folder.write_wav("two.wav", 44_100, &[&late, &late]);
    // The same again from a recorder at 48 kHz: a delay of 2400 frames there, 2205 here.
    let step = 44_100.0 / 48_000.0;
    let other = inverted(&make::read_along(&source, -2_205.0, step, (source.len() as f64 / step) as usize));
    folder.write_wav("three.wav", 48_000, &[&other]);
    folder.write_wav("silent.wav", 44_100, &[&vec![0.0; 100_000]]);
    let run = folder.run("align one.wav two.wav three.wav silent.wav --reference one.wav --write out --json");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((document["reference"].as_str(), document["sample_rate"].as_u64()), (Some("one.wav"), Some(44_100)));
    let stem = |n: usize| &document["stems"][n];
    let late = |n: usize| stem(n)["late_samples"].as_f64().unwrap();
    assert!((late(1) - 5_000.5).abs() < 0.02 && (late(2) - 2_205.0).abs() < 0.05, "{document:#}");
    assert_eq!((stem(1)["decision"].as_str(), stem(3)["decision"].as_str()), (Some("moved"), Some("left")));
    assert_eq!((stem(1)["polarity"].as_i64(), stem(2)["polarity"].as_i64()), (Some(1), Some(-1)));
    assert_eq!((stem(3)["late_samples"].is_null(), stem(3)["polarity"].as_i64()), (true, Some(1)));
    assert_eq!(folder.names("out"), ["one.wav", "silent.wav", "three.wav", "two.wav"]);
    // All written files begin at the same time, so the two cancel but for the edges of the band.
    let (one, two) = (read_wav(&folder.path("out/one.wav")), read_wav(&folder.path("out/two.wav")));
    let rest: Vec<f32> = one[0].iter().zip(&two[1]).skip(30_000).take(1_000_000).map(|(x, y)| x - y).collect();
    let depth_db = 20.0 * (make::rms(&rest) / make::rms(&one[0])).log10();
    assert!(depth_db < -60.0, "{depth_db} dB");
    assert_eq!(folder.run("align out/one.wav out/two.wav --write out").code, Some(1), "stems are not replaced");
}

#[test]
fn gains_in_a_mix_and_the_residual_are_found() {
    let folder = TestFolder::new();
    let (bass, drums) = (mono("band/bass.flac"), mono("band/drums.flac"));
    folder.write_wav("bass.wav", 48_000, &[&bass]);
    folder.write_wav("drums.wav", 48_000, &[&make::late(&drums, 333.0)]);
    folder.write_wav("mix.wav", 48_000, &[&make::mixed(&[(&bass, 0.5), (&drums, 0.8)])]);
    let run = folder.run("align bass.wav drums.wav --to mix.wav --json");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    for (n, gain) in [0.5_f64, 0.8].into_iter().enumerate() {
        let found = document["stems"][n]["gain_db"].as_f64().unwrap();
        assert!((found - 20.0 * gain.log10()).abs() < 0.1, "{document:#}");
    }
    assert_eq!(document["mix"].as_str(), Some("mix.wav"));
    assert!(document["residual"]["total_db"].as_f64().unwrap() < -50.0, "{document:#}");
    assert!(document["residual"]["bands"][4]["residual_db"].as_f64().unwrap() < -40.0);
}

#[test]
fn strange_stems_get_a_decision_with_a_reason() {
    let folder = TestFolder::new();
    let source = mono("feelings/guitar.ogg");
    folder.write_wav("guitar.wav", 44_100, &[&source]);
    folder.write_wav("again.wav", 44_100, &[&source]);
    folder.write_wav("one_sample.wav", 44_100, &[&[0.5]]);
    folder.write_wav("ten_ms.wav", 44_100, &[&source[..441]]);
    folder.write_wav("short.wav", 22_050, &[&source[..60_000], &source[..60_000]]);
    let mut broken = source[..200_000].to_vec();
    broken[100_000] = f32::NAN;
    folder.write_wav("nan.wav", 44_100, &[&broken]);
    let run = folder.run("align guitar.wav again.wav one_sample.wav ten_ms.wav short.wav nan.wav --json");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let reasons: Vec<&str> = (0..6).map(|n| document["stems"][n]["reason"].as_str().unwrap()).collect();
    for (reason, start) in reasons.iter().zip(["ref", "already", "too_short", "too_short", "unrelated", "damaged"]) {
        assert!(reason.starts_with(start), "{reasons:?}");
    }
    assert!((0..6).all(|n| document["stems"][n]["decision"] == "left"), "{document:#}");
    for alone in ["guitar.wav", "one_sample.wav"] {
        let run = folder.run(&format!("align {alone} --json"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        let stem = &document["stems"][0];
        assert!(stem["decision"] == "left" && stem["late_samples"].is_null(), "{document:#}");
        assert!(!stem["reason"].as_str().unwrap().is_empty(), "{document:#}");
    }
    assert_eq!(folder.run("align gone.wav guitar.wav").code, Some(1));
    assert_eq!(folder.run("align guitar.wav --reference gone.wav").code, Some(2));
    assert_eq!(
        folder.run("align guitar.wav again.wav --reference ./again.wav").code,
        Some(0),
        "another spelling of a stem"
    );
}

//! What alignment promises on real stems made worse in known ways.

use mixdown_engine::align::{AlignSettings, Alignment, Decision, Pairs, StemFeatures, align};
use mixdown_engine::audio::{AudioBuffer, Block};
use mixdown_engine::io::{Fold, StemReader};
use mixdown_engine::process::{Source, Tap};
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::{alignment as make, path, signals};
use std::path::Path;

fn mono(file: &Path) -> (Vec<f32>, SampleRate) {
    let mut reader = StemReader::open(file, Fold::Stereo).unwrap();
    let (mut buffer, mut out) = (AudioBuffer::new(reader.channels(), 16_384), Vec::new());
    loop {
        let frames = reader.read(&mut buffer.block_mut()).unwrap();
        let block = buffer.first(frames);
        let gain = 1.0 / block.channels() as f32;
        out.extend((0..frames).map(|n| gain * (0..block.channels()).map(|c| block.channel(c)[n]).sum::<f32>()));
        if frames < buffer.frames() {
            return (out, reader.sample_rate());
        }
    }
}

fn features(samples: &[f32], rate: SampleRate) -> StemFeatures {
    let mut stem = StemFeatures::new(rate, StemFeatures::DEFAULT_MAX_BYTES);
    samples.chunks(48_000).for_each(|part| stem.observe(&Block::mono(part)));
    stem
}

fn aligned(stems: &[&[f32]], rate: SampleRate) -> Alignment {
    let stems: Vec<StemFeatures> = stems.iter().map(|stem| features(stem, rate)).collect();
    align(&stems, &AlignSettings { reference: Some(0), ..AlignSettings::default() }, Pairs::All, &|| false)
}

#[test]
fn survey() {
    let files: Vec<String> = match std::env::var("SURVEY") {
        Ok(list) => list.split(':').map(str::to_owned).collect(),
        Err(_) => [
            "feelings/guitar.ogg",
            "feelings/band.ogg",
            "band/bass.flac",
            "band/drums.flac",
            "band/guitar.flac",
            "band/keys.flac",
            "band/pad.flac",
            "band/vocals.flac",
        ]
        .map(|n| path(format!("stems/{n}")).display().to_string())
        .to_vec(),
    };
    let most: f64 = std::env::var("SURVEY_S").map_or(60.0, |s| s.parse().unwrap());
    for file in files {
        let (mut source, rate) = mono(Path::new(&file));
        source.truncate((most * rate.as_f64()) as usize);
        let hz = rate.as_f64();
        let offset = 1_234.37;
        let clean = make::late(&source, offset);
        let cases: Vec<(&str, Vec<f32>, f64, f64)> = vec![
            ("clean", clean.clone(), offset, 0.0),
            ("inverted", clean.iter().map(|x| -x).collect(), offset, 0.0),
            ("mic", make::other_microphone(&clean, hz, 0.4, 7), offset, 0.0),
            ("noise0", make::with_noise(&clean, 0.0, 9), offset, 0.0),
            ("noise-10", make::with_noise(&clean, -10.0, 9), offset, 0.0),
            ("coded", make::coarsely_coded(&clean, hz), offset, 0.0),
            ("ppm5", make::drifting(&source, 100.2, 5.0), 100.2, 5.0),
            ("ppm50", make::drifting(&source, 100.2, 50.0), 100.2, 50.0),
            ("ppm145", make::drifting(&source, 100.2, -145.0), 100.2, -145.0),
            ("ppm500", make::drifting(&source, 100.2, 500.0), 100.2, 500.0),
            (
                "partial",
                make::late(&source, (source.len() as f64 * 25.0 / 60.0).floor()),
                (source.len() as f64 * 25.0 / 60.0).floor(),
                0.0,
            ),
        ];
        println!("{file}: {:.1} s", source.len() as f64 / hz);
        for (name, copy, offset, ppm) in cases {
            let start = std::time::Instant::now();
            let answer = aligned(&[&source, &copy], rate);
            let stem = &answer.stems[1];
            println!(
                "  {name:9} {:?} err {:.4} ppm err {:.3} pol {} conf {:.5} {:.2} s | {}",
                stem.decision,
                stem.late_samples.unwrap_or(f64::NAN) - offset,
                stem.drift_ppm - ppm,
                stem.polarity,
                stem.confidence,
                start.elapsed().as_secs_f64(),
                stem.reason
            );
        }
    }
    let _ = (Decision::Left, signals::impulse(0, 1.0, 1));
}

#[test]
fn negatives() {
    let list = std::env::var("SURVEY").unwrap_or_default();
    let files: Vec<String> = list.split(':').filter(|f| !f.is_empty()).map(str::to_owned).collect();
    let seconds: f64 = std::env::var("SURVEY_S").map_or(30.0, |s| s.parse().unwrap());
    let mut all: Vec<(String, Vec<f32>)> = Vec::new();
    for file in &files {
        let (source, rate) = mono(Path::new(file));
        let part = (seconds * rate.as_f64()) as usize;
        for (n, chunk) in source.chunks(part).enumerate().skip(1) {
            if chunk.len() == part {
                all.push((format!("{file}#{n}"), chunk.to_vec()));
            }
        }
    }
    let rate = SampleRate::new(44_100).unwrap();
    println!("{} excerpts", all.len());
    let stems: Vec<StemFeatures> = all.iter().map(|(_, s)| features(s, rate)).collect();
    let start = std::time::Instant::now();
    let answer = align(&stems, &AlignSettings::default(), Pairs::All, &|| false);
    println!("{:.1} s for {} pairs", start.elapsed().as_secs_f64(), all.len() * (all.len() - 1) / 2);
    for ((name, _), stem) in all.iter().zip(&answer.stems) {
        if stem.reason != "unrelated: no other stem shares its source" {
            println!(
                "{name}: {:?} {:?} conf {} ref {:?} | {}",
                stem.decision, stem.late_samples, stem.confidence, stem.reference, stem.reason
            );
        }
    }
}

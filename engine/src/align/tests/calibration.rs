//! Calibration of confidence: generated cases from easy to hopeless, and how often each result was
//! right.
//!
//! `MIXDOWN_HEAVY=1 cargo test -p mixdown-engine align::tests::calibration -- --nocapture` prints
//! the tables of docs/alignment.md.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use crate::align::comparison::Comparison;
use crate::align::decide::accept::confidence;
use crate::align::features::stem::StemFeatures;
use crate::align::pipeline::align;
use crate::align::result::Decision;
use crate::align::settings::{AlignmentSettings, PairSelection};
use crate::align::thresholds::THRESHOLDS;
use crate::audio::{AudioBuffer, Block};
use crate::io::{Fold, StemReader};
use crate::process::{Source, Tap};
use crate::resample::RateConverter;
use crate::units::SampleRate;
use mixdown_fixtures::stems::{FITTED, UNHEARD};
use mixdown_fixtures::{alignment as make, path};
use rayon::prelude::*;

const RATE_HZ: u32 = 44_100;
/// Error within which a delay is right, in frames.
const RIGHT: f64 = 3.0;

fn rate() -> SampleRate {
    SampleRate::new(RATE_HZ).unwrap()
}

pub(crate) fn mono(name: &str) -> Vec<f32> {
    let reader = StemReader::open(&path(format!("stems/{name}")), Fold::Stereo).unwrap();
    let mut source = RateConverter::new(reader, rate()).unwrap();
    let (mut buffer, mut out) = (AudioBuffer::new(source.channels(), 16_384), Vec::new());
    loop {
        let frames = source.read(&mut buffer.block_mut()).unwrap();
        let channels = buffer.channels();
        out.extend((0..frames).map(|n| (0..channels).map(|c| buffer.channel(c)[n]).sum::<f32>() / channels as f32));
        if frames < buffer.frames() {
            return out;
        }
    }
}

pub(crate) fn features(samples: &[f32]) -> StemFeatures {
    let mut stem = StemFeatures::new(rate(), StemFeatures::DEFAULT_MAX_BYTES);
    stem.observe(&Block::mono(samples));
    stem
}

/// One case: a source, its processed copy, and the delay. `None` if the two are unrelated.
struct Case {
    source: Vec<f32>,
    copy: Vec<f32>,
    delay: Option<f64>,
}

/// Returns a number that looks random, the same each time.
fn draw(seed: u64, most: u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 30;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 27;
    x % most
}

fn case(seed: u64, stems: &[Vec<f32>]) -> Case {
    let of = |n: u64, most: usize| draw(8 * seed + n, most as u64) as usize;
    let source = &stems[of(0, stems.len())];
    let frames = (4 + of(1, 8)) * RATE_HZ as usize;
    let start = of(2, source.len().saturating_sub(frames).max(1));
    let source = source[start..(start + frames).min(source.len())].to_vec();
    let other = &stems[(of(0, stems.len()) + 1 + of(3, stems.len() - 1)) % stems.len()];
    let other_start = of(4, other.len().saturating_sub(source.len()).max(1));
    let other = &other[other_start..(other_start + source.len()).min(other.len())];
    let delay = of(5, 60_000) as f64 - 30_000.0 + 0.25;
    let clean = make::late(&source, delay);
    // From 5 dB above to 35 dB below.
    let snr_db = 5.0 - of(6, 40) as f64;
    let (copy, delay) = match of(7, 4) {
        0 => (make::with_noise(&clean, snr_db, seed), Some(delay)),
        1 => {
            let gain = 10.0_f64.powf(snr_db / 20.0) * make::rms(other) / make::rms(&clean).max(1e-9);
            (make::mixed(&[(other, 1.0), (&clean, gain as f32)]), Some(delay))
        }
        2 => (make::with_noise(&make::other_microphone(&clean, 44_100.0, 0.5, seed), snr_db + 5.0, seed), Some(delay)),
        _ => (make::with_noise(other, 30.0, seed), None),
    };
    Case { source, copy, delay }
}

/// Outcome of a case.
struct Outcome {
    confidence: f64,
    right: bool,
    /// Agreement of both halves of the coherent bins, and the share of segments on the time map.
    halves_agree: bool,
    share: f64,
}

/// Measures the best delay. `None` if there is no candidate.
fn outcome(case: &Case) -> Option<Outcome> {
    let stems = [features(&case.source), features(&case.copy)];
    let settings = AlignmentSettings::default();
    let longest = case.source.len().max(case.copy.len());
    let mut comparison = Comparison::new(&stems.each_ref(), &[0, 1], longest, &settings);
    for (n, stem) in stems.iter().enumerate() {
        comparison.keep(n, comparison.prepare(stem));
    }
    let coarse = comparison.coarse(0, 1)?;
    let found = comparison.evidence(0, 1, &coarse)?;
    let off = case.delay.map(|delay| (found.time_map.delay(case.source.len() as f64 / 2.0) - delay).abs());
    Some(Outcome {
        confidence: confidence(&found),
        right: off.is_some_and(|off| off <= RIGHT),
        halves_agree: found.halves_agree,
        share: found.agreeing as f64 / found.segments as f64,
    })
}

#[test]
fn confidence_means_the_chance_of_being_right() {
    const CASES: u64 = 1_500;
    const EDGES: [f64; 8] = [0.0, 0.1, 0.5, 0.8, 0.95, 0.99, 0.999, 1.1];
    if std::env::var_os("MIXDOWN_HEAVY").is_none() {
        return;
    }
    let stems: Vec<Vec<f32>> = FITTED.iter().map(|name| mono(name)).collect();
    let found: Vec<_> = (0..CASES).into_par_iter().filter_map(|seed| outcome(&case(seed, &stems))).collect();
    println!("{} of {CASES} cases have a candidate", found.len());
    let halves = found.iter().filter(|one| one.halves_agree);
    let wrong: Vec<f64> = halves.clone().filter(|one| !one.right).map(|one| one.share).collect();
    println!("both halves agree in {}, of which with these shares of segments wrong: {wrong:.2?}", halves.count());
    for edge in EDGES.windows(2) {
        let bin: Vec<_> = found.iter().filter(|one| (edge[0]..edge[1]).contains(&one.confidence)).collect();
        let stated = bin.iter().map(|one| one.confidence).sum::<f64>() / bin.len().max(1) as f64;
        let right = bin.iter().filter(|one| one.right).count();
        println!("| {} to {} | {} | {stated:.4} | {right} |", edge[0], edge[1].min(1.0), bin.len());
        // Twenty cases determine a share to a fifth or so.
        assert!(bin.len() < 20 || (stated - right as f64 / bin.len() as f64).abs() < 0.2, "{edge:?}");
    }
    assert!(found.iter().all(|one| one.right || one.confidence < 0.999), "a sure offset was wrong");
}

/// Returns the confidence with which the copy is moved, when less than the default is required, and
/// whether that is right.
fn moved(case: &Case) -> Option<(f64, bool)> {
    let stems = [features(&case.source), features(&case.copy)];
    let settings = AlignmentSettings { reference: Some(0), min_confidence: Some(0.98), ..AlignmentSettings::default() };
    let answer = align(&stems, &settings, PairSelection::All, &|_| false);
    let stem = &answer.stems[1];
    let delay = stem.late_samples.filter(|_| stem.decision == Decision::Moved)?;
    Some((stem.confidence, case.delay.is_some_and(|truth| (delay - truth).abs() <= RIGHT)))
}

#[test]
fn of_moves_on_unheard_stems_fewer_than_one_in_a_thousand_is_wrong() {
    const FIRST: u64 = 1_000_000;
    let heavy = std::env::var_os("MIXDOWN_HEAVY").is_some();
    let cases = if heavy { 6_000 } else { 60 };
    let stems: Vec<Vec<f32>> = UNHEARD.iter().map(|name| mono(name)).collect();
    let made = (FIRST..FIRST + cases).into_par_iter();
    let moves: Vec<_> = made.filter_map(|seed| Some((seed, moved(&case(seed, &stems))?))).collect();
    let above = |least: f64| {
        let all: Vec<_> = moves.iter().filter(|(_, (confidence, _))| *confidence >= least).collect();
        let wrong: Vec<_> = all.iter().filter(|(_, (_, right))| !right).map(|(seed, _)| *seed).collect();
        println!("from {least} on: {} of {cases} moved, {} of them wrongly: {wrong:?}", all.len(), wrong.len());
        (all.len(), wrong)
    };
    for other in [0.98, 0.995, 0.999] {
        above(other);
    }
    let (moves, wrong) = above(THRESHOLDS.min_confidence);
    assert!(moves >= cases as usize / 6, "too few are moved to tell: {moves}");
    assert!(1_000 * wrong.len() <= moves, "{wrong:?}");
}

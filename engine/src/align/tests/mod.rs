//! Tests of alignment on generated material whose truth is known.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

pub(in crate::align) mod calibration;
mod hard_pairs;
pub(in crate::align) mod segment_fixture;

use super::*;
use crate::audio::Block;
use crate::process::Tap;
use crate::units::SampleRate;
use mixdown_fixtures::signals;

const RATE_HZ: u32 = 16_000;
/// 12 s: six segments of two seconds.
const FRAMES: usize = 12 * RATE_HZ as usize;

fn rate() -> SampleRate {
    SampleRate::new(RATE_HZ).unwrap()
}

fn features(samples: &[f32]) -> StemFeatures {
    let mut stem = StemFeatures::new(rate(), StemFeatures::DEFAULT_MAX_BYTES);
    samples.chunks(1_000).for_each(|part| stem.observe(&Block::mono(part)));
    stem
}

fn aligned(stems: &[Vec<f32>]) -> Alignment {
    let stems: Vec<StemFeatures> = stems.iter().map(|stem| features(stem)).collect();
    align(&stems, &AlignmentSettings::default(), PairSelection::All, &|_| false)
}

/// Returns the same samples with a delay of `late` frames (negative: earlier), as long as before.
fn shifted(samples: &[f32], delay: i64) -> Vec<f32> {
    let at = |n: i64| usize::try_from(n - delay).ok().and_then(|n| samples.get(n)).copied().unwrap_or(0.0);
    (0..samples.len() as i64).map(at).collect()
}

fn mixed(a: &[f32], b: &[f32], gain_b: f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + gain_b * b).collect()
}

/// Returns bursts of pink noise at 120 beats per minute: a different pattern and timbre per seed,
/// on one grid.
fn rhythm(seed: u64) -> Vec<f32> {
    let step = RATE_HZ as usize / 8;
    let pattern = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed + 1);
    let noise = signals::pink_noise(seed, 0.1, FRAMES);
    let decay = 300.0 + 200.0 * (seed % 7) as f32;
    let gain = |n: usize| if pattern >> (n / step % 61) & 1 == 1 { (-((n % step) as f32) / decay).exp() } else { 0.0 };
    noise.iter().enumerate().map(|(n, x)| x * gain(n)).collect()
}

/// Returns a click on every beat.
fn clicks() -> Vec<f32> {
    (0..FRAMES).map(|n| if n % (RATE_HZ as usize / 2) == 0 { 0.9 } else { 0.0 }).collect()
}

/// Returns a tone on every beat, gated hard.
fn tone_pattern() -> Vec<f32> {
    let beat = RATE_HZ as usize / 2;
    let tone = signals::sine(f64::from(RATE_HZ), 440.0, 0.5, 0.4, FRAMES);
    tone.iter().enumerate().map(|(n, x)| if (n + 777) % beat < beat / 2 { *x } else { 0.0 }).collect()
}

/// Asserts the delay of a stem in frames, within a tolerance.
fn assert_delay(alignment: &Alignment, stem: usize, frames: f64, tolerance: f64) {
    let found = alignment.stems[stem].late_samples;
    assert!(found.is_some_and(|found| (found - frames).abs() <= tolerance), "stem {stem}, {frames}: {alignment:?}");
}

fn all_left(alignment: &Alignment, cause: &str) {
    for (n, stem) in alignment.stems.iter().enumerate() {
        assert_eq!(stem.decision, Decision::Left, "stem {n}: {stem:?}");
        assert!(stem.reason.starts_with(cause), "stem {n}: {stem:?}");
    }
}

#[test]
fn copies_are_found_to_the_frame_on_both_sides() {
    for delay in [1, 2, 1_234, 31_999, -1, -333, -20_001] {
        for source in [signals::white_noise(1, 0.5, FRAMES), rhythm(2)] {
            let alignment = aligned(&[source.clone(), shifted(&source, delay)]);
            // Of two the earlier is the reference.
            let (first, second) = (&alignment.stems[0], &alignment.stems[1]);
            let found = second.late_samples.unwrap() - first.late_samples.unwrap();
            assert!((found - delay as f64).abs() < 0.02, "{delay}: {found}");
            let moved: Vec<Decision> = alignment.stems.iter().map(|stem| stem.decision).collect();
            let one = if delay > 0 { [Decision::Left, Decision::Moved] } else { [Decision::Moved, Decision::Left] };
            assert_eq!(moved, one, "{delay}");
            assert_eq!(alignment.reference, Some(usize::from(delay < 0)));
            assert!(first.confidence > 0.6 && second.confidence > 0.6, "{alignment:?}");
        }
    }
}

#[test]
fn an_inverted_quiet_noisy_copy_is_found_and_its_polarity_told() {
    let source = rhythm(3);
    let noise = signals::pink_noise(99, 0.003, FRAMES);
    let copy: Vec<f32> = shifted(&source, 500).iter().zip(&noise).map(|(x, noise)| noise - 0.1 * x).collect();
    let alignment = aligned(&[source, copy]);
    let stem = &alignment.stems[1];
    assert_eq!((stem.decision, stem.polarity), (Decision::Moved, -1), "{alignment:?}");
    assert_delay(&alignment, 1, 500.0, 0.02);
    assert!(stem.reason.contains("inverted"));
}

#[test]
fn a_filtered_copy_is_found() {
    // A symmetric filter delays nothing: the delay stays exact.
    let source = signals::pink_noise(4, 0.1, FRAMES);
    let moved = shifted(&source, 321);
    let at = |n: usize| moved.get(n).copied().unwrap_or(0.0);
    let low_passed: Vec<f32> =
        (0..FRAMES).map(|n| 0.25 * at(n.wrapping_sub(1)) + 0.5 * at(n) + 0.25 * at(n + 1)).collect();
    assert_delay(&aligned(&[source, low_passed]), 1, 321.0, 0.02);
}

#[test]
fn bleed_20_db_below_an_unrelated_stem_is_found() {
    let (source, other) = (signals::pink_noise(5, 0.1, FRAMES), signals::pink_noise(6, 0.1, FRAMES));
    let alignment = aligned(&[source.clone(), mixed(&other, &shifted(&source, 160), 0.1)]);
    assert_delay(&alignment, 1, 160.0, 0.5);
}

#[test]
fn different_instruments_on_one_grid_are_left() {
    let stems: Vec<Vec<f32>> = (10..16).map(rhythm).chain([clicks(), tone_pattern()]).collect();
    let alignment = aligned(&stems);
    assert!(alignment.stems.iter().all(|stem| stem.decision == Decision::Left), "{alignment:?}");
}

#[test]
fn unrelated_noise_and_tones_are_left() {
    let tone = |hz| signals::sine(f64::from(RATE_HZ), hz, 0.5, 0.2, FRAMES);
    let (white, pink) = (signals::white_noise(20, 0.5, FRAMES), signals::pink_noise(21, 0.1, FRAMES));
    let alignment = aligned(&[white, pink, tone(440.0), tone(554.37), tone(220.0)]);
    assert!(alignment.stems.iter().all(|stem| stem.decision == Decision::Left), "{alignment:?}");
}

#[test]
fn clicks_against_a_tone_pattern_of_one_tempo_are_left() {
    let alignment = aligned(&[clicks(), tone_pattern()]);
    assert!(alignment.stems.iter().all(|stem| stem.decision == Decision::Left), "{alignment:?}");
}

#[test]
fn loops_fit_at_several_offsets_and_are_left() {
    let bar = signals::pink_noise(30, 0.1, RATE_HZ as usize);
    let looped: Vec<f32> = bar.iter().cycle().take(FRAMES).copied().collect();
    all_left(&aligned(&[looped.clone(), shifted(&looped, 700)]), "ambiguous");
    all_left(&aligned(&[clicks(), shifted(&clicks(), 1_000)]), "ambiguous");
}

#[test]
fn a_loop_is_left_whatever_else_holds_it() {
    let bar = signals::pink_noise(34, 0.1, 2 * RATE_HZ as usize);
    let looped: Vec<f32> = bar.iter().cycle().take(FRAMES).copied().collect();
    let room = mixed(&shifted(&looped, 700), &signals::pink_noise(35, 0.1, FRAMES), 0.3);
    let alignment = aligned(&[looped, room, rhythm(36)]);
    all_left(&Alignment { reference: None, stems: alignment.stems[..2].to_vec() }, "ambiguous: it repeats itself");
    assert!(alignment.stems[2].reason.starts_with("unrelated"), "{:?}", alignment.stems[2]);
}

#[test]
fn what_is_played_again_is_told_from_what_is_pasted() {
    let bar = signals::pink_noise(31, 0.1, 2 * RATE_HZ as usize);
    let pasted: Vec<f32> = bar.iter().cycle().take(FRAMES).copied().collect();
    all_left(&aligned(&[pasted.clone(), shifted(&pasted, 700)]), "ambiguous: it repeats itself");
    // Played again, a bar is never the same sound to the last overtone: a fifth of its power is new
    // each time.
    let played = mixed(&pasted, &signals::pink_noise(32, 0.1, FRAMES), 0.5);
    assert_delay(&aligned(&[played.clone(), shifted(&played, 700)]), 1, 700.0, 0.02);
    // Under noise that may hide the difference, nothing is moved.
    let noisy = mixed(&shifted(&played, 700), &signals::white_noise(33, 0.1, FRAMES), 1.0);
    all_left(&aligned(&[played, noisy]), "ambiguous");
}

#[test]
fn a_loud_take_pasted_where_little_is_in_common_moves_nothing_under_noise() {
    let second = RATE_HZ as usize;
    let take = 3 * second + 400;
    let mut stem = signals::pink_noise(5, 0.1, 19 * second);
    for x in &mut stem[..take] {
        *x *= 3.0;
    }
    stem.copy_within(..take, 19 * second - take);
    // Nine of fourteen seconds are in common, under noise twice as loud as they are; the take
    // alone, where the second is eleven seconds late.
    let noise = signals::white_noise(6, 0.2, 14 * second);
    let second_part = mixed(&stem[5 * second..], &noise, 1.0);
    all_left(&aligned(&[stem[..14 * second].to_vec(), second_part]), "ambiguous: it repeats itself");
}

#[test]
fn identical_stems_are_in_time_already() {
    let source = rhythm(40);
    let alignment = aligned(&[source.clone(), source]);
    assert_eq!(alignment.reference, Some(0));
    assert_delay(&alignment, 1, 0.0, 1e-3);
    all_left(&Alignment { reference: None, stems: alignment.stems[1..].to_vec() }, "already in time");
}

#[test]
fn what_is_silent_or_short_is_left_and_says_so() {
    let source = rhythm(50);
    let stems = [source.clone(), vec![0.0; FRAMES], vec![0.5], source[..RATE_HZ as usize / 100].to_vec(), Vec::new()];
    let alignment = aligned(&stems);
    let causes: Vec<&str> = alignment.stems.iter().map(|s| s.reason.split(':').next().unwrap_or("")).collect();
    assert_eq!(causes, ["unrelated", "silent", "too_short", "too_short", "too_short"]);
    assert_eq!(aligned(&[]).stems, []);
}

#[test]
fn stems_of_different_lengths_are_compared_where_both_sound() {
    let source = signals::pink_noise(60, 0.1, FRAMES);
    let alignment = aligned(&[source.clone(), shifted(&source, 2_000)[..FRAMES / 2].to_vec()]);
    assert_delay(&alignment, 1, 2_000.0, 0.02);
}

#[test]
fn an_offset_beyond_the_largest_is_not_believed() {
    let source = signals::pink_noise(61, 0.1, FRAMES);
    let stems = [features(&source), features(&shifted(&source, 2 * i64::from(RATE_HZ) + 400))];
    let settings = AlignmentSettings { max_offset_s: Some(2.0), ..AlignmentSettings::default() };
    let alignment = align(&stems, &settings, PairSelection::All, &|_| false);
    assert!(alignment.stems.iter().all(|stem| stem.decision == Decision::Left), "{alignment:?}");
}

#[test]
fn a_drifting_copy_is_measured() {
    // Linear interpolation dulls the copy; it does not move it.
    let source = signals::pink_noise(62, 0.1, FRAMES);
    for ppm in [-200.0, 50.0, 500.0] {
        let drifting: Vec<f32> = (0..FRAMES)
            .map(|n| {
                let at = n as f64 / (1.0 + ppm * 1e-6);
                let (whole, part) = (at as usize, at.fract() as f32);
                let at = |n: usize| source.get(n).copied().unwrap_or(0.0);
                at(whole) * (1.0 - part) + at(whole + 1) * part
            })
            .collect();
        let alignment = aligned(&[source.clone(), drifting]);
        let (first, second) = (&alignment.stems[0], &alignment.stems[1]);
        let found = second.drift_ppm - first.drift_ppm;
        assert!((found - ppm).abs() < 1.0, "{ppm}: {first:?} {second:?}");
    }
}

#[test]
fn only_the_late_one_of_three_microphones_moves() {
    let source = rhythm(70);
    let room = |seed| signals::pink_noise(seed, 0.002, FRAMES);
    let stems = [
        mixed(&shifted(&source, 900), &room(71), 1.0),
        mixed(&source, &room(72), 1.0),
        mixed(&source, &room(73), 1.0),
        rhythm(74),
    ];
    let alignment = aligned(&stems);
    assert_delay(&alignment, 0, 900.0, 0.05);
    assert_delay(&alignment, 1, 0.0, 0.05);
    assert_delay(&alignment, 2, 0.0, 0.05);
    assert_eq!((alignment.reference, alignment.stems[3].late_samples), (Some(1), None));
    assert_eq!(alignment.stems.iter().filter(|stem| stem.decision == Decision::Moved).count(), 1);
}

#[test]
fn samples_that_are_not_finite_do_not_matter() {
    let source = signals::pink_noise(80, 0.1, FRAMES);
    let mut moved = shifted(&source, 50);
    (moved[5_000], moved[6_000], moved[7_000]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
    assert_delay(&aligned(&[source.clone(), moved]), 1, 50.0, 0.02);
    all_left(&aligned(&[vec![f32::NAN; FRAMES], source.clone()][..1]), "silent");
    let mut huge = source.clone();
    huge[100] = f32::MAX;
    assert!(aligned(&[source, huge]).stems.iter().all(|stem| stem.confidence.is_finite()));
}

#[test]
fn the_thread_count_changes_nothing() {
    let source = rhythm(90);
    let stems: Vec<StemFeatures> =
        (0..6).map(|n| features(&mixed(&shifted(&source, n * 40), &rhythm(91 + n as u64), 0.5))).collect();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| align(&stems, &AlignmentSettings::default(), PairSelection::All, &|_| false))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn told_to_stop_it_leaves_everything() {
    let source = rhythm(95);
    let stems = [features(&source), features(&shifted(&source, 9))];
    all_left(&align(&stems, &AlignmentSettings::default(), PairSelection::All, &|_| true), "stopped");
}

#[test]
fn it_says_how_far_it_is_and_never_goes_back() {
    let source = rhythm(97);
    let stems: Vec<StemFeatures> = (0..6).map(|n| features(&shifted(&source, n * 40))).collect();
    let observed = std::cell::RefCell::new(Vec::new());
    let watch = |done| {
        observed.borrow_mut().push(done);
        false
    };
    align(&stems, &AlignmentSettings::default(), PairSelection::All, &watch);
    let observed = observed.into_inner();
    assert!(observed.is_sorted() && observed[0] == 0.0 && observed.iter().all(|done| *done <= 1.0), "{observed:?}");
    assert!(*observed.last().unwrap() >= 2.0 / 3.0, "{observed:?}");
}

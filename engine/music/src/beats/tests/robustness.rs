//! Sounds without a rhythm, bad samples, and blocks of any length.

use super::band::{Band, analyse_mix, hiss, steady};
use crate::beats::{Blocks, Rhythm, RhythmFeatures, analyse};

fn band() -> Band {
    Band::play(&steady(118.0, 0.25, 24), 4, 0, &[0.0, 2.0], &[1.0, 3.0])
}

#[test]
fn silence_and_short_or_single_sounds_have_no_rhythm() {
    assert_eq!(analyse_mix(&[]), Rhythm::default());
    assert_eq!(analyse_mix(&[0.0]), Rhythm::default());
    assert_eq!(analyse_mix(&vec![0.0; 441_000]), Rhythm::default());
    assert_eq!(analyse_mix(&band().mix()[..22_050]), Rhythm::default());
    let mut hit = vec![0.0; 220_500];
    hit[60_000..66_000].copy_from_slice(&band().drums[5_500..11_500]);
    assert_eq!(analyse_mix(&hit), Rhythm::default());
}

#[test]
fn noise_and_bursts_without_order_have_little_confidence() {
    let noise: Vec<f32> = (0..20 * 22_050).map(|index| 0.3 * hiss(f64::from(index) / 22_050.0) as f32).collect();
    let rhythm = analyse_mix(&noise);
    assert!(rhythm.confidence.beats < 0.3, "{rhythm:?}");
    // Syllables: bursts of uneven lengths and distances.
    let mut speech = vec![0.0f32; 20 * 22_050];
    let (mut start, mut count) = (2_000, 0);
    while start < speech.len() - 12_000 {
        let unit = f64::midpoint(hiss(f64::from(count) / 22_050.0), 1.0);
        let length = 2_000 + (unit * 5_000.0) as usize;
        for (sample, noise) in speech[start..start + length].iter_mut().zip(&noise[start..]) {
            *sample = *noise;
        }
        start += length + 500 + ((unit * 7.3).fract() * 9_000.0) as usize;
        count += 1;
    }
    let rhythm = analyse_mix(&speech);
    assert!(rhythm.confidence.beats < 0.4, "{rhythm:?}");
}

#[test]
fn blocks_of_any_length_give_the_same_rhythm() {
    let band = band();
    assert_eq!(band.analyse(1_000_000), band.analyse(777));
}

#[test]
fn bad_samples_and_uneven_blocks_are_survived() {
    let band = band();
    let mut mix = band.mix();
    mix[5_000] = f32::NAN;
    mix[9_000] = f32::NEG_INFINITY;
    let mut features = RhythmFeatures::new();
    features.push(&Blocks { mix: &mix[..40_000], ..Blocks::default() });
    let drums = Some(&band.drums[40_000..50_000]);
    features.push(&Blocks { mix: &mix[40_000..], drums, bass: Some(&[f32::NAN; 9]), rest: Some(&band.mix()) });
    let rhythm = analyse(&features.finish());
    assert!(rhythm.beats_s.iter().all(|beat| beat.is_finite()));
    assert!(rhythm.beats_s.windows(2).all(|pair| pair[0] < pair[1]));
    assert!((rhythm.tempo_bpm.unwrap() - 118.0).abs() < 0.1, "{rhythm:?}");
}

#[test]
fn without_stems_the_mix_serves_for_all() {
    let rhythm = analyse_mix(&band().mix());
    assert!((rhythm.tempo_bpm.unwrap() - 118.0).abs() < 0.05, "{rhythm:?}");
    assert!(rhythm.downbeats_s.iter().all(|downbeat| rhythm.beats_s.contains(downbeat)));
}

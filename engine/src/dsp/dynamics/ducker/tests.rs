//! The ducker against its depth, its hold and its time constants.

use super::*;
use crate::units::SampleRate;

/// Frames of a millisecond.
const MS: usize = 48;

fn spec() -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 96_000, channels: 1 }
}

fn settings() -> DuckerSettings {
    DuckerSettings {
        depth_db: 9.0,
        attack_ms: 2.0,
        hold_ms: 100.0,
        release_ms: 50.0,
        ..DuckerSettings::new(Key::new("kick"))
    }
}

/// Returns the gain at each frame, in decibels, for a key.
fn gains_db(settings: &DuckerSettings, key: &[f32]) -> Vec<f64> {
    let mut ducker = Ducker::new(settings, 1, &spec()).unwrap();
    let mut samples = vec![0.5; key.len()];
    ducker.process_keyed(&mut BlockMut::mono(&mut samples), &Block::mono(key));
    samples.iter().map(|sample| 20.0 * (f64::from(*sample) / 0.5).log10()).collect()
}

/// Returns a key that sounds for the frames from 100 to 200 ms, at a level in dBFS.
fn key(level_db: f64) -> Vec<f32> {
    let mut key = vec![0.0; 2_000 * MS];
    key[100 * MS..200 * MS].fill(10.0_f64.powf(level_db / 20.0) as f32);
    key
}

#[test]
fn the_gain_falls_by_the_depth_and_stays_for_the_hold() {
    let gains = gains_db(&settings(), &key(-39.0));
    assert!(gains[..100 * MS].iter().all(|gain| *gain == 0.0));
    // One attack leaves 1/e of the way; ten leave 0.0004 dB.
    let left = (-1.0_f64).exp();
    assert!((gains[102 * MS - 1] + 9.0 * (1.0 - left)).abs() < 1e-3, "{}", gains[102 * MS - 1]);
    assert!(gains[120 * MS..300 * MS].iter().all(|gain| (gain + 9.0).abs() < 1e-3));
    // The last sample above the threshold is the one before 200 ms: the gain rises from the frame
    // that follows the hold.
    assert!(gains[300 * MS] > gains[300 * MS - 1] && gains[300 * MS - 1] <= gains[300 * MS - 2]);
    assert!((gains[350 * MS - 1] + 9.0 * left).abs() < 1e-3, "{}", gains[350 * MS - 1]);
    assert_eq!(gains[1_999 * MS..], [0.0; MS], "the rest of the reduction ends");
}

#[test]
fn a_key_up_to_the_threshold_or_silent_changes_no_bit() {
    for key in [key(-40.1), vec![0.0; 1_000 * MS], vec![f32::NAN; 1_000]] {
        assert!(gains_db(&settings(), &key).iter().all(|gain| *gain == 0.0));
    }
}

#[test]
fn each_peak_of_the_key_starts_the_hold_anew() {
    let mut clicks = vec![0.0; 600 * MS];
    for click in [0, 90, 180, 270] {
        clicks[click * MS] = 1.0;
    }
    let gains = gains_db(&settings(), &clicks);
    assert!(gains[20 * MS..370 * MS].iter().all(|gain| (gain + 9.0).abs() < 1e-3));
    assert!(gains[372 * MS] > -8.9);
}

#[test]
fn look_ahead_lowers_the_gain_before_the_key_sounds() {
    let settings = DuckerSettings { look_ahead_ms: 20.0, ..settings() };
    let mut ducker = Ducker::new(&settings, 1, &spec()).unwrap();
    let key = key(0.0);
    // A signal that begins with the key.
    let mut samples: Vec<f32> = key.iter().map(|key| key * 0.5).collect();
    ducker.process_keyed(&mut BlockMut::mono(&mut samples), &Block::mono(&key));
    let first_db = 20.0 * (f64::from(samples[120 * MS]) / 0.5).log10();
    assert_eq!(samples[120 * MS - 1], 0.0);
    assert!((first_db + 9.0).abs() < 1e-3, "{first_db}"); // ten attacks
}

#[test]
fn filters_of_the_detector_choose_what_it_reacts_to() {
    use mixdown_fixtures::signals::sine;
    let settings = DuckerSettings { detector_low_pass_hz: 200.0, hold_ms: 20.0, ..settings() };
    let most = |hz: f64| gains_db(&settings, &sine(48_000.0, hz, 0.05, 0.0, 48_000)).into_iter().fold(0.0, f64::min);
    // 0.05 is 14 dB above the threshold. At ten times the cutoff, the filter takes 40 dB away.
    assert!((most(60.0) + 9.0).abs() < 1e-3);
    assert_eq!(most(2_000.0), 0.0);
}

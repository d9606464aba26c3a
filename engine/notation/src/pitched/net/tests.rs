//! Parity with the published model, in onnxruntime.

use super::*;

/// Every seventh kept frame of [`music`] and [`tone`]: 264 + 88 + 88 probabilities in 1/65535.
const REFERENCES: [&[u8]; 2] = [include_bytes!("tests/music.u16"), include_bytes!("tests/tone.u16")];
const EVERY: usize = 7;
const RATE: f64 = 22_050.0;

/// Returns plucked tones with seven harmonics, two at a time, over quiet noise, in steps of 2^-15.
fn music() -> Vec<f32> {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    };
    let pitches = [40, 55, 60, 64, 67, 45, 72, 76, 33, 58];
    (0..WINDOW)
        .map(|index| {
            let mut value = 0.004 * noise();
            for (number, pitch) in pitches.iter().enumerate() {
                let Some(age) = index.checked_sub(4_000 * number) else { continue };
                let time = age as f64 / RATE;
                let turn = std::f64::consts::TAU * 440.0 * (f64::from(pitch - 69) / 12.0).exp2() * time;
                for harmonic in 1..8 {
                    let harmonic = f64::from(harmonic);
                    value += 0.2 / harmonic * (-(3.0 + harmonic) * time).exp() * (turn * harmonic).sin();
                }
            }
            ((value * 32_768.0).round() / 32_768.0) as f32
        })
        .collect()
}

/// Returns a sine of 55 Hz: nearly all bins have nothing but rounding errors.
fn tone() -> Vec<f32> {
    let turn = std::f64::consts::TAU * 55.0 / RATE;
    (0..WINDOW).map(|index| ((turn * index as f64).sin() * 0.5) as f32).collect()
}

fn run(window: &[f32]) -> Vec<f32> {
    let (mut outputs, mut count) = (Vec::new(), 0);
    Network::new().run(window, |frame| {
        if count % EVERY == 0 {
            outputs.extend([frame.contour, frame.note, frame.onset].concat());
        }
        count += 1;
    });
    assert_eq!(count, KEPT);
    outputs
}

/// Returns the largest difference from a reference.
fn difference(window: &[f32], reference: &[u8]) -> f32 {
    let expected: Vec<f32> =
        reference.as_chunks().0.iter().map(|&bytes| f32::from(u16::from_le_bytes(bytes)) / 65_535.0).collect();
    let given = run(window);
    assert_eq!(given.len(), expected.len());
    assert!(expected.iter().any(|&value| value > 0.5));
    given.iter().zip(&expected).fold(0.0, |worst, (given, expected)| {
        assert!((0.0..=1.0).contains(given));
        worst.max((given - expected).abs())
    })
}

#[test]
fn music_repeats_onnxruntime() {
    let worst = difference(&music(), REFERENCES[0]);
    assert!(worst < 1e-3, "{worst}");
}

#[test]
fn a_pure_tone_repeats_onnxruntime() {
    let worst = difference(&tone(), REFERENCES[1]);
    assert!(worst < 3e-3, "{worst}");
}

#[test]
fn a_window_leaves_nothing_behind() {
    let mut network = Network::new();
    let mut run = |window: &[f32]| {
        let mut onsets = Vec::new();
        network.run(window, |frame| onsets.extend_from_slice(frame.onset));
        onsets
    };
    let first = run(&music());
    let _ = run(&tone());
    assert_eq!(run(&music()), first);
}

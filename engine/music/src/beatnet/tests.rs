//! Parity with the published network, in onnxruntime, and its front end, in numpy.

use super::front_end::{FEATURES, FrontEnd};
use super::network::Network;
use super::*;

/// 200 frames of features in steps of 1/64, then the three probabilities of each frame.
const NETWORK: &[u8] = include_bytes!("tests/network.bin");
/// Features of every 20th frame of [`signal`].
const FRONT_END: &[u8] = include_bytes!("tests/front_end.bin");
const FRAMES: usize = 200;

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Returns four seconds of decaying bursts of noise.
fn signal() -> Vec<f32> {
    let mut state = 1u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 23) - 1.0
    });
    let mut envelope = vec![0.0; 88_200];
    let (mut start, mut count) = (0, 0);
    while start < envelope.len() {
        let peak = if count % 4 == 0 { 0.9 } else { 0.5 };
        for (value, age) in envelope[start..].iter_mut().zip(0..4_000) {
            *value += peak * 0.999f64.powi(age);
        }
        start += [9_922, 9_922, 4_961, 4_961][count % 4];
        count += 1;
    }
    envelope.iter().zip(noise).map(|(envelope, noise)| (noise * envelope * 0.5) as f32).collect()
}

#[test]
fn the_network_repeats_onnxruntime() {
    let (features, outputs) = NETWORK.split_at(FRAMES * FEATURES);
    let outputs = floats(outputs);
    let mut network = Network::new();
    let mut worst = 0.0f32;
    for (frame, expected) in features.as_chunks::<FEATURES>().0.iter().zip(outputs.as_chunks::<3>().0) {
        let given = network.step(&frame.map(|step| f32::from(step) / 64.0));
        for (given, expected) in given.iter().zip(expected) {
            worst = worst.max((given - expected).abs());
        }
    }
    assert_eq!(outputs.len(), 3 * FRAMES);
    assert!(outputs.iter().step_by(3).any(|&beat| beat > 0.5));
    assert!(worst < 1e-5, "{worst}");
}

#[test]
fn the_front_end_repeats_madmom() {
    let expected = floats(FRONT_END);
    let mut frames = Vec::new();
    let mut front_end = FrontEnd::new();
    front_end.push(&signal(), |features| frames.push(*features));
    front_end.finish(|features| frames.push(*features));
    assert_eq!(frames.len(), FRAMES);
    for (frame, expected) in frames.iter().step_by(20).zip(expected.as_chunks::<FEATURES>().0) {
        for (given, expected) in frame.iter().zip(expected) {
            assert!((given - expected).abs() < 2e-5, "{given} {expected}");
        }
    }
}

#[test]
fn blocks_of_any_length_give_the_same_bits() {
    let signal = signal();
    let mut whole = BeatNet::new();
    whole.push(&signal);
    let mut parts = BeatNet::new();
    let mut rest = &signal[..];
    for length in [0, 1, 440, 441, 3, 7_919].into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (block, after) = rest.split_at(length.min(rest.len()));
        parts.push(block);
        rest = after;
    }
    assert_eq!(whole.finish(), parts.finish());
}

#[test]
fn no_samples_have_no_frames_and_bad_ones_count_as_silence() {
    assert_eq!(BeatNet::new().finish(), Activations::default());
    let finish = |samples: &[f32]| {
        let mut net = BeatNet::new();
        net.push(samples);
        net.finish()
    };
    let silence = finish(&vec![0.0; 9_000]);
    assert_eq!(silence.beat.len(), 21);
    assert_eq!(finish(&vec![f32::NAN; 9_000]), silence);
    assert_eq!(finish(&vec![f32::INFINITY; 9_000]), silence);
    assert!(finish(&vec![f32::MAX; 9_000]).any_beat().iter().all(|value| (0.0..=1.001).contains(value)));
}

//! Laws of the split, and what it does to sounds that are known.

use super::{PART_COUNT, PartSamples, Splitter};
use mixdown_fixtures::signals;
use proptest::prelude::*;

const PERCUSSIVE: usize = 0;
const HARMONIC: usize = 1;
const CENTRE: usize = 2;
const RATE_HZ: u32 = 44_100;

/// Splits channels that are fed in pieces of these lengths, over and over.
fn split(rate_hz: u32, channels: &[Vec<f32>], pieces: &[usize]) -> PartSamples {
    let mut splitter = Splitter::new(rate_hz, channels.len());
    let mut out: PartSamples = std::array::from_fn(|_| vec![Vec::new(); channels.len()]);
    let (mut at, frames) = (0, channels[0].len());
    for piece in pieces.iter().cycle() {
        let end = (at + piece).min(frames);
        let block: Vec<&[f32]> = channels.iter().map(|samples| &samples[at..end]).collect();
        splitter.push(&block, &mut out);
        at = end;
        if at == frames {
            break;
        }
    }
    splitter.finish(&mut out);
    out
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// Returns how far `found` is from `truth`, as the level of the truth over that of the error in dB.
fn sdr_db(truth: &[f32], found: &[f32]) -> f64 {
    let error: Vec<f32> = truth.iter().zip(found).map(|(one, other)| one - other).collect();
    10.0 * (energy(truth) / energy(&error)).log10()
}

fn sum(parts: &[&Vec<f32>]) -> Vec<f32> {
    (0..parts[0].len()).map(|at| parts.iter().map(|part| part[at]).sum()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_sum_to_the_song_at_any_length_rate_and_number_of_channels(
        frames in prop_oneof![1_usize..5, 1_usize..12_000],
        rate_hz in prop_oneof![Just(8_000), Just(44_100), Just(48_000)],
        channels in 1_usize..=2,
        seed in any::<u64>(),
        pieces in prop::collection::vec(1_usize..5_000, 1..4),
    ) {
        let mut song: Vec<Vec<f32>> =
            (0..channels).map(|channel| signals::pink_noise(seed ^ channel as u64, 0.2, frames)).collect();
        song[0][frames / 2] += 0.9;
        let parts = split(rate_hz, &song, &pieces);
        for channel in 0..channels {
            let [one, two, three] = [&parts[0][channel], &parts[1][channel], &parts[2][channel]];
            prop_assert_eq!([one.len(), two.len(), three.len()], [frames; PART_COUNT]);
            prop_assert!(sdr_db(&song[channel], &sum(&[one, two, three])) > 110.0);
        }
        prop_assert!(parts == split(rate_hz, &song, &[frames]), "the pieces change the parts");
    }
}

#[test]
fn silence_splits_into_silence_and_nothing_into_nothing() {
    for frames in [0, 1, 10_000] {
        let parts = split(RATE_HZ, &[vec![0.0; frames], vec![0.0; frames]], &[4_096]);
        assert!(parts.iter().flatten().all(|samples| samples.len() == frames && energy(samples) == 0.0));
    }
}

/// Returns clicks of filtered noise, two a second, and a chord of three steady tones.
fn clicks_and_tone(frames: usize) -> (Vec<f32>, Vec<f32>) {
    let rate = f64::from(RATE_HZ);
    let mut clicks = vec![0.0; frames];
    let noise = signals::white_noise(7, 0.8, 4_410);
    for start in (11_025..frames - 4_410).step_by(22_050) {
        for (at, sample) in noise.iter().enumerate() {
            clicks[start + at] += sample * (-(at as f32) / 400.0).exp();
        }
    }
    let tones = [220.0, 277.18, 329.63].map(|frequency_hz| signals::sine(rate, frequency_hz, 0.15, 0.0, frames));
    (clicks, sum(&tones.each_ref()))
}

#[test]
fn clicks_are_percussive_and_a_chord_is_not() {
    let (clicks, tone) = clicks_and_tone(8 * RATE_HZ as usize);
    let song = sum(&[&clicks, &tone]);
    let parts = split(RATE_HZ, std::slice::from_ref(&song), &[16_384]);
    // A second at both ends is left out: there the chord itself begins and ends at once.
    let inner = |samples: &[f32]| samples[RATE_HZ as usize..7 * RATE_HZ as usize].to_vec();
    let (truth_p, truth_h) = (inner(&clicks), inner(&tone));
    let (percussive, harmonic) = (inner(&parts[PERCUSSIVE][0]), inner(&parts[HARMONIC][0]));
    let (of_clicks, of_tone) = (sdr_db(&truth_p, &percussive), sdr_db(&truth_h, &harmonic));
    let (before_p, before_h) = (sdr_db(&truth_p, &inner(&song)), sdr_db(&truth_h, &inner(&song)));
    println!("SDR: clicks {before_p:.1} to {of_clicks:.1} dB, chord {before_h:.1} to {of_tone:.1} dB");
    assert!(of_clicks > 12.0, "{of_clicks:.1} dB");
    assert!(of_tone > 18.0, "{of_tone:.1} dB");
    assert_eq!(energy(&parts[CENTRE][0]), 0.0, "one channel has no centre");
}

#[test]
fn sustained_sound_is_divided_by_its_position() {
    let frames = 4 * RATE_HZ as usize;
    let tone = |frequency_hz: f64| signals::sine(f64::from(RATE_HZ), frequency_hz, 0.2, 0.0, frames);
    let (middle, left, opposite) = (tone(440.0), tone(660.0), tone(1_500.0));
    let negative: Vec<f32> = opposite.iter().map(|sample| -sample).collect();
    let parts = split(RATE_HZ, &[sum(&[&middle, &left, &opposite]), sum(&[&middle, &negative])], &[16_384]);
    let inner = |samples: &[f32]| samples[RATE_HZ as usize..3 * RATE_HZ as usize].to_vec();
    for (channel, centre) in parts[CENTRE].iter().enumerate() {
        let found = sdr_db(&inner(&middle), &inner(centre));
        println!("SDR: centre of channel {channel} {found:.1} dB");
        assert!(found > 20.0, "{found:.1} dB");
    }
    let sides = sdr_db(&inner(&sum(&[&left, &opposite])), &inner(&parts[HARMONIC][0]));
    assert!(sides > 20.0, "{sides:.1} dB");
}

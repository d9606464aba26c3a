use super::*;
use crate::SAMPLE_RATE;
use std::f32::consts::TAU;

/// Source of pseudo-random numbers from -1 to 1.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// Returns the estimate of `samples`, given in blocks of `block` samples.
fn judge(samples: &[f32], block: usize) -> StemTypeEstimate {
    let mut extractor = StemTypeExtractor::new();
    for block in samples.chunks(block) {
        extractor.push(block);
    }
    extractor.finish()
}

/// Returns `seconds` of samples from the time in seconds.
fn render(seconds: u32, mut sample: impl FnMut(f32) -> f32) -> Vec<f32> {
    (0..seconds * SAMPLE_RATE).map(|index| sample(index as f32 / SAMPLE_RATE as f32)).collect()
}

/// Returns a kick that falls in pitch and a burst of noise in turn, with short noise in between.
fn drums() -> Vec<f32> {
    let mut noise = Noise(7);
    render(14, |time| {
        let (beat, since) = ((time / 0.5) as u32, time % 0.5);
        let hiss = 0.2 * noise.next() * (-(time % 0.25) * 60.0).exp();
        if beat % 2 == 0 {
            let turns = 55.0 * since + 6.0 * (1.0 - (-since * 30.0).exp());
            0.8 * (TAU * turns).sin() * (-since * 12.0).exp() + hiss
        } else {
            0.6 * noise.next() * (-since * 18.0).exp()
                + 0.3 * (TAU * 190.0 * since).sin() * (-since * 25.0).exp()
                + hiss
        }
    })
}

/// Returns decaying notes of a low string with overtones.
fn bass() -> Vec<f32> {
    render(14, |time| {
        let hertz = [41.2, 41.2, 55.0, 49.0][(time / 0.4) as usize % 4];
        let since = time % 0.4;
        let overtone =
            |order: f32| (TAU * hertz * order * since).sin() * (-since * (2.0 + order)).exp() / (order * order);
        0.6 * (1..=6_u8).map(|order| overtone(f32::from(order))).sum::<f32>() * (since * 200.0).min(1.0)
    })
}

/// Returns a voice with vibrato, gliding between notes and vowels, with breath noise at syllables.
fn voice() -> Vec<f32> {
    let (mut noise, mut phase, mut semitones) = (Noise(3), 0.0_f32, 0.0_f32);
    let vowels = [[730.0, 1090.0, 2440.0], [270.0, 2290.0, 3010.0], [570.0, 840.0, 2410.0], [530.0, 1840.0, 2480.0]];
    let mut vowel = vowels[0];
    render(14, |time| {
        let (note, since) = ((time / 0.55) as usize, time % 0.55);
        semitones += 0.001 * ([0.0, 2.0, 4.0, 7.0, 5.0, 4.0][note % 6] - semitones);
        let vibrato = 0.35 * (TAU * 5.6 * time).sin() * (since * 4.0).min(1.0);
        let hertz = 196.0 * ((semitones + vibrato) / 12.0).exp2();
        phase = (phase + hertz / 22_050.0).fract();
        for (formant, target) in vowel.iter_mut().zip(vowels[note * 3 % 4]) {
            *formant += 0.0008 * (target - *formant);
        }
        let envelope = |hz: f32| {
            vowel
                .iter()
                .zip([1.0, 0.5, 0.25])
                .map(|(formant, gain)| gain / (1.0 + ((hz - formant) / 90.0).powi(2)))
                .sum::<f32>()
        };
        let overtone = |order: f32| (TAU * phase * order).sin() * (0.02 + envelope(hertz * order)) / order.sqrt();
        let voiced: f32 = (1..=20_u8).map(|order| overtone(f32::from(order))).sum();
        let loudness = ((since - 0.06) * 20.0).clamp(0.0, 1.0) * ((0.53 - since) * 12.0).clamp(0.0, 1.0);
        let consonant = if since < 0.07 { 0.08 * noise.next() } else { 0.004 * noise.next() };
        0.25 * voiced * loudness + consonant
    })
}

/// Returns chords of decaying tones.
fn keys() -> Vec<f32> {
    render(14, |time| {
        let since = time % 0.8;
        let root = [261.6, 220.0, 349.2, 293.7][(time / 0.8) as usize % 4];
        let tone = |ratio: f32| {
            let overtone =
                |order: f32| (TAU * root * ratio * order * since).sin() * (-since * 2.0 * order).exp() / order;
            (1..=5_u8).map(|order| overtone(f32::from(order))).sum::<f32>()
        };
        0.15 * [1.0, 1.26, 1.498].map(tone).iter().sum::<f32>() * (since * 300.0).min(1.0)
    })
}

#[test]
fn each_kind_of_sound_has_its_type() {
    let cases =
        [(StemType::Drums, drums()), (StemType::Bass, bass()), (StemType::Vocals, voice()), (StemType::Other, keys())];
    for (expected, samples) in cases {
        let found = judge(&samples, 4096);
        assert_eq!(found.stem_type, expected, "{found:?}");
        assert!(found.confidence > 0.5, "{found:?}");
    }
}

#[test]
fn the_level_does_not_change_the_type() {
    let quiet: Vec<f32> = bass().iter().map(|sample| sample * 0.03).collect();
    assert_eq!(judge(&quiet, 4096).stem_type, StemType::Bass);
}

#[test]
fn blocks_do_not_change_the_estimate() {
    let samples = drums();
    let whole = judge(&samples, samples.len());
    for block in [997, 4097, 100_000] {
        assert_eq!(judge(&samples, block), whole);
    }
}

#[test]
fn silence_and_too_little_sound_are_other_without_confidence() {
    let click: Vec<f32> = (0..60_000).map(|index| if index == 30_000 { 1.0 } else { 0.0 }).collect();
    for samples in [Vec::new(), vec![0.0; 100_000], click] {
        let found = judge(&samples, 4096);
        assert_eq!((found.stem_type, found.confidence), (StemType::Other, 0.0));
        assert_eq!(found.probabilities, [0.0; 4]);
    }
}

#[test]
fn bad_samples_leave_probabilities_that_add_up_to_one() {
    let mut noise = Noise(9);
    let constant = vec![1.0; 100_000];
    let huge: Vec<f32> = (0..100_000).map(|_| noise.next() * f32::MAX).collect();
    let holes: Vec<f32> =
        keys().iter().enumerate().map(|(index, sample)| if index % 5000 == 0 { f32::NAN } else { *sample }).collect();
    for samples in [constant, huge, holes] {
        let sum: f64 = judge(&samples, 4096).probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}

#[test]
fn at_most_one_segment_is_kept() {
    let mut extractor = StemTypeExtractor::new();
    for _ in 0..2 {
        extractor.push(&drums());
        assert!(extractor.segment.len() < SEGMENT, "{} frames", extractor.segment.len());
    }
}

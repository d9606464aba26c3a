//! Tests of conversion with tones, impulses and every split of the reading.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

use super::{RateConverter, ResampleError, Resampler};
use crate::audio::{AudioBuffer, BlockMut};
use crate::process::Source;
use crate::units::SampleRate;
use mixdown_fixtures::signals;
use std::f64::consts::TAU;

/// Source in memory that fails after a number of frames, if one is set.
struct Memory {
    rate: SampleRate,
    channels: Vec<Vec<f32>>,
    next: usize,
    fails_at: usize,
}

impl Memory {
    fn new(rate_hz: u32, channels: Vec<Vec<f32>>) -> Self {
        Self { rate: rate(rate_hz), channels, next: 0, fails_at: usize::MAX }
    }
}

impl Source for Memory {
    type Error = &'static str;
    fn channels(&self) -> usize {
        self.channels.len()
    }
    fn sample_rate(&self) -> SampleRate {
        self.rate
    }
    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, Self::Error> {
        let frames = out.frames().min(self.channels[0].len() - self.next);
        if self.next + frames > self.fails_at {
            return Err("a broken file");
        }
        for (c, samples) in self.channels.iter().enumerate() {
            out.channel_mut(c)[..frames].copy_from_slice(&samples[self.next..][..frames]);
        }
        self.next += frames;
        Ok(frames)
    }
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Reads to the end in blocks of the lengths given, over and over.
fn convert_in(blocks: &[usize], from_hz: u32, to_hz: u32, channels: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    convert_by(Resampler::Steep, blocks, from_hz, to_hz, channels)
}

fn convert_by(
    resampler: Resampler,
    blocks: &[usize],
    from_hz: u32,
    to_hz: u32,
    channels: Vec<Vec<f32>>,
) -> Vec<Vec<f32>> {
    let mut converter = RateConverter::by(resampler, Memory::new(from_hz, channels), rate(to_hz)).unwrap();
    let mut out = vec![Vec::new(); converter.channels()];
    for &frames in blocks.iter().cycle() {
        let mut block = AudioBuffer::new(out.len(), frames);
        let got = converter.read(&mut block.block_mut()).unwrap();
        for (c, samples) in out.iter_mut().enumerate() {
            samples.extend_from_slice(&block.channel(c)[..got]);
        }
        if got < frames {
            assert_eq!(converter.read(&mut block.block_mut()), Ok(0), "a stream that has ended gives nothing more");
            return out;
        }
    }
    unreachable!("blocks is not empty")
}

fn convert(from_hz: u32, to_hz: u32, samples: Vec<f32>) -> Vec<f32> {
    convert_in(&[4096], from_hz, to_hz, vec![samples]).remove(0)
}

mod filters;

/// Common rates of music and speech, both ways, with one pair that shares few divisors and is
/// converted in f64.
const PAIRS: [(u32, u32); 12] = [
    (44_100, 48_000),
    (48_000, 44_100),
    (48_000, 96_000),
    (96_000, 48_000),
    (8_000, 48_000),
    (192_000, 44_100),
    (44_100, 192_000),
    (96_000, 44_100),
    (11_025, 44_100),
    (22_050, 48_000),
    (44_056, 48_000),
    (192_000, 8_000),
];

/// Returns the gain of a full-scale tone, and the level of the rest of the output, both in decibels
/// of the tone.
fn tone_db(from_hz: u32, to_hz: u32, frequency_hz: f64) -> (f64, f64) {
    tone_by(Resampler::Steep, from_hz, to_hz, frequency_hz)
}

fn tone_by(resampler: Resampler, from_hz: u32, to_hz: u32, frequency_hz: f64) -> (f64, f64) {
    let tone = signals::sine(f64::from(from_hz), frequency_hz, 1.0, 0.3, from_hz as usize * 2);
    let out = convert_by(resampler, &[4096], from_hz, to_hz, vec![tone]).remove(0);
    let middle: Vec<f64> = out[out.len() / 4..out.len() * 3 / 4].iter().map(|x| f64::from(*x)).collect();
    let power = |x: &mut dyn Iterator<Item = f64>| 2.0 * x.map(|x| x * x).sum::<f64>() / middle.len() as f64;
    let step = TAU * frequency_hz / f64::from(to_hz);
    if frequency_hz >= f64::from(to_hz) / 2.0 {
        return (f64::NEG_INFINITY, 10.0 * power(&mut middle.iter().copied()).log10());
    }
    // Least squares for the sine and the cosine of the tone.
    let (mut ss, mut cc, mut sc, mut ys, mut yc) = (0.0_f64, 0.0, 0.0, 0.0, 0.0);
    for (n, y) in middle.iter().enumerate() {
        let (s, c) = (step * n as f64).sin_cos();
        (ss, cc, sc, ys, yc) = (ss + s * s, cc + c * c, sc + s * c, ys + y * s, yc + y * c);
    }
    let determinant = ss * cc - sc * sc;
    let (p, q) = ((ys * cc - yc * sc) / determinant, (yc * ss - ys * sc) / determinant);
    let rest = power(&mut middle.iter().enumerate().map(|(n, y)| {
        let (s, c) = (step * n as f64).sin_cos();
        y - p * s - q * c
    }));
    (20.0 * p.hypot(q).log10(), 10.0 * rest.log10())
}

#[test]
fn tones_in_the_pass_band_keep_their_level() {
    for (from, to) in PAIRS {
        for share in [0.003, 0.11, 0.31, 0.45, 0.475] {
            let (gain, rest) = tone_db(from, to, share * f64::from(from.min(to)));
            assert!(gain.abs() < 0.01, "{from} → {to}: {share} of the lower rate has {gain} dB");
            // f32 blocks leave −134 dB of noise; the input's own rounding to f32 is at −150 dB.
            assert!(rest < -130.0, "{from} → {to}: {share} of the lower rate adds {rest} dB");
        }
    }
}

#[test]
fn aliases_and_images_are_below_minus_120_db() {
    for (from, to) in PAIRS {
        let low = f64::from(from.min(to));
        // Upwards, a tone below the edge has its image as far above it; the tone itself fades out
        // between 0.475 and 0.5.
        let shares: &[f64] =
            if to > from { &[0.45, 0.48, 0.495, 0.4999] } else { &[0.5001, 0.503, 0.52, 0.55, 0.73, 0.99, 1.31, 2.1] };
        for share in shares.iter().filter(|share| *share * low < f64::from(from) / 2.0) {
            let (_, rest) = tone_db(from, to, share * low);
            assert!(rest < -128.0, "{from} → {to}: {share} of the lower rate leaves {rest} dB");
        }
    }
}

#[test]
fn a_sweep_above_the_lower_nyquist_leaves_nothing() {
    let mut sweep = signals::sweep(192_000.0, 24_300.0, 95_000.0, 1.0, 192_000);
    let frames = sweep.len();
    // Faded in and out over 50 ms, so that the ends of the sweep have no spectrum of their own
    // below.
    for n in 0..9_600 {
        let fade = (0.5 - 0.5 * (TAU * n as f64 / 19_200.0).cos()) as f32;
        sweep[n] *= fade;
        sweep[frames - 1 - n] *= fade;
    }
    let peak = convert(192_000, 44_100, sweep).iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    assert!(20.0 * peak.log10() < -120.0, "{} dB", 20.0 * peak.log10());
}

/// Returns the delay of `out` against an event at `centre` (in frames of `out`). It is computed
/// from the phase at four frequencies up to 0.4 of the lower rate.
fn delay_frames(out: &[f32], centre: f64, from_hz: u32, to_hz: u32) -> f64 {
    let low = f64::from(from_hz.min(to_hz));
    [0.07, 0.19, 0.31, 0.4]
        .map(|share| {
            let step = TAU * share * low / f64::from(to_hz);
            let (mut re, mut im) = (0.0, 0.0);
            for (n, y) in out.iter().enumerate() {
                let (s, c) = (step * (n as f64 - centre)).sin_cos();
                (re, im) = (re + f64::from(*y) * c, im - f64::from(*y) * s);
            }
            -im.atan2(re) / step
        })
        .into_iter()
        .fold(0.0, |worst: f64, delay| if delay.abs() > worst.abs() { delay } else { worst })
}

#[test]
fn an_impulse_stays_at_its_time() {
    for (from, to) in PAIRS {
        for at in [30_011, 30_012, 33_333] {
            let out = convert(from, to, signals::impulse(at, 1.0, 80_000));
            let centre = at as f64 * f64::from(to) / f64::from(from);
            let delay = delay_frames(&out, centre, from, to);
            // The brief is 0.01 frame; a linear phase has none but rounding.
            assert!(delay.abs() < 1e-4, "{from} → {to}: an impulse at {at} is {delay} frames late");
        }
    }
}

#[test]
fn a_pulse_between_frames_stays_where_it_is() {
    for (from, to) in PAIRS {
        let at = 25_000.37;
        let width = 3.0 * f64::from(from) / f64::from(from.min(to));
        let pulse = (0..50_000).map(|n| (-((f64::from(n) - at) / width).powi(2)).exp() as f32).collect();
        let out = convert(from, to, pulse);
        let centre = at * f64::from(to) / f64::from(from);
        let (sum, moment) = out.iter().enumerate().fold((0.0, 0.0), |(sum, moment), (n, y)| {
            (sum + f64::from(*y), moment + f64::from(*y) * (n as f64 - centre))
        });
        assert!((moment / sum).abs() < 0.01, "{from} → {to}: {} frames late", moment / sum);
    }
}

#[test]
fn the_length_of_a_short_source_is_the_rounded_ratio() {
    for (from, to) in
        [(44_100, 48_000), (48_000, 44_100), (48_000, 96_000), (96_000, 48_000), (192_000, 44_100), (44_056, 48_000)]
    {
        for frames in (0..=50).chain([1_023, 1_024, 1_175, 1_176, 1_177, 2_352, 5_000]) {
            let due = (f64::from(frames) * f64::from(to) / f64::from(from)).round() as usize;
            let out = convert(from, to, vec![0.25; frames as usize]);
            assert_eq!(out.len(), due, "{from} → {to}: {frames} frames");
        }
    }
}

#[test]
fn the_middle_of_a_short_constant_is_that_constant() {
    // 50 frames at 44.1 kHz: the filter rings at both ends. The middle is right to the ripple of a
    // step, 25 frames away (0.5 %).
    let out = convert(44_100, 48_000, vec![0.5; 50]);
    assert!((out[27] - 0.5).abs() < 0.01, "{}", out[27]);
}

#[test]
fn any_split_of_the_reading_gives_the_same_bits() {
    let lengths = [1, 211, 64, 1_000, 3, 5_000, 17, 480];
    for (from, to) in [(44_100, 48_000), (96_000, 44_100), (8_000, 48_000), (44_056, 48_000)] {
        for frames in [1, 37, 7_001, 20_000] {
            let input = vec![signals::white_noise(1, 0.9, frames), signals::white_noise(2, 0.9, frames)];
            let whole = convert_in(&[1 << 20], from, to, input.clone());
            for blocks in [&[1][..], &[7], &[512], &lengths] {
                assert!(convert_in(blocks, from, to, input.clone()) == whole, "{from} → {to} in blocks of {blocks:?}");
            }
        }
    }
}

#[test]
fn channels_do_not_touch_each_other() {
    let noise = signals::white_noise(5, 0.9, 10_000);
    let both = convert_in(&[512], 44_100, 48_000, vec![noise.clone(), vec![0.0; 10_000]]);
    assert_eq!(both[0], convert(44_100, 48_000, noise));
    assert!(both[1].iter().all(|x| *x == 0.0));
}

#[test]
fn equal_rates_pass_every_bit_through() {
    let odd = vec![f32::NAN, -0.0, 1e-40, f32::INFINITY, 0.3];
    let out = convert(44_100, 44_100, odd.clone());
    assert!(out.iter().zip(&odd).all(|(a, b)| a.to_bits() == b.to_bits()) && out.len() == odd.len());
}

#[test]
fn levels_above_full_scale_are_kept() {
    for (from, to) in [(44_100, 48_000), (44_056, 48_000)] {
        let out = convert(from, to, signals::sine(f64::from(from), 997.0, 8.0, 0.0, 40_000));
        let peak = out[5_000..35_000].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!((peak - 8.0).abs() < 0.01, "{from} → {to}: {peak}"); // a 48-frame period is sampled within 0.1 % of its peak
    }
}

#[test]
fn samples_that_are_not_finite_become_silence() {
    // Regression: rubato panics on a NaN, and on a transform that overflows.
    for (from, to) in [(44_100, 48_000), (44_056, 48_000)] {
        let clean = signals::sine(f64::from(from), 997.0, 0.5, 0.0, 20_000);
        let (mut odd, mut silenced) = (clean.clone(), clean);
        for (at, value) in [(9_000, f32::NAN), (9_001, f32::INFINITY), (9_500, f32::NEG_INFINITY), (9_700, f32::MAX)] {
            (odd[at], silenced[at]) = (value, 0.0);
        }
        assert_eq!(convert(from, to, odd.clone()), convert(from, to, silenced));
        let mut converter = RateConverter::new(Memory::new(from, vec![odd]), rate(to)).unwrap();
        while converter.read(&mut AudioBuffer::new(1, 4_096).block_mut()) == Ok(4_096) {}
        assert_eq!(converter.replaced_samples(), 4);
        assert!(convert(from, to, vec![1e30; 20_000]).iter().all(|x| x.is_finite()));
    }
}

#[test]
fn distant_and_coprime_rates_are_converted() {
    for (from, to, frames) in [(1_000, 768_000, 100), (768_000, 1_000, 76_800), (44_099, 48_000, 4_409)] {
        let (input, half) = (signals::sine(f64::from(from), 100.0, 0.5, 0.0, frames), frames / 2);
        let out = convert(from, to, input.clone());
        assert_eq!(out.len(), (frames as f64 * f64::from(to) / f64::from(from)).round() as usize);
        let at = half as f64 * f64::from(to) / f64::from(from);
        let due = 0.5 * (TAU * 100.0 * half as f64 / f64::from(from)).sin();
        assert!((f64::from(out[at.round() as usize]) - due).abs() < 0.02, "{from} → {to}"); // ends ring: the tone is 0.1 s long
    }
}

#[test]
fn an_error_of_the_source_ends_the_stream() {
    let mut source = Memory::new(44_100, vec![vec![0.5; 10_000]]);
    source.fails_at = 5_000;
    let mut converter = RateConverter::new(source, rate(48_000)).unwrap();
    let mut block = AudioBuffer::new(1, 512);
    let error = (0..100).find_map(|_| converter.read(&mut block.block_mut()).err());
    assert_eq!(error, Some("a broken file"));
    assert_eq!(converter.read(&mut block.block_mut()), Ok(0));
}

#[test]
fn a_source_without_channels_is_refused() {
    let refused = RateConverter::new(Memory::new(44_100, Vec::new()), rate(48_000)).err();
    assert_eq!(refused, Some(ResampleError::NoChannels { from: rate(44_100), to: rate(48_000) }));
}

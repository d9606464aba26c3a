//! From f32 samples to the bytes of a WAV file: the one place where samples are quantised.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use super::noise_shape::NoiseShape;
use super::noise_shaper::{ErrorFeedback, NoiseShaper};
use super::{Block, dither::TriangularDither, exact_runs::ExactRuns};
use crate::simd::vectorised;
use crate::units::SampleRate;

/// Format of a sample in a file, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// 16-bit integers.
    Int16,
    /// 24-bit integers.
    Int24,
    /// 32-bit floats: nothing is quantised, nothing clips.
    Float32,
}

impl SampleFormat {
    /// Returns the bits per sample.
    pub fn bits(self) -> u16 {
        match self {
            Self::Int16 => 16,
            Self::Int24 => 24,
            Self::Float32 => 32,
        }
    }

    /// Returns true if samples are stored as floats.
    pub fn is_float(self) -> bool {
        self == Self::Float32
    }
}

/// Turns planar f32 blocks into interleaved bytes.
#[derive(Clone, Debug)]
pub struct Quantiser {
    format: SampleFormat,
    dither: Option<TriangularDither>,
    shapers: Vec<NoiseShaper>,
    exact: Option<ExactRuns>,
    frame: u64,
    clipped: u64,
}

impl Quantiser {
    /// Creates a quantiser for a number of channels. `dither` seeds triangular dither; `shape`
    /// moves the noise away from where the ear is keenest (`true` is [`NoiseShape::Mild`]). Neither
    /// affects floats.
    pub fn new(
        format: SampleFormat,
        channels: usize,
        rate: SampleRate,
        dither: Option<u64>,
        shape: impl Into<NoiseShape>,
    ) -> Self {
        let quantises = !format.is_float();
        let shaper = NoiseShaper::new(shape.into(), rate).filter(|_| quantises);
        Self {
            format,
            dither: dither.filter(|_| quantises).map(TriangularDither::new),
            shapers: shaper.map_or_else(Vec::new, |shaper| vec![shaper; channels]),
            exact: None,
            frame: 0,
            clipped: 0,
        }
    }

    /// Returns the same for a stream of which only some stretches have been computed. Samples that
    /// are whole steps of the format are written as they are, without dither. Not for streams that
    /// were computed throughout: noise that comes and disappears with the signal is audible at a
    /// lower level than constant noise.
    #[must_use]
    pub fn keeping_exact(mut self) -> Self {
        self.exact = (!self.format.is_float()).then(|| ExactRuns::new(f64::from(1 << (self.format.bits() - 1))));
        self
    }

    /// Returns the number of samples so far that were beyond full scale and were cut to it.
    pub fn clipped_samples(&self) -> u64 {
        self.clipped
    }

    /// Appends the bytes of a block, frame by frame, channel by channel.
    pub fn write(&mut self, block: &Block<'_>, out: &mut Vec<u8>) {
        match self.format {
            SampleFormat::Float32 => {
                for frame in 0..block.frames() {
                    for channel in 0..block.channels() {
                        out.extend_from_slice(&block.channel(channel)[frame].to_le_bytes());
                    }
                }
            }
            SampleFormat::Int16 => self.write_runs::<2>(block, out),
            SampleFormat::Int24 => self.write_runs::<3>(block, out),
        }
        self.frame += block.frames() as u64;
    }

    fn write_runs<const BYTES: usize>(&mut self, block: &Block<'_>, out: &mut Vec<u8>) {
        let Some(mut runs) = self.exact.take() else { return self.write_integers::<BYTES>(block, 0, out) };
        let mut done = 0;
        while done < block.frames() {
            let (range, exact) = runs.next(block, done);
            done = range.end;
            if exact {
                self.shapers.iter_mut().for_each(NoiseShaper::reset);
                write_steps::<BYTES>(&block.slice(range), out);
            } else {
                self.write_integers::<BYTES>(&block.slice(range.clone()), range.start, out);
            }
        }
        self.exact = Some(runs);
    }

    /// Rounds and writes a part of a block that begins `offset` frames into it.
    fn write_integers<const BYTES: usize>(&mut self, block: &Block<'_>, offset: usize, out: &mut Vec<u8>) {
        let channels = block.channels();
        let start = out.len();
        out.resize(start + block.frames() * channels * BYTES, 0);
        let mut values = [0; AT_ONCE];
        for (n, part) in out[start..].chunks_mut(AT_ONCE * channels * BYTES).enumerate() {
            let first = n * AT_ONCE;
            for channel in 0..channels {
                let samples = &block.channel(channel)[first..block.frames().min(first + AT_ONCE)];
                let values = &mut values[..samples.len()];
                let noise = Noise { dither: self.dither, frame: self.frame + (offset + first) as u64, channel };
                let scale = f64::from(1 << (8 * BYTES - 1));
                self.clipped += match self.shapers.get_mut(channel) {
                    None => round(samples, noise, scale, values),
                    Some(NoiseShaper::Mild(filter)) => round_shaped(samples, noise, scale, filter, values),
                    Some(NoiseShaper::Strong(filter)) => round_shaped(samples, noise, scale, filter, values),
                };
                for (frame, value) in part.chunks_exact_mut(channels * BYTES).zip(values) {
                    frame[channel * BYTES..][..BYTES].copy_from_slice(&value.to_le_bytes()[..BYTES]);
                }
            }
        }
    }
}

/// Writes samples that are whole steps.
fn write_steps<const BYTES: usize>(block: &Block<'_>, out: &mut Vec<u8>) {
    let scale = f64::from(1 << (8 * BYTES - 1));
    for frame in 0..block.frames() {
        for channel in 0..block.channels() {
            let value = (f64::from(block.channel(channel)[frame]) * scale) as i32;
            out.extend_from_slice(&value.to_le_bytes()[..BYTES]);
        }
    }
}

/// Frames of a channel that are rounded at a time.
const AT_ONCE: usize = 256;

/// Dither of one channel from a frame on.
#[derive(Clone, Copy)]
struct Noise {
    dither: Option<TriangularDither>,
    frame: u64,
    channel: usize,
}

impl Noise {
    #[inline]
    fn at(&self, n: usize) -> f64 {
        self.dither.map_or(0.0, |dither| dither.at(self.frame + n as u64, self.channel))
    }
}

/// Returns the integer for a rounded value.
#[inline]
fn cut(written: f64, scale: f64) -> i32 {
    written.clamp(-scale, scale - 1.0) as i32
}

/// Counts a sample beyond full scale. A peak of exactly +1.0 is one step beyond the largest
/// integer: it is cut, but not reported as clipped.
#[inline]
fn clips(wanted: f64, scale: f64) -> u64 {
    u64::from(wanted.abs() > scale)
}

vectorised! {
    /// Rounds samples to integers of ±`scale`. Returns the number of samples beyond full scale.
    fn round(samples: &[f32], noise: Noise, scale: f64, values: &mut [i32]) -> u64 {
        let mut clipped = 0;
        for (n, (sample, value)) in samples.iter().zip(values).enumerate() {
            let wanted = f64::from(*sample) * scale;
            clipped += clips(wanted, scale);
            *value = cut((wanted + noise.at(n) + 0.5).floor(), scale);
        }
        clipped
    }
}

/// Rounds as [`round`] does, with the rounding error of a sample shaped into the next ones.
fn round_shaped(samples: &[f32], noise: Noise, scale: f64, shaper: &mut impl ErrorFeedback, values: &mut [i32]) -> u64 {
    let mut clipped = 0;
    for (n, (sample, value)) in samples.iter().zip(values).enumerate() {
        let wanted = f64::from(*sample) * scale;
        clipped += clips(wanted, scale);
        let shaped = wanted + shaper.feedback();
        let written = (shaped + noise.at(n) + 0.5).floor();
        shaper.push(written - shaped);
        *value = cut(written, scale);
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals;

    fn integers(format: SampleFormat, bytes: &[u8]) -> Vec<f64> {
        let width = usize::from(format.bits() / 8);
        bytes
            .chunks(width)
            .map(|sample| {
                let mut wide = [0; 4];
                wide[4 - width..].copy_from_slice(sample);
                f64::from(i32::from_le_bytes(wide) >> (32 - width * 8))
            })
            .collect()
    }

    fn rate() -> SampleRate {
        SampleRate::new(44_100).unwrap()
    }

    #[test]
    fn blocks_of_any_size_give_the_same_bytes() {
        let signal = signals::white_noise(3, 0.5, 1_000);
        for shape in NoiseShape::ALL {
            let mut whole = Vec::new();
            Quantiser::new(SampleFormat::Int16, 1, rate(), Some(1), shape).write(&Block::mono(&signal), &mut whole);
            let mut parts = Vec::new();
            let mut quantiser = Quantiser::new(SampleFormat::Int16, 1, rate(), Some(1), shape);
            signal.chunks(7).for_each(|part| quantiser.write(&Block::mono(part), &mut parts));
            assert_eq!(whole, parts);
        }
    }

    #[test]
    fn a_dithered_sixteen_bit_sine_has_93_decibels() {
        // STANDARDS: TPDF noise is 4.77 dB above plain rounding: 98.09 − 4.77 = 93.32 dB for a
        // full-scale sine.
        let sine = signals::sine(44_100.0, 997.0, 0.99, 0.0, 100_000);
        let mut bytes = Vec::new();
        Quantiser::new(SampleFormat::Int16, 1, rate(), Some(9), false).write(&Block::mono(&sine), &mut bytes);
        let error: f64 = integers(SampleFormat::Int16, &bytes)
            .iter()
            .zip(&sine)
            .map(|(&written, &wanted)| (written / 32_768.0 - f64::from(wanted)).powi(2))
            .sum::<f64>()
            / sine.len() as f64;
        let ratio_db = 10.0 * (0.5 / error).log10();
        assert!((ratio_db - 93.32).abs() < 0.1, "{ratio_db}");
    }

    #[test]
    fn undithered_16_and_24_bit_values_are_exact() {
        for (format, scale) in [(SampleFormat::Int16, 32_768.0), (SampleFormat::Int24, 8_388_608.0)] {
            let values = [-scale, -1.0, 0.0, 1.0, 12_345.0, scale - 1.0];
            let samples: Vec<f32> = values.iter().map(|v| (v / scale) as f32).collect();
            let mut bytes = Vec::new();
            let mut quantiser = Quantiser::new(format, 1, rate(), None, false);
            quantiser.write(&Block::mono(&samples), &mut bytes);
            assert_eq!(integers(format, &bytes), values);
            assert_eq!(quantiser.clipped_samples(), 0);
        }
    }

    #[test]
    fn dither_of_computed_samples_is_the_same_in_any_block() {
        let mut samples: Vec<f32> = (0..2_000).map(|n| (n % 300 - 150) as f32 / 32_768.0).collect();
        let dithered = |samples: &[f32], exact: bool, shape: NoiseShape, block: usize| {
            let quantiser = Quantiser::new(SampleFormat::Int16, 1, rate(), Some(1), shape);
            let (mut quantiser, mut out) = (if exact { quantiser.keeping_exact() } else { quantiser }, Vec::new());
            samples.chunks(block).for_each(|part| quantiser.write(&Block::mono(part), &mut out));
            integers(SampleFormat::Int16, &out)
        };
        let plain: Vec<f64> = samples.iter().map(|sample| f64::from(*sample) * 32_768.0).collect();
        assert_ne!(dithered(&samples, false, NoiseShape::None, 512), plain);
        samples[700..720].iter_mut().for_each(|sample| *sample *= 0.9);
        for shape in NoiseShape::ALL {
            let whole = dithered(&samples, true, shape, 2_000);
            assert_eq!((&whole[..700], &whole[720 + 256..]), (&plain[..700], &plain[720 + 256..]));
            for block in [1, 100, 777] {
                assert_eq!(dithered(&samples, true, shape, block), whole);
            }
            if shape == NoiseShape::None {
                assert_eq!(whole[700..976], dithered(&samples, false, shape, 2_000)[700..976], "the same dither");
            }
        }
    }

    #[test]
    fn samples_beyond_full_scale_are_cut_and_counted() {
        let mut bytes = Vec::new();
        let mut quantiser = Quantiser::new(SampleFormat::Int16, 1, rate(), None, false);
        quantiser.write(&Block::mono(&[1.0, 1.5, -1.0, -2.0]), &mut bytes);
        assert_eq!(integers(SampleFormat::Int16, &bytes), [32_767.0, 32_767.0, -32_768.0, -32_768.0]);
        assert_eq!(quantiser.clipped_samples(), 2);
    }

    #[test]
    fn shaping_lowers_noise_around_four_kilohertz() {
        let silence = vec![0.0; 65_536];
        let band_power = |shape: bool| {
            let mut bytes = Vec::new();
            Quantiser::new(SampleFormat::Int16, 1, rate(), Some(4), shape).write(&Block::mono(&silence), &mut bytes);
            let mut noise: Vec<f32> =
                integers(SampleFormat::Int16, &bytes).into_iter().map(|level| level as f32).collect();
            let mut spectrum = vec![mixdown_fft::Complex::new(0.0, 0.0); 32_769];
            mixdown_fft::RealPlanner::new().forward(65_536).process(&mut noise, &mut spectrum).unwrap();
            let bin = |hz: f64| (hz / 44_100.0 * 65_536.0) as usize;
            spectrum[bin(2_800.0)..bin(5_600.0)].iter().map(|bin| f64::from(bin.norm_sqr())).sum::<f64>()
        };
        let gain_db = 10.0 * (band_power(true) / band_power(false)).log10();
        assert!(gain_db < -10.0, "{gain_db}");
    }
}

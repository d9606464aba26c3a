//! The measurements of one frame.

use super::bands::{BandLevels, BandWeights};
use super::pitch::{Pitch, PitchFinder};
use crate::SAMPLE_RATE;
use crate::descriptors::SILENCE;
use mixdown_fft::{Complex, RealPlanner, RealToComplex};
use std::f32::consts::TAU;
use std::fmt;
use std::sync::Arc;

/// The edges of the parts of a spectrum whose shares are measured, in hertz.
pub(super) const PARTS_HZ: [f64; 4] = [120.0, 300.0, 2000.0, 5000.0];
/// The power of a strong bin, as a share of that of the strongest: -13 dB.
const STRONG: f64 = 0.05;

/// The measurements of one frame that is not silent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sound {
    /// The levels in bands.
    pub(super) levels: BandLevels,
    /// The period.
    pub(super) pitch: Pitch,
    /// The root mean square, in decibels below full scale.
    pub(super) level_db: f64,
    /// The centre of the spectrum's power, in octaves above 55 Hz.
    pub(super) centre: f64,
    /// The logarithm of the geometric over the arithmetic mean of the power up to 8 kHz.
    pub(super) flatness: f64,
    /// The shares of power below each of [`PARTS_HZ`].
    pub(super) below: [f64; 4],
    /// The lowest strong frequency, in octaves above 55 Hz.
    pub(super) lowest: f64,
    /// The share of power near the frequency of the period: small for chords, whose common period
    /// is long.
    pub(super) fundamental: f64,
}

/// Meter of single frames.
pub(super) struct FrameMeter {
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    bins: Vec<Complex<f32>>,
    powers: Vec<f64>,
    bands: BandWeights,
    pitch: PitchFinder,
}

impl FrameMeter {
    /// Creates a meter for frames of `length` samples.
    pub(super) fn new(length: usize) -> Self {
        let forward = RealPlanner::new().forward(length);
        let window = (0..length).map(|index| 0.5 - 0.5 * (TAU * index as f32 / length as f32).cos()).collect();
        let (input, bins) = (forward.make_input_vec(), forward.make_output_vec());
        let (bands, pitch) = (BandWeights::new(length), PitchFinder::new(length));
        Self { window, forward, input, powers: vec![0.0; bins.len()], bins, bands, pitch }
    }

    /// Returns the measurements of `frame`, or nothing if it is silent.
    pub(super) fn measure(&mut self, frame: &[f32]) -> Option<Sound> {
        let power: f64 = frame.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        let rms = (power / frame.len() as f64).sqrt();
        if rms < SILENCE {
            return None;
        }
        for ((input, sample), weight) in self.input.iter_mut().zip(frame).zip(&self.window) {
            *input = sample * weight;
        }
        // The buffers have the lengths of the plan, so that it cannot fail.
        self.forward.process(&mut self.input, &mut self.bins).ok()?;
        for (power, bin) in self.powers.iter_mut().zip(&self.bins) {
            *power = f64::from(bin.norm_sqr());
        }
        let total = self.powers.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let hz_per_bin = f64::from(SAMPLE_RATE) / frame.len() as f64;
        let until = |hz: f64| self.powers[..(hz / hz_per_bin) as usize].iter().sum::<f64>() / total;
        let moment: f64 = self.powers.iter().enumerate().map(|(bin, power)| bin as f64 * power).sum();
        let pitch = self.pitch.find(frame);
        let octaves = |bin: f64| (bin * hz_per_bin / 55.0 + 0.01).log2();
        let fundamental_hz = 55.0 * (pitch.semitones / 12.0).exp2();
        Some(Sound {
            levels: self.bands.levels(&self.powers),
            level_db: 20.0 * rms.log10(),
            centre: octaves(moment / total),
            lowest: octaves(lowest_strong(&self.powers) as f64),
            fundamental: until(1.5 * fundamental_hz) - until(0.5 * fundamental_hz),
            flatness: flatness(&self.powers[1..(8000.0 / hz_per_bin) as usize], total),
            below: PARTS_HZ.map(until),
            pitch,
        })
    }
}

/// Returns the lowest bin with at least [`STRONG`] of the power of the strongest.
fn lowest_strong(powers: &[f64]) -> usize {
    let strongest = powers.iter().copied().fold(0.0, f64::max);
    powers.iter().position(|power| *power >= STRONG * strongest).unwrap_or(0)
}

/// Returns the logarithm of the geometric over the arithmetic mean: 0 for equal powers, else below.
fn flatness(powers: &[f64], total: f64) -> f64 {
    let floor = total * 1e-9 + f64::MIN_POSITIVE;
    let logarithms: f64 = powers.iter().map(|power| (power + floor).ln()).sum();
    let mean = powers.iter().sum::<f64>() / powers.len() as f64 + floor;
    logarithms / powers.len() as f64 - mean.ln()
}

impl fmt::Debug for FrameMeter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FrameMeter").finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::bands::{BANDS, COEFFICIENTS};
    use super::*;

    /// Returns a frame with this pitch, in semitones, and level, in decibels.
    pub(in super::super) fn sound(semitones: f64, level_db: f64) -> Sound {
        let levels = BandLevels { power: [10.0_f64.powf(level_db / 10.0); BANDS], shape: [0.0; COEFFICIENTS] };
        Sound {
            levels,
            pitch: Pitch { semitones, clarity: 0.95 },
            level_db,
            centre: 0.0,
            flatness: 0.0,
            below: [0.0; 4],
            lowest: 0.0,
            fundamental: 0.0,
        }
    }

    #[test]
    fn a_chord_has_its_lowest_tone_but_little_at_its_common_period() {
        // Tones at 4, 5 and 6 times 65 Hz repeat after 1/65 s.
        let tone = |index: usize, hertz: f32| (TAU * hertz * index as f32 / 22_050.0).sin();
        let chord: Vec<f32> =
            (0..2048).map(|index| 0.2 * (tone(index, 260.0) + tone(index, 325.0) + tone(index, 390.0))).collect();
        let found = FrameMeter::new(2048).measure(&chord).unwrap();
        assert!((found.pitch.semitones - 12.0 * (65.0_f64 / 55.0).log2()).abs() < 0.3, "{found:?}");
        assert!((found.lowest - (260.0_f64 / 55.0).log2()).abs() < 0.15, "{found:?}");
        assert!(found.fundamental < 0.01, "{found:?}");
    }

    #[test]
    fn noise_is_flat_and_a_tone_is_not() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let mut meter = FrameMeter::new(2048);
        let flatness = |found: Option<Sound>| found.unwrap().flatness;
        assert!(flatness(meter.measure(&(0..2048).map(|_| noise()).collect::<Vec<_>>())) > -1.0);
        let tone: Vec<f32> = (0..2048).map(|index| (0.1 * index as f32).sin()).collect();
        assert!(flatness(meter.measure(&tone)) < -8.0);
        assert!(meter.measure(&[0.0; 2048]).is_none());
    }
}

//! Equaliser of a measured curve: gains of third-octave bands as one filter of linear phase.

use super::settings::FilterLength;
use super::{LinearPhase, fir};
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage};
use std::ops::RangeInclusive;

/// Accepted gains of a band, in decibels.
const GAIN_DB: RangeInclusive<f64> = -24.0..=24.0;

/// Bands of the curve: the third octaves of IEC 61260-1 from 20 Hz to 20 kHz, base ten.
pub const MATCH_BANDS: usize = 31;

settings! {
    /// Settings of the match equaliser: a curve that `mixdown match-eq` measured. Gains of 0 dB
    /// change nothing.
    pub struct MatchEqSettings;

    /// Share of the curve that is applied.
    amount: f64 = 1.0, in 0.0..=1.0;
    /// Largest boost or cut, in decibels.
    limit_db: f64 = 6.0, in 0.0..=24.0;
    /// Gain at 20 Hz, in decibels.
    at_20_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 25 Hz, in decibels.
    at_25_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 31.5 Hz, in decibels.
    at_31_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 40 Hz, in decibels.
    at_40_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 50 Hz, in decibels.
    at_50_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 63 Hz, in decibels.
    at_63_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 80 Hz, in decibels.
    at_80_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 100 Hz, in decibels.
    at_100_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 125 Hz, in decibels.
    at_125_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 160 Hz, in decibels.
    at_160_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 200 Hz, in decibels.
    at_200_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 250 Hz, in decibels.
    at_250_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 315 Hz, in decibels.
    at_315_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 400 Hz, in decibels.
    at_400_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 500 Hz, in decibels.
    at_500_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 630 Hz, in decibels.
    at_630_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 800 Hz, in decibels.
    at_800_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 1000 Hz, in decibels.
    at_1000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 1250 Hz, in decibels.
    at_1250_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 1600 Hz, in decibels.
    at_1600_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 2000 Hz, in decibels.
    at_2000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 2500 Hz, in decibels.
    at_2500_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 3150 Hz, in decibels.
    at_3150_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 4000 Hz, in decibels.
    at_4000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 5000 Hz, in decibels.
    at_5000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 6300 Hz, in decibels.
    at_6300_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 8000 Hz, in decibels.
    at_8000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 10000 Hz, in decibels.
    at_10000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 12500 Hz, in decibels.
    at_12500_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 16000 Hz, in decibels.
    at_16000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Gain at 20000 Hz, in decibels.
    at_20000_hz_db: f64 = 0.0, in GAIN_DB;
    /// Length of the filter: the longer, the finer its low bands, and the larger the latency, for
    /// which the mix compensates.
    length: FilterLength = FilterLength::Medium;
}

impl MatchEqSettings {
    /// Creates settings of a curve, in decibels, from 20 Hz to 20 kHz.
    pub fn from_curve(gains_db: &[f64; MATCH_BANDS]) -> Self {
        Self {
            at_20_hz_db: gains_db[0],
            at_25_hz_db: gains_db[1],
            at_31_hz_db: gains_db[2],
            at_40_hz_db: gains_db[3],
            at_50_hz_db: gains_db[4],
            at_63_hz_db: gains_db[5],
            at_80_hz_db: gains_db[6],
            at_100_hz_db: gains_db[7],
            at_125_hz_db: gains_db[8],
            at_160_hz_db: gains_db[9],
            at_200_hz_db: gains_db[10],
            at_250_hz_db: gains_db[11],
            at_315_hz_db: gains_db[12],
            at_400_hz_db: gains_db[13],
            at_500_hz_db: gains_db[14],
            at_630_hz_db: gains_db[15],
            at_800_hz_db: gains_db[16],
            at_1000_hz_db: gains_db[17],
            at_1250_hz_db: gains_db[18],
            at_1600_hz_db: gains_db[19],
            at_2000_hz_db: gains_db[20],
            at_2500_hz_db: gains_db[21],
            at_3150_hz_db: gains_db[22],
            at_4000_hz_db: gains_db[23],
            at_5000_hz_db: gains_db[24],
            at_6300_hz_db: gains_db[25],
            at_8000_hz_db: gains_db[26],
            at_10000_hz_db: gains_db[27],
            at_12500_hz_db: gains_db[28],
            at_16000_hz_db: gains_db[29],
            at_20000_hz_db: gains_db[30],
            ..Self::default()
        }
    }

    /// Returns the curve that is applied, in decibels, from 20 Hz to 20 kHz.
    pub fn curve_db(&self) -> [f64; MATCH_BANDS] {
        let gains_db = [
            self.at_20_hz_db,
            self.at_25_hz_db,
            self.at_31_hz_db,
            self.at_40_hz_db,
            self.at_50_hz_db,
            self.at_63_hz_db,
            self.at_80_hz_db,
            self.at_100_hz_db,
            self.at_125_hz_db,
            self.at_160_hz_db,
            self.at_200_hz_db,
            self.at_250_hz_db,
            self.at_315_hz_db,
            self.at_400_hz_db,
            self.at_500_hz_db,
            self.at_630_hz_db,
            self.at_800_hz_db,
            self.at_1000_hz_db,
            self.at_1250_hz_db,
            self.at_1600_hz_db,
            self.at_2000_hz_db,
            self.at_2500_hz_db,
            self.at_3150_hz_db,
            self.at_4000_hz_db,
            self.at_5000_hz_db,
            self.at_6300_hz_db,
            self.at_8000_hz_db,
            self.at_10000_hz_db,
            self.at_12500_hz_db,
            self.at_16000_hz_db,
            self.at_20000_hz_db,
        ];
        gains_db.map(|gain_db| (self.amount * gain_db).clamp(-self.limit_db, self.limit_db))
    }

    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let bright = std::array::from_fn(|band| band as f64 / 5.0 - 3.0);
        let rough = std::array::from_fn(|band| if band % 2 == 0 { 4.0 } else { -4.0 });
        vec![
            LawCase::new(Self { length: FilterLength::Short, ..Self::from_curve(&bright) }).exchanged(),
            LawCase::new(Self { limit_db: 3.0, ..Self::from_curve(&rough) }),
            LawCase::new(Self::default()).neutral(),
            LawCase::new(Self { amount: 0.0, ..Self::from_curve(&bright) }).neutral(),
        ]
    }
}

/// Returns the gain of a curve at a frequency, in decibels: a smooth line through the bands over
/// the logarithm of the frequency (cubic, after Catmull and Rom), level beyond the ends.
fn gain_db(curve_db: &[f64; MATCH_BANDS], hz: f64) -> f64 {
    // Band n has its centre at 1000 · 10^((n − 17) / 10) Hz.
    let place = (10.0 * libm::log10(hz.max(1.0) / 1_000.0) + 17.0).clamp(0.0, (MATCH_BANDS - 1) as f64);
    let (index, t) = (place.floor(), place.fract());
    let at = |offset: f64| curve_db[(index + offset).clamp(0.0, (MATCH_BANDS - 1) as f64) as usize];
    let [before, from, to, after] = [-1.0, 0.0, 1.0, 2.0].map(at);
    let (slope_from, slope_to) = ((to - before) / 2.0, (after - from) / 2.0);
    let (a, b) = (2.0 * (from - to) + slope_from + slope_to, 3.0 * (to - from) - 2.0 * slope_from - slope_to);
    ((a * t + b) * t + slope_from) * t + from
}

impl Stage for MatchEqSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        self.check(spec.sample_rate)?;
        let curve_db = self.curve_db();
        let block = self.length.block(spec.sample_rate);
        let taps = curve_db.iter().any(|gain_db| *gain_db != 0.0).then(|| {
            let magnitude = |hz| libm::pow(10.0, gain_db(&curve_db, hz) / 20.0);
            fir::design(&magnitude, LinearPhase::half(block), spec.sample_rate)
        });
        Ok(Box::new(LinearPhase::of_taps(taps.as_deref(), block, spec.channels)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::units::SampleRate;
    use std::f64::consts::TAU;

    #[test]
    fn the_match_curve_is_reached_at_every_band() {
        let curve_db: [f64; MATCH_BANDS] = std::array::from_fn(|band| 5.0 * libm::sin(band as f64 / 2.0));
        println!("| band, 48 kHz: distance from the curve, dB | short | medium | long |");
        let mut worst = [[0.0_f64; 3]; 3];
        for (of, length) in [FilterLength::Short, FilterLength::Medium, FilterLength::Long].into_iter().enumerate() {
            let settings = MatchEqSettings { length, ..MatchEqSettings::from_curve(&curve_db) };
            let spec = ProcessSpec { sample_rate: SampleRate::DEFAULT, max_block: 1 << 20, channels: 1 };
            let mut processor = settings.build(&spec).unwrap();
            let mut audio = AudioBuffer::new(1, 2 * processor.latency() as usize + 1);
            audio.channel_mut(0)[0] = 1.0;
            processor.process(&mut audio.block_mut());
            for (band, expected) in curve_db.iter().enumerate() {
                let hz = 1_000.0 * 10.0_f64.powf((band as f64 - 17.0) / 10.0);
                let (mut re, mut im) = (0.0, 0.0);
                for (n, sample) in audio.channel(0).iter().enumerate() {
                    let (sin, cos) = (TAU * hz / 48_000.0 * n as f64).sin_cos();
                    (re, im) = (re + f64::from(*sample) * cos, im - f64::from(*sample) * sin);
                }
                let distance = (10.0 * (re * re + im * im).log10() - expected).abs();
                let range = usize::from(hz > 90.0) + usize::from(hz > 390.0);
                worst[range][of] = worst[range][of].max(distance);
            }
        }
        for (name, worst) in ["20 to 80 Hz", "100 to 315 Hz", "400 Hz to 20 kHz"].iter().zip(worst) {
            println!("| {name} | {:.3} | {:.3} | {:.3} |", worst[0], worst[1], worst[2]);
        }
        assert!(worst[2].iter().all(|distance| *distance < 0.3), "{worst:?}");
        assert!(worst[1][1] < 0.1 && worst[0][2] < 0.1, "{worst:?}");
    }

    #[test]
    fn the_curve_is_scaled_then_limited() {
        let mut curve_db = [0.0; MATCH_BANDS];
        (curve_db[0], curve_db[1], curve_db[2]) = (10.0, -20.0, 2.0);
        let settings = MatchEqSettings { amount: 0.5, limit_db: 4.0, ..MatchEqSettings::from_curve(&curve_db) };
        assert_eq!(settings.curve_db()[..4], [4.0, -4.0, 1.0, 0.0]);
    }

    #[test]
    fn the_line_between_bands_is_smooth_and_level_beyond_the_ends() {
        let mut curve_db = [0.0; MATCH_BANDS];
        (curve_db[0], curve_db[17]) = (3.0, 6.0);
        assert_eq!((gain_db(&curve_db, 1_000.0), gain_db(&curve_db, 0.0)), (6.0, 3.0));
        assert!((gain_db(&curve_db, 1_122.0) - 3.375).abs() < 0.01);
        assert_eq!(gain_db(&curve_db, 40_000.0), 0.0);
    }
}

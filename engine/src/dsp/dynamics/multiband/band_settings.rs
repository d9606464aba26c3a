//! Settings of the multiband compressor.

use crate::dsp::dynamics::ranges::{ATTACK_MS, RATIO, RELEASE_MS, THRESHOLD_DB};
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, check_frequency, check_range};
use crate::units::SampleRate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Accepted crossovers, in hertz; also below Nyquist of the session.
const CROSSOVER_HZ: RangeInclusive<f64> = 20.0..=20_000.0;

/// Accepted gains of a band, in decibels.
const GAIN_DB: RangeInclusive<f64> = -24.0..=24.0;

/// Number of bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Bands(u32);

impl Bands {
    /// Accepted numbers.
    pub const CHOICES: [u32; 4] = [2, 3, 4, 5];
}

impl Default for Bands {
    /// Returns 3 bands.
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u32> for Bands {
    type Error = String;
    fn try_from(bands: u32) -> Result<Self, String> {
        if Self::CHOICES.contains(&bands) {
            Ok(Self(bands))
        } else {
            Err(format!("{bands} is not one of {:?}", Self::CHOICES))
        }
    }
}

impl From<Bands> for u32 {
    fn from(bands: Bands) -> u32 {
        bands.0
    }
}

impl JsonSchema for Bands {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bands".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "Number of bands.", "enum": Self::CHOICES })
    }
}

settings! {
    /// Settings of the multiband compressor. Without ratios and gains, nothing changes.
    pub struct MultibandSettings;

    /// Number of bands, 2 to 5. Settings of further bands and crossovers have no effect.
    bands: Bands = Bands::default();
    /// Crossover above the lowest band, in hertz. Each crossover is above the one before.
    crossover_1_hz: f64 = 160.0, in CROSSOVER_HZ;
    /// Crossover above the second band, in hertz.
    crossover_2_hz: f64 = 1_600.0, in CROSSOVER_HZ;
    /// Crossover above the third band, in hertz.
    crossover_3_hz: f64 = 4_000.0, in CROSSOVER_HZ;
    /// Crossover above the fourth band, in hertz.
    crossover_4_hz: f64 = 7_500.0, in CROSSOVER_HZ;
    /// Width of the soft knee around each threshold, in decibels; 0 is a hard knee.
    knee_db: f64 = 6.0, in 0.0..=40.0;
    /// Level where the compression of the lowest band begins, in dBFS.
    threshold_1_db: f64 = -24.0, in THRESHOLD_DB;
    /// Decibels in for one decibel out above that threshold; 1 compresses nothing.
    ratio_1: f64 = 1.0, in RATIO;
    /// Time constant of falling gain of the lowest band, in milliseconds.
    attack_1_ms: f64 = 20.0, in ATTACK_MS;
    /// Time constant of rising gain of the lowest band, in milliseconds.
    release_1_ms: f64 = 200.0, in RELEASE_MS;
    /// Gain of the lowest band after compression, in decibels.
    gain_1_db: f64 = 0.0, in GAIN_DB;
    /// Level where the compression of the second band begins, in dBFS.
    threshold_2_db: f64 = -24.0, in THRESHOLD_DB;
    /// Decibels in for one decibel out above that threshold; 1 compresses nothing.
    ratio_2: f64 = 1.0, in RATIO;
    /// Time constant of falling gain of the second band, in milliseconds.
    attack_2_ms: f64 = 10.0, in ATTACK_MS;
    /// Time constant of rising gain of the second band, in milliseconds.
    release_2_ms: f64 = 150.0, in RELEASE_MS;
    /// Gain of the second band after compression, in decibels.
    gain_2_db: f64 = 0.0, in GAIN_DB;
    /// Level where the compression of the third band begins, in dBFS.
    threshold_3_db: f64 = -24.0, in THRESHOLD_DB;
    /// Decibels in for one decibel out above that threshold; 1 compresses nothing.
    ratio_3: f64 = 1.0, in RATIO;
    /// Time constant of falling gain of the third band, in milliseconds.
    attack_3_ms: f64 = 5.0, in ATTACK_MS;
    /// Time constant of rising gain of the third band, in milliseconds.
    release_3_ms: f64 = 120.0, in RELEASE_MS;
    /// Gain of the third band after compression, in decibels.
    gain_3_db: f64 = 0.0, in GAIN_DB;
    /// Level where the compression of the fourth band begins, in dBFS.
    threshold_4_db: f64 = -24.0, in THRESHOLD_DB;
    /// Decibels in for one decibel out above that threshold; 1 compresses nothing.
    ratio_4: f64 = 1.0, in RATIO;
    /// Time constant of falling gain of the fourth band, in milliseconds.
    attack_4_ms: f64 = 3.0, in ATTACK_MS;
    /// Time constant of rising gain of the fourth band, in milliseconds.
    release_4_ms: f64 = 100.0, in RELEASE_MS;
    /// Gain of the fourth band after compression, in decibels.
    gain_4_db: f64 = 0.0, in GAIN_DB;
    /// Level where the compression of the fifth band begins, in dBFS.
    threshold_5_db: f64 = -24.0, in THRESHOLD_DB;
    /// Decibels in for one decibel out above that threshold; 1 compresses nothing.
    ratio_5: f64 = 1.0, in RATIO;
    /// Time constant of falling gain of the fifth band, in milliseconds.
    attack_5_ms: f64 = 2.0, in ATTACK_MS;
    /// Time constant of rising gain of the fifth band, in milliseconds.
    release_5_ms: f64 = 80.0, in RELEASE_MS;
    /// Gain of the fifth band after compression, in decibels.
    gain_5_db: f64 = 0.0, in GAIN_DB;
}

/// Settings of one band.
#[derive(Clone, Copy, Debug)]
pub(super) struct BandSettings {
    pub(super) threshold_db: f64,
    pub(super) ratio: f64,
    pub(super) attack_ms: f64,
    pub(super) release_ms: f64,
    pub(super) gain_db: f64,
}

impl MultibandSettings {
    /// Returns the settings of each band in use, from the lowest on.
    pub(super) fn in_use(&self) -> Vec<BandSettings> {
        let all = [
            [self.threshold_1_db, self.ratio_1, self.attack_1_ms, self.release_1_ms, self.gain_1_db],
            [self.threshold_2_db, self.ratio_2, self.attack_2_ms, self.release_2_ms, self.gain_2_db],
            [self.threshold_3_db, self.ratio_3, self.attack_3_ms, self.release_3_ms, self.gain_3_db],
            [self.threshold_4_db, self.ratio_4, self.attack_4_ms, self.release_4_ms, self.gain_4_db],
            [self.threshold_5_db, self.ratio_5, self.attack_5_ms, self.release_5_ms, self.gain_5_db],
        ];
        let band = |[threshold_db, ratio, attack_ms, release_ms, gain_db]: [f64; 5]| BandSettings {
            threshold_db,
            ratio,
            attack_ms,
            release_ms,
            gain_db,
        };
        all[..self.bands.0 as usize].iter().copied().map(band).collect()
    }

    /// Returns the crossovers in use, each with its key.
    pub(super) fn crossovers(&self) -> Vec<(&'static str, f64)> {
        let all = [
            ("crossover_1_hz", self.crossover_1_hz),
            ("crossover_2_hz", self.crossover_2_hz),
            ("crossover_3_hz", self.crossover_3_hz),
            ("crossover_4_hz", self.crossover_4_hz),
        ];
        all[..self.bands.0 as usize - 1].to_vec()
    }

    /// Returns each crossover in use that is not above the one before, by its key, with what is
    /// wrong.
    pub(crate) fn disorder(&self) -> Vec<(&'static str, String)> {
        let pairs: Vec<_> = self.crossovers();
        let wrong = pairs.windows(2).filter(|pair| pair[1].1 <= pair[0].1);
        wrong
            .map(|pair| {
                let [(below, low), (key, high)] = [pair[0], pair[1]];
                (key, format!("{key} = {high} is not above {below} = {low}"))
            })
            .collect()
    }

    /// Checks ranges, then the crossovers in use against the sample rate and each other.
    pub(super) fn check_all(&self, rate: SampleRate) -> Result<(), BuildError> {
        for number in self.numbers() {
            check_range(number.key, number.value, *number.range.start(), *number.range.end())?;
        }
        for (key, value) in self.crossovers() {
            check_frequency(key, value, rate)?;
        }
        self.disorder().into_iter().next().map_or(Ok(()), |(_, message)| Err(BuildError::Unfit(message)))
    }

    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let of = |bands| Self { bands: Bands(bands), ..Self::default() };
        vec![
            LawCase::new(Self { threshold_2_db: -30.0, ratio_2: 4.0, ..of(3) }).exchanged(),
            LawCase::new(Self {
                knee_db: 0.0,
                threshold_1_db: -40.0,
                ratio_1: 8.0,
                ratio_2: 2.0,
                ratio_3: 100.0,
                attack_3_ms: 0.01,
                release_3_ms: 1.0,
                ratio_4: 3.0,
                threshold_5_db: -60.0,
                ratio_5: 4.0,
                gain_5_db: 12.0,
                ..of(5)
            }),
            LawCase::new(Self {
                crossover_1_hz: 20.0,
                crossover_3_hz: 20_000.0,
                ratio_4: 2.0,
                gain_1_db: -24.0,
                ..of(4)
            }),
            LawCase::new(of(5)).neutral(),
            LawCase::new(Self { threshold_1_db: -30.0, ratio_1: 3.0, gain_2_db: 3.0, ..of(2) }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossovers_in_use_that_are_not_in_order_are_all_named() {
        let swapped = MultibandSettings {
            bands: Bands(5),
            crossover_1_hz: 500.0,
            crossover_2_hz: 500.0,
            crossover_3_hz: 3_000.0,
            crossover_4_hz: 2_000.0,
            ..MultibandSettings::default()
        };
        let messages = |settings: MultibandSettings| -> Vec<String> {
            settings.disorder().into_iter().map(|(_, message)| message).collect()
        };
        let second = "crossover_2_hz = 500 is not above crossover_1_hz = 500";
        assert_eq!(messages(swapped), [second, "crossover_4_hz = 2000 is not above crossover_3_hz = 3000"]);
        assert_eq!(messages(MultibandSettings { bands: Bands(3), ..swapped }), [second]);
        assert_eq!(messages(MultibandSettings { bands: Bands(2), ..swapped }), [""; 0]);
        assert_eq!(swapped.check_all(SampleRate::DEFAULT), Err(BuildError::Unfit(second.to_owned())));
    }

    #[test]
    fn only_crossovers_in_use_must_be_below_nyquist() {
        let low_rate = SampleRate::new(8_000).unwrap();
        let settings = MultibandSettings::default();
        assert_eq!(settings.check_all(low_rate), Ok(()));
        let error = MultibandSettings { bands: Bands(4), ..settings }.check_all(low_rate).unwrap_err();
        assert_eq!(error.to_string(), "crossover_3_hz = 4000 is above Nyquist (4000 Hz at 8000 Hz)");
    }
}

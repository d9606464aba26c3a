//! Settings of the linear-phase equaliser, and the sections whose magnitudes it has.

use crate::dsp::biquad::{BAND_GAIN_DB, BellBand, FREQUENCY_HZ, PassFilter, Q, Sections, ShelfBand, Slope};
use crate::dsp::laws::{LawCase, Response};
use crate::dsp::settings::{NumberSetting, Settings, settings};
use crate::process::{BuildError, check_frequency, check_range};
use crate::units::SampleRate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_SQRT_2;

/// Length of the filter, and with it the latency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilterLength {
    /// About 27 ms: bands from 150 Hz on keep their curve.
    Short,
    /// About 107 ms: bands from 40 Hz on.
    #[default]
    Medium,
    /// About 427 ms: bands from 10 Hz on.
    Long,
}

impl FilterLength {
    /// Returns the frames of a part of the filter: as long in time at every rate, within a factor
    /// of two.
    pub(super) fn block(self, rate: SampleRate) -> usize {
        let at_48_khz = match self {
            Self::Short => 256,
            Self::Medium => 1_024,
            Self::Long => 4_096,
        };
        at_48_khz * (rate.hz() as usize / 40_000).max(1).next_power_of_two()
    }
}

settings! {
    /// Settings of the linear-phase equaliser. Shelves and bells at 0 dB change nothing.
    pub struct LinearPhaseSettings;

    /// True if what is below `high_pass_hz` is removed.
    high_pass: bool = false;
    /// Frequency at which the high-pass is −3.01 dB, in hertz.
    high_pass_hz: f64 = 30.0, in FREQUENCY_HZ;
    /// Slope of the high-pass: 6, 12, 18 … 48 dB per octave.
    high_pass_slope_db_per_octave: Slope = Slope::default();
    /// Frequency at which half of the low shelf's gain is reached, in hertz.
    low_shelf_hz: f64 = 100.0, in FREQUENCY_HZ;
    /// Gain of the low shelf, in decibels.
    low_shelf_gain_db: f64 = 0.0, in BAND_GAIN_DB;
    /// Quality factor of the low shelf.
    low_shelf_q: f64 = FRAC_1_SQRT_2, in Q;
    /// Centre of the first bell, in hertz.
    bell_1_hz: f64 = 250.0, in FREQUENCY_HZ;
    /// Gain of the first bell, in decibels.
    bell_1_gain_db: f64 = 0.0, in BAND_GAIN_DB;
    /// Quality factor of the first bell: centre over bandwidth.
    bell_1_q: f64 = 1.0, in Q;
    /// Centre of the second bell, in hertz.
    bell_2_hz: f64 = 1_000.0, in FREQUENCY_HZ;
    /// Gain of the second bell, in decibels.
    bell_2_gain_db: f64 = 0.0, in BAND_GAIN_DB;
    /// Quality factor of the second bell: centre over bandwidth.
    bell_2_q: f64 = 1.0, in Q;
    /// Centre of the third bell, in hertz.
    bell_3_hz: f64 = 3_000.0, in FREQUENCY_HZ;
    /// Gain of the third bell, in decibels.
    bell_3_gain_db: f64 = 0.0, in BAND_GAIN_DB;
    /// Quality factor of the third bell: centre over bandwidth.
    bell_3_q: f64 = 1.0, in Q;
    /// Centre of the fourth bell, in hertz.
    bell_4_hz: f64 = 8_000.0, in FREQUENCY_HZ;
    /// Gain of the fourth bell, in decibels.
    bell_4_gain_db: f64 = 0.0, in BAND_GAIN_DB;
    /// Quality factor of the fourth bell: centre over bandwidth.
    bell_4_q: f64 = 1.0, in Q;
    /// Frequency at which half of the high shelf's gain is reached, in hertz.
    high_shelf_hz: f64 = 10_000.0, in FREQUENCY_HZ;
    /// Gain of the high shelf, in decibels.
    high_shelf_gain_db: f64 = 0.0, in BAND_GAIN_DB;
    /// Quality factor of the high shelf.
    high_shelf_q: f64 = FRAC_1_SQRT_2, in Q;
    /// True if what is above `low_pass_hz` is removed.
    low_pass: bool = false;
    /// Frequency at which the low-pass is −3.01 dB, in hertz.
    low_pass_hz: f64 = 18_000.0, in FREQUENCY_HZ;
    /// Slope of the low-pass: 6, 12, 18 … 48 dB per octave.
    low_pass_slope_db_per_octave: Slope = Slope::default();
    /// Length of the filter: the longer, the lower the bands that keep their curve, and the larger
    /// the latency, for which the mix compensates.
    length: FilterLength = FilterLength::Medium;
}

impl LinearPhaseSettings {
    /// Returns the bells: frequency, gain, q.
    fn bells(&self) -> [(f64, f64, f64); 4] {
        [
            (self.bell_1_hz, self.bell_1_gain_db, self.bell_1_q),
            (self.bell_2_hz, self.bell_2_gain_db, self.bell_2_q),
            (self.bell_3_hz, self.bell_3_gain_db, self.bell_3_q),
            (self.bell_4_hz, self.bell_4_gain_db, self.bell_4_q),
        ]
    }

    /// Returns the sections of all bands in use, with the matched designs of the inserts; none
    /// where all are neutral.
    ///
    /// # Errors
    /// When a number is out of its range, or the rate cannot carry a band in use.
    pub(super) fn sections(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        for NumberSetting { key, value, range } in self.numbers() {
            if self.is_used(key) {
                check_frequency(key, value, rate)?;
            }
            check_range(key, value, *range.start(), *range.end())?;
        }
        let mut sections = Sections::new();
        if self.high_pass {
            let slope_db_per_octave = self.high_pass_slope_db_per_octave;
            let band = PassFilter { slope_db_per_octave, ..PassFilter::new(self.high_pass_hz) };
            sections.extend(band.design_high_pass(rate)?);
        }
        if self.low_pass {
            let slope_db_per_octave = self.low_pass_slope_db_per_octave;
            let band = PassFilter { slope_db_per_octave, ..PassFilter::new(self.low_pass_hz) };
            sections.extend(band.design_low_pass(rate)?);
        }
        // A band that is neutral has no sections; its frequency may be above Nyquist.
        if self.low_shelf_gain_db != 0.0 {
            let band = ShelfBand::new(self.low_shelf_hz, self.low_shelf_gain_db);
            sections.extend(ShelfBand { q: self.low_shelf_q, ..band }.design_low(rate)?);
        }
        if self.high_shelf_gain_db != 0.0 {
            let band = ShelfBand::new(self.high_shelf_hz, self.high_shelf_gain_db);
            sections.extend(ShelfBand { q: self.high_shelf_q, ..band }.design_high(rate)?);
        }
        for (frequency_hz, gain_db, q) in self.bells().into_iter().filter(|(_, gain_db, _)| *gain_db != 0.0) {
            sections.extend(BellBand { q, ..BellBand::new(frequency_hz, gain_db) }.design(rate)?);
        }
        Ok(sections)
    }

    /// Returns true for the frequency of a band that changes something.
    fn is_used(&self, key: &str) -> bool {
        match key {
            "high_pass_hz" => self.high_pass,
            "low_pass_hz" => self.low_pass,
            "low_shelf_hz" => self.low_shelf_gain_db != 0.0,
            "high_shelf_hz" => self.high_shelf_gain_db != 0.0,
            "bell_1_hz" => self.bell_1_gain_db != 0.0,
            "bell_2_hz" => self.bell_2_gain_db != 0.0,
            "bell_3_hz" => self.bell_3_gain_db != 0.0,
            "bell_4_hz" => self.bell_4_gain_db != 0.0,
            _ => false,
        }
    }

    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let plain = Self::default();
        let bell = Self { bell_2_gain_db: 6.0, length: FilterLength::Short, ..plain };
        let (a, q) = (10.0_f64.powf(6.0 / 40.0), bell.bell_2_q);
        let biquad = Response::Biquad { hz: 1_000.0, above: [1.0, a / q, 1.0], below: [1.0, 1.0 / (a * q), 1.0] };
        let high_pass = Self { high_pass: true, high_pass_hz: 200.0, ..plain };
        vec![
            LawCase::new(bell).analogue(biquad, 0.05).exchanged(),
            LawCase::new(high_pass).analogue(Response::HighPass { hz: 200.0, order: 2 }, 0.3),
            LawCase::new(Self {
                high_pass: true,
                low_shelf_gain_db: 3.0,
                bell_1_gain_db: -4.0,
                bell_3_gain_db: 2.0,
                bell_4_gain_db: -9.0,
                high_shelf_gain_db: 4.0,
                low_pass: true,
                ..plain
            }),
            LawCase::new(plain).neutral(),
            LawCase::new(Self { length: FilterLength::Short, ..plain }).neutral(),
        ]
    }
}

//! From settings to coefficients: pure functions that serve building, live edits and plotted curves
//! alike.
//!
//! The cookbook designs are those of the Audio EQ Cookbook (R. Bristow-Johnson), from the crate
//! `biquad`; sections of first order are the bilinear transform of 1/(1+s) and s/(1+s), pre-warped
//! at the cutoff. The matched ones have a file of their own.

use super::bands::{AllPassBand, BellBand, Design, NotchBand, PassFilter, ShelfBand};
use super::coefficients::Coefficients;
use super::matched;
use crate::dsp::settings::Settings;
use crate::process::BuildError;
use crate::units::SampleRate;
use biquad::{Coefficients as Cookbook, Type};
use std::f64::consts::PI;

/// Sections of a filter, in order; none where the settings change nothing.
pub type Sections = Vec<Coefficients>;

/// Designs a section of checked settings.
fn cookbook(shape: Type<f64>, frequency_hz: f64, q: f64, rate: SampleRate) -> Result<Coefficients, BuildError> {
    let Cookbook { a1, a2, b0, b1, b2 } = Cookbook::from_normalized_params(shape, frequency_hz / rate.nyquist_hz(), q)
        .map_err(|error| BuildError::Unfit(format!("{frequency_hz} Hz, q {q}: {error:?}")))?;
    let section = Coefficients { b0, b1, b2, a1, a2 };
    if section.is_stable() {
        Ok(section)
    } else {
        Err(BuildError::Unfit(format!("a filter at {frequency_hz} Hz with q = {q} is not stable at {rate}; lower q")))
    }
}

/// Side that passes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pass {
    High,
    Low,
}

/// Designs a Butterworth filter of order n: n/2 sections with Q = 1 / (2·cos θ), θ evenly spread.
/// If n is odd, one section of first order is added.
fn butterworth(pass: Pass, settings: &PassFilter, rate: SampleRate) -> Result<Sections, BuildError> {
    settings.check(rate)?;
    if settings.design == Design::Matched {
        return matched::butterworth(pass, settings, rate);
    }
    let order = settings.slope_db_per_octave.order();
    let mut sections = Sections::new();
    if order % 2 == 1 {
        let k = (PI * settings.cutoff_hz / rate.as_f64()).tan();
        let a1 = (k - 1.0) / (k + 1.0);
        sections.push(match pass {
            Pass::Low => Coefficients { b0: k / (1.0 + k), b1: k / (1.0 + k), b2: 0.0, a1, a2: 0.0 },
            Pass::High => Coefficients { b0: 1.0 / (1.0 + k), b1: -1.0 / (1.0 + k), b2: 0.0, a1, a2: 0.0 },
        });
    }
    for pair in 0..order / 2 {
        let angle = PI * (2 * pair + 1 + order % 2) as f64 / (2 * order) as f64;
        let q = 1.0 / (2.0 * angle.cos());
        let shape = if pass == Pass::High { Type::HighPass } else { Type::LowPass };
        sections.push(cookbook(shape, settings.cutoff_hz, q, rate)?);
    }
    Ok(sections)
}

impl PassFilter {
    /// Returns the sections of a high-pass with these settings.
    ///
    /// # Errors
    /// When the cutoff is not between 1 Hz and Nyquist.
    pub fn design_high_pass(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        butterworth(Pass::High, self, rate)
    }

    /// Returns the sections of a low-pass with these settings.
    ///
    /// # Errors
    /// When the cutoff is not between 1 Hz and Nyquist.
    pub fn design_low_pass(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        butterworth(Pass::Low, self, rate)
    }
}

/// Designs a section with a gain.
fn boost(shape: fn(f64) -> Type<f64>, f: f64, gain_db: f64, q: f64, rate: SampleRate) -> Result<Sections, BuildError> {
    Ok(vec![cookbook(shape(gain_db), f, q, rate)?])
}

impl BellBand {
    /// Returns the sections of a bell; none at 0 dB, so that a neutral band is an exact bypass.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        match self.design {
            _ if self.gain_db == 0.0 => Ok(Sections::new()),
            Design::Matched => self.matched(rate),
            Design::Cookbook => boost(Type::PeakingEQ, self.frequency_hz, self.gain_db, self.q, rate),
        }
    }
}

impl ShelfBand {
    /// Returns the sections of a low shelf; none at 0 dB.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design_low(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        match self.design {
            _ if self.gain_db == 0.0 => Ok(Sections::new()),
            Design::Matched => self.matched_low(rate),
            Design::Cookbook => boost(Type::LowShelf, self.frequency_hz, self.gain_db, self.q, rate),
        }
    }

    /// Returns the sections of a high shelf; none at 0 dB.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design_high(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        match self.design {
            _ if self.gain_db == 0.0 => Ok(Sections::new()),
            Design::Matched => self.matched_high(rate),
            Design::Cookbook => boost(Type::HighShelf, self.frequency_hz, self.gain_db, self.q, rate),
        }
    }
}

impl NotchBand {
    /// Returns the section of a notch.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        Ok(vec![cookbook(Type::Notch, self.frequency_hz, self.q, rate)?])
    }
}

impl AllPassBand {
    /// Returns the section of an all-pass.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        Ok(vec![cookbook(Type::AllPass, self.frequency_hz, self.q, rate)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::biquad::Slope;
    use crate::simd::twin::{Number, bits_hash};

    fn gain_db(sections: &Sections, frequency_hz: f64, rate: SampleRate) -> f64 {
        20.0 * sections.iter().map(|s| s.magnitude(frequency_hz, rate)).product::<f64>().log10()
    }

    #[test]
    fn every_slope_is_three_decibels_down_at_the_cutoff_and_falls_as_named() {
        let rate = SampleRate::new(192_000).unwrap();
        for db in Slope::CHOICES {
            let slope_db_per_octave = Slope::try_from(db).unwrap();
            let cookbook = PassFilter { design: Design::Cookbook, ..PassFilter::new(1_000.0) };
            let settings = PassFilter { slope_db_per_octave, ..cookbook };
            for (sections, octave_away) in
                [(settings.design_high_pass(rate).unwrap(), 0.125), (settings.design_low_pass(rate).unwrap(), 8.0)]
            {
                // −3.0103 dB by the definition of Butterworth; pre-warping puts it exactly there.
                assert!((gain_db(&sections, 1_000.0, rate) + 3.010_3).abs() < 1e-4, "{db} dB/oct");
                let order = f64::from(db) / 6.0;
                // |H|² = 1/(1+(f/fc)^2n), three octaves out; the bilinear transform bends it by
                // under 1 % of the dB there.
                let expected = -10.0 * (1.0 + 8.0_f64.powf(2.0 * order)).log10();
                let measured = gain_db(&sections, 1_000.0 * octave_away, rate);
                assert!((measured / expected - 1.0).abs() < 0.01, "{db} dB/oct: {measured} for {expected}");
            }
        }
    }

    #[test]
    fn bells_and_shelves_reach_their_gain() {
        let rate = SampleRate::new(48_000).unwrap();
        let design = Design::Cookbook;
        let bell = BellBand { q: 1.3, design, ..BellBand::new(3_000.0, 4.5) }.design(rate).unwrap();
        assert!((gain_db(&bell, 3_000.0, rate) - 4.5).abs() < 1e-9);
        let shelf = ShelfBand { q: 0.7, design, ..ShelfBand::new(3_000.0, -6.0) };
        assert!((gain_db(&shelf.design_high(rate).unwrap(), 3_000.0, rate) + 3.0).abs() < 1e-9);
        assert!((gain_db(&shelf.design_low(rate).unwrap(), 1.0, rate) + 6.0).abs() < 1e-3);
    }

    #[test]
    fn the_cookbook_designs_have_the_bits_of_version_0_1() {
        let design = Design::Cookbook;
        let mut all = Sections::new();
        for rate in [44_100, 48_000, 96_000].map(|hz| SampleRate::new(hz).unwrap()) {
            for hz in [40.0, 1_000.0, 9_000.0, 18_000.0] {
                for slope in Slope::CHOICES {
                    let slope_db_per_octave = Slope::try_from(slope).unwrap();
                    let pass = PassFilter { slope_db_per_octave, design, ..PassFilter::new(hz) };
                    all.extend(pass.design_high_pass(rate).unwrap());
                    all.extend(pass.design_low_pass(rate).unwrap());
                }
                for (gain_db, q) in [(6.0, 0.7), (-12.0, 4.0)] {
                    all.extend(BellBand { q, design, ..BellBand::new(hz, gain_db) }.design(rate).unwrap());
                    let shelf = ShelfBand { q, design, ..ShelfBand::new(hz, gain_db) };
                    all.extend(shelf.design_low(rate).unwrap());
                    all.extend(shelf.design_high(rate).unwrap());
                }
            }
        }
        assert_eq!(all.len(), 3 * 4 * (2 * 20 + 6));
        let numbers = all.iter().flat_map(|c| [c.b0, c.b1, c.b2, c.a1, c.a2]).map(Number::Double);
        // Printed by the code before the matched designs.
        assert_eq!(bits_hash(numbers), "29607a57da66a641");
    }

    #[test]
    fn a_cutoff_above_nyquist_is_refused_by_name() {
        let error = PassFilter::new(30_000.0).design_low_pass(SampleRate::new(44_100).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "cutoff_hz = 30000 is above Nyquist (22050 Hz at 44100 Hz)");
    }
}

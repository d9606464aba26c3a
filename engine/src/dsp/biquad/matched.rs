//! Designs that follow their analogue prototypes up to 20 kHz at 44.1 kHz.
//!
//! Poles and zeros are the prototype's own, by the matched-Z transform. What the images miss is
//! smooth, and a last section corrects it where it exceeds 0.03 dB. A related design with one
//! section: S. Orfanidis, Digital parametric equalizer design with prescribed Nyquist-frequency
//! gain, 1997.

use super::bands::{BellBand, PassFilter, ShelfBand};
use super::coefficients::Coefficients;
use super::correction::{correction, smooth_correction};
use super::design::{Pass, Sections};
use super::prototype::{Factor, Roots};
use crate::process::BuildError;
use crate::units::SampleRate;
use std::f64::consts::{PI, TAU};

/// Returns the sections of a prototype.
pub(super) fn sections(prototype: &[Factor]) -> Result<Sections, BuildError> {
    let mut sections: Sections = prototype.iter().map(Factor::section).collect();
    sections.extend(correction(|omega| prototype.iter().map(|factor| factor.missing(omega)).product()));
    if sections.iter().all(Coefficients::is_stable) { Ok(sections) } else { Err(unstable()) }
}

fn unstable() -> BuildError {
    BuildError::Unfit("a filter so narrow is not stable at this sample rate; lower q".to_owned())
}

/// Returns a frequency in radians per frame.
pub(super) fn radians(frequency_hz: f64, rate: SampleRate) -> f64 {
    TAU * frequency_hz / rate.as_f64()
}

/// Returns the amplitude whose square is a gain in decibels: the A of the Audio EQ Cookbook.
fn amplitude(gain_db: f64) -> f64 {
    libm::pow(10.0, gain_db / 40.0)
}

/// Designs a Butterworth filter of order n: pairs of poles with Q = 1 / (2·cos θ), θ evenly spread,
/// and for odd n a real pole.
pub(super) fn butterworth(pass: Pass, settings: &PassFilter, rate: SampleRate) -> Result<Sections, BuildError> {
    sections(&butterworth_prototype(pass, settings, rate))
}

fn butterworth_prototype(pass: Pass, settings: &PassFilter, rate: SampleRate) -> Vec<Factor> {
    let at = radians(settings.cutoff_hz, rate);
    let order = settings.slope_db_per_octave.order();
    let zeros = |count| match pass {
        Pass::High => Roots::Origin { count, at },
        Pass::Low => Roots::None,
    };
    let pairs = (0..order / 2).map(|pair| {
        let angle = PI * (2 * pair + 1 + order % 2) as f64 / (2 * order) as f64;
        let q = 1.0 / (2.0 * libm::cos(angle));
        Factor { gain: 1.0, zeros: zeros(2), poles: Roots::Two { at, q } }
    });
    let single = Factor { gain: 1.0, zeros: zeros(1), poles: Roots::One { at } };
    (order % 2 == 1).then_some(single).into_iter().chain(pairs).collect()
}

impl BellBand {
    fn prototype(&self, rate: SampleRate) -> Factor {
        let (at, a) = (radians(self.frequency_hz, rate), amplitude(self.gain_db));
        Factor { gain: 1.0, zeros: Roots::Two { at, q: self.q / a }, poles: Roots::Two { at, q: self.q * a } }
    }

    pub(super) fn matched(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        sections(&[self.prototype(rate)])
    }

    /// Returns a matched bell in two sections whose coefficients move smoothly with its settings,
    /// within 0.03 dB of the analogue one.
    ///
    /// # Errors
    /// [`BuildError::Unfit`] when it is not stable.
    pub(crate) fn gliding(&self, rate: SampleRate) -> Result<[Coefficients; 2], BuildError> {
        let prototype = self.prototype(rate);
        let sections = [prototype.section(), smooth_correction(|omega| prototype.missing(omega))];
        if sections.iter().all(Coefficients::is_stable) { Ok(sections) } else { Err(unstable()) }
    }
}

impl ShelfBand {
    fn low_prototype(&self, rate: SampleRate) -> Factor {
        let Factor { zeros, poles, .. } = self.high_prototype(rate);
        Factor { gain: amplitude(self.gain_db).powi(2), zeros: poles, poles: zeros }
    }

    fn high_prototype(&self, rate: SampleRate) -> Factor {
        let (at, root) = (radians(self.frequency_hz, rate), amplitude(self.gain_db).sqrt());
        let roots = |at| Roots::Two { at, q: self.q };
        Factor { gain: 1.0, zeros: roots(at / root), poles: roots(at * root) }
    }

    pub(super) fn matched_low(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        sections(&[self.low_prototype(rate)])
    }

    pub(super) fn matched_high(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        sections(&[self.high_prototype(rate)])
    }
}

#[cfg(test)]
mod tests;

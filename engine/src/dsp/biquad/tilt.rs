//! Tilt: one end of the spectrum up, the other down.

use super::bands::FREQUENCY_HZ;
use super::design::Sections;
use super::matched::{radians, sections};
use super::prototype::{Factor, Roots};
use crate::dsp::laws::{LawCase, Response};
use crate::dsp::settings::{Settings, settings};
use crate::process::BuildError;
use crate::units::SampleRate;

settings! {
    /// Tilt: turns the spectrum about one frequency, by 6 dB per octave at most.
    pub struct TiltBand;

    /// Frequency whose level stays, in hertz.
    frequency_hz: f64 = 1_000.0, in FREQUENCY_HZ;
    /// Gain of the highest frequencies, in decibels; the lowest have its opposite.
    gain_db: f64, in -24.0..=24.0;
}

impl TiltBand {
    /// Returns the sections of a tilt; none at 0 dB.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        if self.gain_db == 0.0 { Ok(Sections::new()) } else { sections(&[self.prototype(rate)]) }
    }

    /// Returns (1 + a·s) / (a + s), with s = j at the frequency that stays and a the gain.
    fn prototype(&self, rate: SampleRate) -> Factor {
        let (at, a) = (radians(self.frequency_hz, rate), libm::pow(10.0, self.gain_db / 20.0));
        Factor { gain: 1.0 / a, zeros: Roots::One { at: at / a }, poles: Roots::One { at: at * a } }
    }

    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let (hz, a) = (settings.frequency_hz, 10.0_f64.powf(settings.gain_db / 20.0));
            let response = Response::Biquad { hz, above: [0.0, a, 1.0], below: [0.0, 1.0, a] };
            LawCase::new(settings).analogue(response, 0.035)
        };
        vec![
            linear(Self::new(3.0)).exchanged(),
            linear(Self { frequency_hz: 650.0, ..Self::new(-4.5) }),
            linear(Self { frequency_hz: 8_000.0, ..Self::new(12.0) }),
            LawCase::new(Self::new(0.0)).neutral(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_end_is_up_by_the_gain_the_other_down_and_the_middle_stays() {
        let rate = SampleRate::new(44_100).unwrap();
        let tilt = TiltBand::new(6.0).design(rate).unwrap();
        let gain_db = |hz| 20.0 * tilt.iter().map(|section| section.magnitude(hz, rate)).product::<f64>().log10();
        println!(
            "tilt +6 dB: {:.3} at 20 Hz, {:.3} at 1 kHz, {:.3} at 20 kHz",
            gain_db(20.0),
            gain_db(1e3),
            gain_db(2e4)
        );
        assert!((gain_db(20.0) + 6.0).abs() < 0.02); // the rest of a slope of first order, five octaves out
        assert!(gain_db(1_000.0).abs() < 0.01);
        assert!((gain_db(20_000.0) - 6.0).abs() < 0.07);
    }
}

//! Band-pass: keeps what is around one frequency.

use super::bands::{FREQUENCY_HZ, Q};
use super::design::Sections;
use super::matched::{radians, sections};
use super::prototype::{Factor, Roots};
use crate::dsp::laws::{LawCase, Response};
use crate::dsp::settings::{Settings, settings};
use crate::process::BuildError;
use crate::units::SampleRate;

settings! {
    /// Band-pass of second order: 6 dB per octave on both sides, 0 dB at the centre.
    pub struct BandPass;

    /// Centre, in hertz.
    frequency_hz: f64, in FREQUENCY_HZ;
    /// Quality factor: centre over the bandwidth between the two points at −3.01 dB.
    q: f64 = 1.0, in Q;
}

impl BandPass {
    /// Returns the sections of a band-pass, which follow the analogue one up to 20 kHz.
    ///
    /// # Errors
    /// When a setting is out of range.
    pub fn design(&self, rate: SampleRate) -> Result<Sections, BuildError> {
        self.check(rate)?;
        let (at, q) = (radians(self.frequency_hz, rate), self.q);
        let (zeros, poles) = (Roots::Origin { count: 1, at }, Roots::Two { at, q });
        sections(&[Factor { gain: 1.0 / q, zeros, poles }])
    }

    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let Self { frequency_hz: hz, q } = settings;
            let response = Response::Biquad { hz, above: [0.0, 1.0 / q, 0.0], below: [1.0, 1.0 / q, 1.0] };
            LawCase::new(settings).analogue(response, 0.035)
        };
        vec![
            linear(Self::new(1_000.0)).exchanged(),
            linear(Self { q: 8.0, ..Self::new(150.0) }),
            linear(Self { q: 0.3, ..Self::new(12_000.0) }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_passes_and_the_band_is_as_wide_as_named() {
        for rate in [44_100, 48_000].map(|hz| SampleRate::new(hz).unwrap()) {
            for (hz, q) in [(100.0, 1.0), (1_000.0, 4.0), (9_000.0, 2.0)] {
                let sections = BandPass { q, ..BandPass::new(hz) }.design(rate).unwrap();
                let gain_db = |hz| 20.0 * sections.iter().map(|one| one.magnitude(hz, rate)).product::<f64>().log10();
                let half = 0.5 / q;
                let (low, high) = ((1.0 + half * half).sqrt() - half, (1.0 + half * half).sqrt() + half);
                println!(
                    "band-pass {hz} Hz q {q} at {rate}: {:.4} dB, {:.3}, {:.3}",
                    gain_db(hz),
                    gain_db(hz * low),
                    gain_db(hz * high)
                );
                assert!(gain_db(hz).abs() < 0.035);
                assert!((gain_db(hz * low) + 3.010_3).abs() < 0.035);
                assert!((gain_db(hz * high) + 3.010_3).abs() < 0.035);
            }
        }
    }
}

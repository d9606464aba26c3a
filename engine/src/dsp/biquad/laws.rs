//! Cases of the laws for filters. Responses are those of the analogue prototypes: Butterworth's,
//! and the ones that the Audio EQ Cookbook states.

use super::bands::{AllPassBand, BellBand, NotchBand, PassFilter, ShelfBand, Slope};
use crate::dsp::laws::{LawCase, Response};

impl PassFilter {
    pub(crate) fn high_pass_laws() -> Vec<LawCase<Self>> {
        let added = Self::new(5_000.0);
        Self::pass_laws(added, |hz, order| Response::HighPass { hz, order })
    }

    pub(crate) fn low_pass_laws() -> Vec<LawCase<Self>> {
        let added = Self::new(100.0);
        Self::pass_laws(added, |hz, order| Response::LowPass { hz, order })
    }

    fn pass_laws(added: Self, response: fn(f64, i32) -> Response) -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let order = settings.slope_db_per_octave.order() as i32;
            LawCase::new(settings).linear(response(settings.cutoff_hz, order))
        };
        let cases = [(80.0, 6), (80.0, 12), (1_000.0, 18), (5_000.0, 24), (400.0, 48)];
        let cases = cases.map(|(hz, db)| linear(Self { slope_db_per_octave: Slope(db), ..Self::new(hz) }));
        [linear(added).exchanged()].into_iter().chain(cases).collect()
    }
}

/// Returns the amplitude whose square is a gain in decibels, as the cookbook's A.
fn amplitude(gain_db: f64) -> f64 {
    10.0_f64.powf(gain_db / 40.0)
}

impl BellBand {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |(hz, gain_db, q)| {
            let (settings, a) = (Self { q, ..Self::new(hz, gain_db) }, amplitude(gain_db));
            LawCase::new(settings).linear(Response::Biquad {
                hz,
                above: [1.0, a / q, 1.0],
                below: [1.0, 1.0 / (a * q), 1.0],
            })
        };
        vec![
            linear((1_000.0, 6.0, 1.0)).exchanged(),
            linear((80.0, -12.0, 4.0)),
            linear((9_000.0, 3.0, 0.5)),
            LawCase::new(Self::new(700.0, 0.0)).neutral(),
        ]
    }
}

impl ShelfBand {
    pub(crate) fn low_laws() -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let a = amplitude(settings.gain_db);
            let middle = a.sqrt() / settings.q;
            LawCase::new(settings).linear(Response::Biquad {
                hz: settings.frequency_hz,
                above: [a, a * middle, a * a],
                below: [a, middle, 1.0],
            })
        };
        vec![
            linear(Self::new(4_000.0, 18.0)).exchanged(),
            linear(Self { q: 0.6, ..Self::new(120.0, 6.0) }),
            linear(Self { q: 0.5, ..Self::new(400.0, -9.0) }),
            LawCase::new(Self { q: 1.0, ..Self::new(700.0, 0.0) }).neutral(),
        ]
    }

    pub(crate) fn high_laws() -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let a = amplitude(settings.gain_db);
            let middle = a.sqrt() / settings.q;
            LawCase::new(settings).linear(Response::Biquad {
                hz: settings.frequency_hz,
                above: [a * a, a * middle, a],
                below: [1.0, middle, a],
            })
        };
        vec![
            linear(Self::new(200.0, -18.0)).exchanged(),
            linear(Self { q: 0.6, ..Self::new(8_000.0, 4.0) }),
            linear(Self { q: 0.5, ..Self::new(2_000.0, -9.0) }),
            LawCase::new(Self { q: 1.0, ..Self::new(700.0, 0.0) }).neutral(),
        ]
    }
}

impl NotchBand {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |(hz, q)| {
            LawCase::new(Self { q, ..Self::new(hz) }).linear(Response::Biquad {
                hz,
                above: [1.0, 0.0, 1.0],
                below: [1.0, 1.0 / q, 1.0],
            })
        };
        vec![linear((50.0, 5.0)), linear((3_000.0, 1.0)), linear((1_000.0, 1.0)).exchanged()]
    }
}

impl AllPassBand {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |(hz, q)| LawCase::new(Self { q, ..Self::new(hz) }).linear(Response::Flat { gain_db: 0.0 });
        vec![linear((200.0, 0.6)), linear((5_000.0, 3.0)), linear((1_000.0, 1.0)).exchanged()]
    }
}

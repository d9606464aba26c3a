//! Cases of the laws for filters. Responses are those of the analogue prototypes: Butterworth's,
//! and the ones that the Audio EQ Cookbook states.

use super::bands::{AllPassBand, BellBand, Design, NotchBand, PassFilter, ShelfBand, Slope};
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
            of_design(settings, settings.design, response(settings.cutoff_hz, order), LOW_PASS_DB)
        };
        let cases = [(80.0, 6), (80.0, 12), (1_000.0, 18), (5_000.0, 24), (400.0, 48)].into_iter();
        let with = |design| move |(hz, db)| Self { slope_db_per_octave: Slope(db), design, ..Self::new(hz) };
        let cookbook = cases.clone().map(with(Design::Cookbook));
        let matched = cases.chain([(9_000.0, 36)]).map(with(Design::Matched));
        [linear(added).exchanged()].into_iter().chain(cookbook.chain(matched).map(linear)).collect()
    }
}

/// Tolerance of the matched designs with gains, in decibels: what their correction leaves.
const GAIN_DB: f64 = 0.035;
/// Tolerance of the matched passes, in decibels; a low-pass of 24 dB per octave needs most.
const LOW_PASS_DB: f64 = 0.13;

/// Returns the case of a design with its response.
fn of_design<S>(settings: S, design: Design, response: Response, within_db: f64) -> LawCase<S> {
    match design {
        Design::Matched => LawCase::new(settings).analogue(response, within_db),
        Design::Cookbook => LawCase::new(settings).linear(response),
    }
}

/// Returns the amplitude whose square is a gain in decibels, as the cookbook's A.
fn amplitude(gain_db: f64) -> f64 {
    10.0_f64.powf(gain_db / 40.0)
}

impl BellBand {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        let linear = |design, (hz, gain_db, q)| {
            let (settings, a) = (Self { q, design, ..Self::new(hz, gain_db) }, amplitude(gain_db));
            let response = Response::Biquad { hz, above: [1.0, a / q, 1.0], below: [1.0, 1.0 / (a * q), 1.0] };
            of_design(settings, design, response, GAIN_DB)
        };
        vec![
            linear(Design::Matched, (1_000.0, 6.0, 1.0)).exchanged(),
            linear(Design::Matched, (80.0, -12.0, 4.0)),
            linear(Design::Matched, (9_000.0, 3.0, 0.5)),
            linear(Design::Matched, (15_000.0, -12.0, 1.0)),
            linear(Design::Cookbook, (1_000.0, 6.0, 1.0)),
            linear(Design::Cookbook, (80.0, -12.0, 4.0)),
            linear(Design::Cookbook, (9_000.0, 3.0, 0.5)),
            LawCase::new(Self::new(700.0, 0.0)).neutral(),
        ]
    }
}

impl ShelfBand {
    pub(crate) fn low_laws() -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let a = amplitude(settings.gain_db);
            let middle = a.sqrt() / settings.q;
            let response =
                Response::Biquad { hz: settings.frequency_hz, above: [a, a * middle, a * a], below: [a, middle, 1.0] };
            of_design(settings, settings.design, response, GAIN_DB)
        };
        let cookbook = |settings| linear(Self { design: Design::Cookbook, ..settings });
        vec![
            linear(Self::new(4_000.0, 18.0)).exchanged(),
            linear(Self { q: 0.6, ..Self::new(120.0, 6.0) }),
            cookbook(Self { q: 0.6, ..Self::new(120.0, 6.0) }),
            cookbook(Self { q: 0.5, ..Self::new(400.0, -9.0) }),
            LawCase::new(Self { q: 1.0, ..Self::new(700.0, 0.0) }).neutral(),
        ]
    }

    pub(crate) fn high_laws() -> Vec<LawCase<Self>> {
        let linear = |settings: Self| {
            let a = amplitude(settings.gain_db);
            let middle = a.sqrt() / settings.q;
            let response =
                Response::Biquad { hz: settings.frequency_hz, above: [a * a, a * middle, a], below: [1.0, middle, a] };
            of_design(settings, settings.design, response, GAIN_DB)
        };
        let cookbook = |settings| linear(Self { design: Design::Cookbook, ..settings });
        vec![
            linear(Self::new(200.0, -18.0)).exchanged(),
            linear(Self { q: 0.6, ..Self::new(8_000.0, 4.0) }),
            linear(Self::new(14_000.0, 6.0)),
            cookbook(Self { q: 0.6, ..Self::new(8_000.0, 4.0) }),
            cookbook(Self { q: 0.5, ..Self::new(2_000.0, -9.0) }),
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

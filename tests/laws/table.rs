//! Every insert with the settings for which the laws are checked: one table, and the compiler
//! checks that none is missing.

use super::response::{self, Response};
use mixdown_engine::dsp::Insert;
use serde_json::{Value, json};

/// One processor with one set of settings.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Name of the case in failures.
    pub(crate) name: String,
    pub(crate) insert: Insert,
    /// True if it changes nothing but the delay.
    pub(crate) neutral: bool,
    /// Intended delay of an effect, beyond its latency, in milliseconds.
    pub(crate) late_ms: f64,
    /// Analytic response, of linear processors.
    pub(crate) response: Option<Response>,
}

impl Case {
    fn new(kind: &str, mut settings: Value) -> Self {
        let name = format!("{kind} {settings}");
        settings["type"] = json!(kind);
        let insert = serde_json::from_value(settings).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, insert, neutral: false, late_ms: 0.0, response: None }
    }

    fn neutral(self) -> Self {
        Self { neutral: true, ..self }
    }

    fn late(self, late_ms: f64) -> Self {
        Self { late_ms, ..self }
    }

    fn linear(self, response: Response) -> Self {
        Self { response: Some(response), ..self }
    }
}

/// The table: a kind of insert, and a closure from a constructor of cases of this kind to its
/// cases.
macro_rules! table {
    ($($variant:ident($kind:literal): $cases:expr;)*) => {
        /// Returns every case of every kind.
        pub(crate) fn every_case() -> Vec<Case> {
            let mut cases = Vec::new();
            $(
                let listed: Vec<Case> = ($cases)(&|settings: Value| Case::new($kind, settings));
                assert!(listed.iter().all(|case| matches!(case.insert, Insert::$variant(_))), $kind);
                assert!(!listed.is_empty(), $kind);
                cases.extend(listed);
            )*
            cases
        }

        /// Does not compile when a kind of insert is missing in the table above.
        #[allow(dead_code)] // Its match is for the compiler; it is never called.
        fn every_kind_is_listed(insert: &Insert) {
            match insert {
                $(Insert::$variant(_) => (),)*
            }
        }
    };
}

type Make<'a> = &'a dyn Fn(Value) -> Case;

table! {
    HighPass("high_pass"): |make: Make| pass(make, response::high_pass);
    LowPass("low_pass"): |make: Make| pass(make, response::low_pass);
    Bell("bell"): |make: Make| gains(make, response::bell, &[(1_000.0, 6.0, 1.0), (80.0, -12.0, 4.0), (9_000.0, 3.0, 0.5)]);
    LowShelf("low_shelf"): |make: Make| gains(make, response::low_shelf, &[(120.0, 6.0, 0.6), (400.0, -9.0, 0.5)]);
    HighShelf("high_shelf"): |make: Make| gains(make, response::high_shelf, &[(8_000.0, 4.0, 0.6), (2_000.0, -9.0, 0.5)]);
    Notch("notch"): |make: Make| [(50.0, 5.0), (3_000.0, 1.0)]
        .map(|(hz, q)| make(json!({ "frequency_hz": hz, "q": q })).linear(response::notch(hz, q)))
        .to_vec();
    AllPass("all_pass"): |make: Make| [(200.0, 0.6), (5_000.0, 3.0)]
        .map(|(hz, q)| make(json!({ "frequency_hz": hz, "q": q })).linear(response::flat(0.0)))
        .to_vec();
    Compressor("compressor"): |make: Make| vec![
        make(json!({ "threshold_db": -20.0, "ratio": 4.0 })),
        make(json!({ "threshold_db": -30.0, "ratio": 2.0, "detector": "rms", "attack_ms": 30.0, "makeup_db": 6.0 })),
        make(json!({ "threshold_db": -24.0, "ratio": 8.0, "knee_db": 0.0, "attack_ms": 0.01, "release_ms": 20.0,
            "look_ahead_ms": 5.0, "mix": 0.5 })),
        make(json!({ "threshold_db": -80.0, "ratio": 100.0, "knee_db": 40.0, "look_ahead_ms": 50.0, "detector": "rms" })),
        make(json!({ "threshold_db": -30.0, "ratio": 1.0, "look_ahead_ms": 3.0 })).neutral(),
        make(json!({ "threshold_db": -30.0, "ratio": 9.0, "makeup_db": 12.0, "mix": 0.0 })).neutral(),
        make(json!({ "threshold_db": -30.0, "ratio": 1.0, "makeup_db": 6.0 })).linear(response::flat(6.0)),
    ];
    Gate("gate"): |make: Make| vec![
        make(json!({ "threshold_db": -40.0 })),
        make(json!({ "threshold_db": -20.0, "ratio": 2.0, "range_db": 20.0, "hold_ms": 0.0, "hysteresis_db": 0.0 })),
        make(json!({ "threshold_db": -30.0, "look_ahead_ms": 10.0, "range_db": 120.0, "attack_ms": 0.01, "release_ms": 5.0 })),
        make(json!({ "threshold_db": -10.0, "ratio": 1.0, "look_ahead_ms": 1.0 })).neutral(),
        make(json!({ "threshold_db": 0.0, "range_db": 0.0 })).neutral(),
    ];
    SoftClip("soft_clip"): |make: Make| vec![
        make(json!({})),
        make(json!({ "drive_db": 12.0, "softness": 1.0 })),
        make(json!({ "drive_db": 24.0, "softness": 0.0, "ceiling_db": -6.0, "mix": 0.5 })),
        make(json!({ "drive_db": 24.0, "mix": 0.0 })).neutral(),
    ];
    Gain("gain"): |make: Make| vec![
        make(json!({ "gain_db": 0.0 })).neutral().linear(response::flat(0.0)),
        make(json!({ "gain_db": -6.5 })).linear(response::flat(-6.5)),
        make(json!({ "gain_db": 12.0 })).linear(response::flat(12.0)),
    ];
    Delay("delay"): |make: Make| vec![
        make(json!({ "time_ms": 0.0 })).neutral().linear(response::flat(0.0)),
        make(json!({ "time_ms": 50.0, "feedback": 0.5, "mix": 0.0 })).neutral(),
        make(json!({ "time_ms": 10.0 })).late(10.0).linear(response::delay(10.0, 0.0, 1.0)),
        make(json!({ "time_ms": 5.0, "feedback": 0.5, "mix": 0.3 })).linear(response::delay(5.0, 0.5, 0.3)),
        make(json!({ "time_ms": 1.0, "feedback": 0.95, "mix": 1.0 })).late(1.0),
    ];
    Limiter("limiter"): |make: Make| vec![
        make(json!({})),
        make(json!({ "ceiling_dbtp": -12.0, "look_ahead_ms": 0.5, "release_ms": 1.0 })),
        make(json!({ "ceiling_dbtp": -30.0, "look_ahead_ms": 20.0, "release_ms": 500.0 })),
    ];
}

fn pass(make: Make, response: fn(f64, i32) -> Response) -> Vec<Case> {
    [(80.0, 6), (80.0, 12), (1_000.0, 18), (5_000.0, 24), (400.0, 48)]
        .map(|(hz, slope)| {
            make(json!({ "cutoff_hz": hz, "slope_db_per_octave": slope })).linear(response(hz, slope / 6))
        })
        .to_vec()
}

/// Returns cases of a band with a gain, and a neutral one without.
fn gains(make: Make, response: fn(f64, f64, f64) -> Response, bands: &[(f64, f64, f64)]) -> Vec<Case> {
    let band = |hz: f64, gain_db: f64, q: f64| make(json!({ "frequency_hz": hz, "gain_db": gain_db, "q": q }));
    let mut cases: Vec<Case> =
        bands.iter().map(|(hz, gain_db, q)| band(*hz, *gain_db, *q).linear(response(*hz, *gain_db, *q))).collect();
    cases.push(band(700.0, 0.0, 1.0).neutral());
    cases
}

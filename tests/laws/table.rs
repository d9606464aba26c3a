//! Every insert with the settings for which the laws are checked: the cases that each states beside
//! its settings.

use mixdown_engine::dsp::Insert;
use mixdown_engine::dsp::laws::{LawCase, Response};

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
    /// Largest distance from it on the analogue frequency axis, in decibels.
    pub(crate) analogue_within_db: Option<f64>,
    /// True if it is also added and removed during a tone.
    pub(crate) exchanged: bool,
}

/// Returns every case of every type.
pub(crate) fn every_case() -> Vec<Case> {
    let case = |case: LawCase<Insert>| {
        let LawCase { settings: insert, neutral, late_ms, response, analogue_within_db, exchanged } = case;
        let name = serde_json::to_string(&insert).expect("settings are plain data");
        Case { name, insert, neutral, late_ms, response, analogue_within_db, exchanged }
    };
    Insert::law_cases().into_iter().map(case).collect()
}

#[test]
fn every_type_is_in_the_table_and_exchanged_during_a_tone() {
    for name in Insert::TYPES {
        let of_type = |case: &Case| case.insert.type_name() == *name;
        assert!(every_case().iter().any(|case| of_type(case) && case.exchanged), "{name}");
    }
}

//! The linear-phase equaliser at each length, the same delay without a band, and a measured curve.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::linear_phase::{FilterLength, LinearPhaseSettings, MatchEqSettings};
use mixdown_engine::process::Stage;

fn linear_phase(criterion: &mut Criterion) {
    let lengths = [("short", FilterLength::Short), ("medium", FilterLength::Medium), ("long", FilterLength::Long)];
    for (name, length) in lengths {
        let settings = LinearPhaseSettings { bell_2_gain_db: 3.0, length, ..LinearPhaseSettings::default() };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("linear-phase/{name}"), 0.2, &mut *processor);
    }
    let mut processor = LinearPhaseSettings::default().build(&spec()).expect("the settings are within range");
    bench_processor(criterion, "linear-phase/neutral", 0.2, &mut *processor);
    let settings = MatchEqSettings { at_1000_hz_db: 3.0, ..MatchEqSettings::default() };
    let mut processor = settings.build(&spec()).expect("the settings are within range");
    bench_processor(criterion, "match-eq", 0.2, &mut *processor);
}

criterion_group!(benches, linear_phase);
criterion_main!(benches);

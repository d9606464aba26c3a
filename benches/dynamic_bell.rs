//! The dynamic bell, stereo-linked, at rest and with its gain on the move.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::dynamic_bell::DynamicBellSettings;
use mixdown_engine::process::Stage;

fn dynamic_bell(criterion: &mut Criterion) {
    for (name, threshold_db) in [("idle", 0.0), ("moving", -50.0)] {
        let settings = DynamicBellSettings { range_db: -24.0, ..DynamicBellSettings::new(3_000.0, threshold_db) };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("dynamic bell/{name}"), 0.2, &mut *processor);
    }
}

criterion_group!(benches, dynamic_bell);
criterion_main!(benches);

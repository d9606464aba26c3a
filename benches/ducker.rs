//! The ducker, stereo-linked, at rest and reducing.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::Key;
use mixdown_engine::dsp::dynamics::DuckerSettings;
use mixdown_engine::process::Stage;

fn ducker(criterion: &mut Criterion) {
    for (name, threshold_db) in [("idle", 0.0), ("reducing", -40.0)] {
        let settings = DuckerSettings { threshold_db, ..DuckerSettings::new(Key::default()) };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("ducker/{name}"), 0.2, &mut *processor);
    }
}

criterion_group!(benches, ducker);
criterion_main!(benches);

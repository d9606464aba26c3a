//! The de-esser, stereo-linked, with its band below the threshold and 10 dB above it.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::de_esser::DeEsserSettings;
use mixdown_engine::process::Stage;

fn de_esser(criterion: &mut Criterion) {
    for (name, threshold_db) in [("idle", 0.0), ("reducing", -40.0)] {
        let settings = DeEsserSettings::new(threshold_db);
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("de-esser/{name}"), 0.2, &mut *processor);
    }
}

criterion_group!(benches, de_esser);
criterion_main!(benches);

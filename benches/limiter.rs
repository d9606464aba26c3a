//! The true-peak limiter: idle, at the ceiling now and then, and driven hard.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::LimiterSettings;
use mixdown_engine::process::Stage;

fn limiter(criterion: &mut Criterion) {
    for (name, rms) in [("idle", 0.05), ("at the ceiling", 0.25), ("12 dB over", 1.0)] {
        let mut processor = LimiterSettings::default().build(&spec()).expect("the default settings are within range");
        bench_processor(criterion, &format!("limiter/{name}"), rms, &mut *processor);
    }
}

criterion_group!(benches, limiter);
criterion_main!(benches);

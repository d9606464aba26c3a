//! The transient shaper, stereo-linked.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::transient_shaper::TransientShaperSettings;
use mixdown_engine::process::Stage;

fn transient_shaper(criterion: &mut Criterion) {
    let settings = TransientShaperSettings { attack_db: 6.0, sustain_db: -6.0, ..TransientShaperSettings::default() };
    let mut processor = settings.build(&spec()).expect("the settings are within range");
    bench_processor(criterion, "transient shaper", 0.2, &mut *processor);
}

criterion_group!(benches, transient_shaper);
criterion_main!(benches);

//! The soft clipper, driven so that it bends: as in version 0.1, and at each oversampling.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::{Oversampling, SoftClipSettings};
use mixdown_engine::process::Stage;

fn soft_clip(criterion: &mut Criterion) {
    for (points, antiderivative) in [(4, false), (4, true), (8, true), (16, true)] {
        let oversampling = Oversampling::try_from(points).expect("the factor is one of the choices");
        let settings = SoftClipSettings { drive_db: 12.0, oversampling, antiderivative, ..SoftClipSettings::default() };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        let name = if antiderivative { "antiderivative" } else { "plain" };
        bench_processor(criterion, &format!("soft-clip/{points} points, {name}"), 0.2, &mut *processor);
    }
}

criterion_group!(benches, soft_clip);
criterion_main!(benches);

//! The saturator, stereo, 6 dB of drive: each curve at its default, and one at each oversampling.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::Oversampling;
use mixdown_engine::dsp::dynamics::saturator::{SaturatorCurve, SaturatorSettings};
use mixdown_engine::process::Stage;

fn saturator(criterion: &mut Criterion) {
    let cases = [
        (SaturatorCurve::Tube, 8),
        (SaturatorCurve::Tape, 8),
        (SaturatorCurve::Transformer, 8),
        (SaturatorCurve::Tape, 4),
        (SaturatorCurve::Tape, 16),
    ];
    for (curve, points) in cases {
        let oversampling = Oversampling::try_from(points).expect("the factor is one of the choices");
        let settings = SaturatorSettings { curve, oversampling, ..SaturatorSettings::default() };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("saturator/{curve:?}, {points} points"), 0.2, &mut *processor);
    }
}

criterion_group!(benches, saturator);
criterion_main!(benches);

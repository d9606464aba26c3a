//! The true-peak limiter: idle, at the ceiling now and then, and driven hard; each style, and one
//! with a reduction for each channel.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, spec};
use mixdown_engine::dsp::dynamics::{LimiterSettings, LimiterStyle};
use mixdown_engine::process::Stage;

fn limiter(criterion: &mut Criterion) {
    let clean = LimiterSettings::default();
    let variants = [
        ("clean", clean),
        ("balanced", LimiterSettings { style: LimiterStyle::Balanced, ..clean }),
        ("loud", LimiterSettings { style: LimiterStyle::Loud, ..clean }),
        ("loud, half linked", LimiterSettings { style: LimiterStyle::Loud, stereo_link_percent: 50.0, ..clean }),
    ];
    for (variant, settings) in variants {
        for (name, rms) in [("idle", 0.05), ("at the ceiling", 0.25), ("12 dB over", 1.0)] {
            let mut processor = settings.build(&spec()).expect("the settings are within range");
            bench_processor(criterion, &format!("limiter/{variant}, {name}"), rms, &mut *processor);
        }
    }
}

criterion_group!(benches, limiter);
criterion_main!(benches);

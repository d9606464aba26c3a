//! The meters: loudness, true peak, everything together, and the spectrum.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{elements, pink, rate};
use mixdown_engine::analysis::SpectrumAnalyser;
use mixdown_engine::audio::ChannelLayout;
use mixdown_engine::meter::{LoudnessMeter, ProgrammeMeter, TruePeakMeter};
use mixdown_engine::process::Tap;

fn meters(criterion: &mut Criterion) {
    let audio = pink(0.2, 480_000);
    let mut group = criterion.benchmark_group("meter");
    group.throughput(elements(audio.frames())).sample_size(20);
    let mut bench = |name: &str, tap: &mut dyn Tap| {
        group.bench_function(name, |bencher| bencher.iter(|| tap.observe(&audio.block())));
    };
    let stereo = ChannelLayout::stereo();
    bench("loudness", &mut LoudnessMeter::new(rate(), &stereo));
    bench("true peak", &mut TruePeakMeter::new(2));
    bench("programme", &mut ProgrammeMeter::with_series(rate(), &stereo));
    bench("spectrum", &mut SpectrumAnalyser::new(rate(), 2));
    group.finish();
}

criterion_group!(benches, meters);
criterion_main!(benches);

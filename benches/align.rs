//! How long a pair takes to align, by its length: cost grows as n log n.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mixdown_engine::align::{AlignSettings, Pairs, StemFeatures, align};
use mixdown_engine::audio::Block;
use mixdown_engine::process::Tap;
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::{alignment, signals};

const RATE_HZ: u32 = 44_100;

fn features(samples: &[f32]) -> StemFeatures {
    let rate = SampleRate::new(RATE_HZ).expect("a common rate");
    let mut stem = StemFeatures::new(rate, StemFeatures::DEFAULT_MAX_BYTES);
    for part in samples.chunks(1 << 16) {
        stem.observe(&Block::mono(part));
    }
    stem
}

fn pair(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("align_pair");
    group.sample_size(10);
    for seconds in [30, 60, 120, 240, 480] {
        let source = signals::pink_noise(1, 0.1, seconds * RATE_HZ as usize);
        let stems = [features(&source), features(&alignment::late(&source, 12_345.0))];
        group.throughput(Throughput::Elements(2 * source.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("{seconds}s")), |bencher| {
            bencher.iter(|| align(&stems, &AlignSettings::default(), Pairs::All, &|_| false));
        });
    }
    group.finish();
}

criterion_group!(benches, pair);
criterion_main!(benches);

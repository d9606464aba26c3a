//! The alignment of stems that share nothing, pair by pair.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{elements, rate};
use mixdown_engine::align::{AlignSettings, Pairs, StemFeatures, align};
use mixdown_engine::audio::Block;
use mixdown_engine::process::Tap;
use mixdown_fixtures::signals;

fn features(seed: u64, frames: usize) -> StemFeatures {
    let mut features = StemFeatures::new(rate(), StemFeatures::DEFAULT_MAX_BYTES);
    features.observe(&Block::mono(&signals::pink_noise(seed, 0.2, frames)));
    features
}

fn pairs(criterion: &mut Criterion) {
    let frames = 30 * rate().hz() as usize;
    let mut group = criterion.benchmark_group("align");
    group.sample_size(10);
    for count in [2, 6] {
        let stems: Vec<StemFeatures> = (0..count).map(|seed| features(seed, frames)).collect();
        group.throughput(elements(frames * stems.len()));
        group.bench_function(format!("{count} unrelated stems of 30 s"), |bencher| {
            bencher.iter(|| align(&stems, &AlignSettings::default(), Pairs::All, &|| false));
        });
    }
    group.finish();
}

criterion_group!(benches, pairs);
criterion_main!(benches);

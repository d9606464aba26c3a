//! Time to align a pair by its length, which grows as n log n, and time for sixteen stems by their
//! common content.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mixdown_engine::align::{AlignmentSettings, PairSelection, StemFeatures, align};
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

/// Returns true if the two-hour benchmark is requested. It runs alone, as the other benchmarks'
/// data would count as memory.
fn two_hours_alone() -> bool {
    std::env::args().any(|argument| argument == "two_hours")
}

fn pair(criterion: &mut Criterion) {
    if two_hours_alone() {
        return;
    }
    let mut group = criterion.benchmark_group("align_pair");
    group.sample_size(10);
    for seconds in [30, 60, 120, 240, 480] {
        let source = signals::pink_noise(1, 0.1, seconds * RATE_HZ as usize);
        let stems = [features(&source), features(&alignment::late(&source, 12_345.0))];
        group.throughput(Throughput::Elements(2 * source.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("{seconds}s")), |bencher| {
            bencher.iter(|| align(&stems, &AlignmentSettings::default(), PairSelection::All, &|_| false));
        });
    }
    group.finish();
}

/// Aligns sixteen stems of a minute, 120 pairs: unrelated; with a source in common; eight loops,
/// each twice.
fn sixteen(criterion: &mut Criterion) {
    const FRAMES: usize = 60 * RATE_HZ as usize;
    if two_hours_alone() {
        return;
    }
    let noise = |seed: u64| signals::pink_noise(seed, 0.1, FRAMES);
    let source = noise(99);
    let shares = |n: u64| alignment::mixed(&[(&noise(n), 1.0), (&alignment::late(&source, 100.0 * n as f64), 0.5)]);
    let mut group = criterion.benchmark_group("align_sixteen");
    group.sample_size(10);
    for name in ["unrelated", "related", "loops"] {
        let stem = |n: u64| match name {
            "unrelated" => noise(n),
            "related" => shares(n),
            _ => alignment::looped(&noise(n % 8), 5 * RATE_HZ as usize, FRAMES),
        };
        let stems: Vec<StemFeatures> = (0..16).map(|n| features(&stem(n))).collect();
        group.throughput(Throughput::Elements(16 * FRAMES as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| align(&stems, &AlignmentSettings::default(), PairSelection::All, &|_| false));
        });
    }
    group.finish();
}

/// Aligns two hours, with a delay of twenty minutes: wall time, and the peak memory of this
/// process. Run with `cargo bench --bench align -- two_hours`.
fn two_hours(criterion: &mut Criterion) {
    if !two_hours_alone() {
        return;
    }
    let minute = |n: usize| signals::pink_noise(n as u64, 0.1, 60 * RATE_HZ as usize);
    let rate = SampleRate::new(RATE_HZ).expect("a common rate");
    let stems: Vec<StemFeatures> = [20..140, 0..120]
        .map(|minutes: std::ops::Range<usize>| {
            let mut stem = StemFeatures::new(rate, StemFeatures::DEFAULT_MAX_BYTES);
            for minute in minutes.map(minute) {
                minute.chunks(1 << 16).for_each(|part| stem.observe(&Block::mono(part)));
            }
            stem
        })
        .into();
    let mut group = criterion.benchmark_group("align_pair");
    group.sample_size(10);
    group.bench_function("two_hours", |bencher| {
        bencher.iter(|| {
            let answer = align(&stems, &AlignmentSettings::default(), PairSelection::All, &|_| false);
            assert_eq!(answer.moved(), 1, "{answer:?}");
        });
    });
    group.finish();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
}

criterion_group!(benches, pair, sixteen, two_hours);
criterion_main!(benches);

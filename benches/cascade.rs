//! Four f64 biquads on a stereo track, and eight.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, bench_together, rate};
use mixdown_engine::dsp::biquad::{BellBand, Cascade, Coefficients};
use mixdown_engine::process::TRACKS_PER_BATCH;

fn bells(count: i32) -> Vec<Coefficients> {
    let band = |k| BellBand::new(60.0 * 1.9_f64.powi(k), 2.0);
    (0..count).flat_map(|k| band(k).design(rate()).expect("the bands are below Nyquist")).collect()
}

fn cascade(criterion: &mut Criterion) {
    for count in [1, 2, 4, 8] {
        bench_processor(criterion, &format!("cascade/{count} sections"), 0.2, &mut Cascade::new(&bells(count), 2));
    }
    let mut tracks = [(); TRACKS_PER_BATCH].map(|()| Cascade::new(&bells(4), 2));
    bench_together(criterion, "cascade/4 sections, four tracks", 0.2, |blocks| {
        Cascade::process_batch(&mut tracks.each_mut(), blocks);
    });
}

criterion_group!(benches, cascade);
criterion_main!(benches);

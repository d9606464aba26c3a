//! Four f64 biquads on a stereo track, and eight; an equaliser of either design, and what designing
//! costs.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, bench_together, rate};
use mixdown_engine::dsp::biquad::{BandPass, BellBand, Cascade, Coefficients, Design, Sections, ShelfBand, TiltBand};
use mixdown_engine::process::TRACKS_PER_BATCH;

fn bells(count: i32) -> Vec<Coefficients> {
    let band = |k| BellBand { design: Design::Cookbook, ..BellBand::new(60.0 * 1.9_f64.powi(k), 2.0) };
    (0..count).flat_map(|k| band(k).design(rate()).expect("the bands are below Nyquist")).collect()
}

/// Returns the sections of an equaliser with three bells and a high shelf.
fn equaliser(design: Design) -> Sections {
    let bells = [(120.0, 2.0), (400.0, -3.0), (3_000.0, 2.0)];
    let bells = bells.map(|(hz, gain_db)| BellBand { design, ..BellBand::new(hz, gain_db) }.design(rate()));
    let shelf = ShelfBand { design, ..ShelfBand::new(9_000.0, 3.0) }.design_high(rate());
    bells.into_iter().chain([shelf]).flat_map(|sections| sections.expect("the bands are below Nyquist")).collect()
}

fn cascade(criterion: &mut Criterion) {
    for count in [1, 2, 4, 8] {
        bench_processor(criterion, &format!("cascade/{count} sections"), 0.2, &mut Cascade::new(&bells(count), 2));
    }
    for (name, design) in [("cookbook", Design::Cookbook), ("matched", Design::Matched)] {
        let mut cascade = Cascade::new(&equaliser(design), 2);
        bench_processor(criterion, &format!("cascade/equaliser, {name}"), 0.2, &mut cascade);
        criterion.bench_function(&format!("cascade/design, {name}"), |bencher| bencher.iter(|| equaliser(design)));
    }
    let (tilt, band_pass) = (TiltBand::new(3.0).design(rate()), BandPass::new(1_000.0).design(rate()));
    for (name, sections) in [("tilt", tilt), ("band-pass", band_pass)] {
        let mut cascade = Cascade::new(&sections.expect("the settings are within range"), 2);
        bench_processor(criterion, &format!("cascade/{name}"), 0.2, &mut cascade);
    }
    let mut tracks = [(); TRACKS_PER_BATCH].map(|()| Cascade::new(&bells(4), 2));
    bench_together(criterion, "cascade/4 sections, four tracks", 0.2, |blocks| {
        Cascade::process_batch(&mut tracks.each_mut(), blocks);
    });
}

criterion_group!(benches, cascade);
criterion_main!(benches);

//! Whole renders of real stems into memory: six stems unprocessed, and a session with every insert.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::elements;
use mixdown_engine::render::Render;
use mixdown_engine::session::{AlignMode, Session};
use mixdown_fixtures::golden;

fn render(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("render");
    group.sample_size(10);
    for name in ["six_stems", "every_insert"] {
        let mut session = Session::load(&golden::session_path(name)).expect("the golden's session is sound");
        session.align.mode = AlignMode::Off;
        let render = || Render::new(session.clone()).to_memory().expect("the golden's session renders");
        group.throughput(elements(render().0.frames()));
        group.bench_function(name, |bencher| bencher.iter(render));
    }
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);

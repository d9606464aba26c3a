//! Whole renders of real stems into memory: six stems unprocessed, and a session with every insert.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::elements;
use mixdown_engine::render::{RenderOptions, render_to_memory};
use mixdown_engine::session::{AlignMode, Session};
use mixdown_fixtures::golden;
use std::ops::ControlFlow;

fn render(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("render");
    group.sample_size(10);
    for name in ["six_stems", "every_insert"] {
        let mut session = Session::load(&golden::session_path(name)).expect("the golden's session is sound");
        session.align.mode = AlignMode::Off;
        let render = || {
            render_to_memory(session.clone(), &RenderOptions::default(), &mut |_| ControlFlow::Continue(()))
                .expect("the golden's session renders")
        };
        group.throughput(elements(render().0.frames()));
        group.bench_function(name, |bencher| bencher.iter(render));
    }
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);

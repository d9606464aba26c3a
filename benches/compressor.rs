//! The compressor, stereo-linked, with peak and with RMS detector.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, bench_together, spec};
use mixdown_engine::dsp::dynamics::{Compressor, CompressorSettings};
use mixdown_engine::process::{Stage, TRACKS_PER_BATCH};

fn compressor(criterion: &mut Criterion) {
    for detector in ["peak", "rms"] {
        let settings: CompressorSettings =
            serde_json::from_value(serde_json::json!({ "threshold_db": -20, "ratio": 3, "detector": detector }))
                .expect("the settings are within range");
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("compressor/{detector}"), 0.2, &mut *processor);
        let track = || Compressor::new(&settings, &spec()).expect("the settings are within range");
        let mut tracks = [(); TRACKS_PER_BATCH].map(|()| track());
        bench_together(criterion, &format!("compressor/{detector}, four tracks"), 0.2, |blocks| {
            Compressor::process_batch(&mut tracks.each_mut(), blocks);
        });
    }
}

criterion_group!(benches, compressor);
criterion_main!(benches);

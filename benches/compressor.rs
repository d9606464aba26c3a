//! The compressor, stereo-linked, with peak and with RMS detector.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, bench_together, spec};
use mixdown_engine::dsp::dynamics::{Compressor, CompressorSettings, Detector};
use mixdown_engine::process::{Stage, TRACKS_PER_BATCH};

fn compressor(criterion: &mut Criterion) {
    for (name, detector) in [("peak", Detector::Peak), ("rms", Detector::Rms)] {
        let settings = CompressorSettings { detector, ..CompressorSettings::new(-20.0, 3.0) };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("compressor/{name}"), 0.2, &mut *processor);
        let track = || Compressor::new(&settings, &spec()).expect("the settings are within range");
        let mut tracks = [(); TRACKS_PER_BATCH].map(|()| track());
        bench_together(criterion, &format!("compressor/{name}, four tracks"), 0.2, |blocks| {
            Compressor::process_batch(&mut tracks.each_mut(), blocks);
        });
    }
}

criterion_group!(benches, compressor);
criterion_main!(benches);

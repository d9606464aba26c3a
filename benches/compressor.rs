//! The compressor, stereo-linked, with each kind of detector, and filters before it.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{bench_processor, bench_together, spec};
use mixdown_engine::dsp::dynamics::{Compressor, CompressorSettings, Detector};
use mixdown_engine::process::{Stage, TRACKS_PER_BATCH};

fn compressor(criterion: &mut Criterion) {
    for (name, detector) in [("peak", Detector::Peak), ("rms", Detector::Rms), ("true peak", Detector::TruePeak)] {
        let settings = CompressorSettings { detector, ..CompressorSettings::new(-20.0, 3.0) };
        let mut processor = settings.build(&spec()).expect("the settings are within range");
        bench_processor(criterion, &format!("compressor/{name}"), 0.2, &mut *processor);
        let track = || Compressor::new(&settings, &spec()).expect("the settings are within range");
        let mut tracks = [(); TRACKS_PER_BATCH].map(|()| track());
        bench_together(criterion, &format!("compressor/{name}, four tracks"), 0.2, |blocks| {
            Compressor::process_batch(&mut tracks.each_mut(), blocks);
        });
    }
    let settings = CompressorSettings {
        detector_high_pass_hz: 100.0,
        detector_low_pass_hz: 8_000.0,
        ..CompressorSettings::new(-20.0, 3.0)
    };
    let mut processor = settings.build(&spec()).expect("the settings are within range");
    bench_processor(criterion, "compressor/peak, filtered", 0.2, &mut *processor);
}

criterion_group!(benches, compressor);
criterion_main!(benches);

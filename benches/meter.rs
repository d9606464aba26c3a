//! The meters one by one, everything in a measurement together, and the data for drawings:
//! spectrum, scope, waveform.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{elements, pink, rate};
use mixdown_engine::analysis::{PhaseScope, SpectrumAnalyser, WaveformGenerator, WaveformSettings};
use mixdown_engine::audio::{AudioBuffer, ChannelLayout};
use mixdown_engine::meter::{CorrelationMeter, LoudnessMeter, PeakMeter, ProgrammeMeter, RmsMeter, TruePeakMeter};
use mixdown_engine::process::Tap;
use mixdown_fixtures::signals::white_noise;

fn meters(criterion: &mut Criterion) {
    let audio = pink(0.2, 480_000);
    let mut group = criterion.benchmark_group("meter");
    group.throughput(elements(audio.frames())).sample_size(20);
    let mut bench = |name: &str, audio: &AudioBuffer, tap: &mut dyn Tap| {
        group.bench_function(name, |bencher| bencher.iter(|| tap.observe(&audio.block())));
    };
    let stereo = ChannelLayout::stereo();
    bench("peak", &audio, &mut PeakMeter::new());
    bench("rms", &audio, &mut RmsMeter::new(2));
    bench("correlation", &audio, &mut CorrelationMeter::new());
    bench("loudness", &audio, &mut LoudnessMeter::new(rate(), &stereo));
    bench("true peak", &audio, &mut TruePeakMeter::new(2));
    let white = AudioBuffer::from_channels(&[1, 2].map(|seed| white_noise(seed, 0.5, audio.frames())));
    bench("true peak, white noise", &white, &mut TruePeakMeter::new(2));
    bench("programme", &audio, &mut ProgrammeMeter::with_series(rate(), &stereo));
    bench("spectrum", &audio, &mut SpectrumAnalyser::new(rate(), 2));
    bench("phase scope", &audio, &mut PhaseScope::new());
    group.bench_function("waveform", |bencher| {
        bencher.iter(|| {
            // Its columns grow with the signal, so each round has a new one.
            let mut waveform =
                WaveformGenerator::new(rate(), 2, WaveformSettings::default()).expect("a width in range");
            waveform.observe(&audio.block());
            waveform
        });
    });
    group.finish();
}

criterion_group!(benches, meters);
criterion_main!(benches);

//! Rate conversion of ten stereo seconds.

use criterion::{Criterion, criterion_group, criterion_main};
use mixdown_benches::{BLOCK_FRAMES, elements, pink};
use mixdown_engine::audio::{AudioBuffer, BlockMut};
use mixdown_engine::process::Source;
use mixdown_engine::resample::{RateConverter, Resampler};
use mixdown_engine::units::SampleRate;
use std::convert::Infallible;

/// A buffer as a source.
struct Memory<'a> {
    audio: &'a AudioBuffer,
    rate: SampleRate,
    at: usize,
}

impl Source for Memory<'_> {
    type Error = Infallible;

    fn channels(&self) -> usize {
        self.audio.channels()
    }

    fn sample_rate(&self) -> SampleRate {
        self.rate
    }

    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, Infallible> {
        let frames = out.frames().min(self.audio.frames() - self.at);
        out.slice_mut(0..frames).copy_from(&self.audio.block().slice(self.at..self.at + frames));
        self.at += frames;
        Ok(frames)
    }
}

fn resample(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("resample");
    group.sample_size(20);
    for (from_hz, to_hz) in [(44_100, 48_000), (48_000, 44_100), (96_000, 48_000)] {
        let rate = |hz| SampleRate::new(hz).expect("the rate is within the limits");
        let audio = pink(0.2, 10 * from_hz as usize);
        group.throughput(elements(10 * to_hz as usize));
        for (resampler, name) in [(Resampler::Steep, ""), (Resampler::Gentle, ", gentle")] {
            group.bench_function(format!("{from_hz} to {to_hz} Hz{name}"), |bencher| {
                bencher.iter(|| {
                    let source = Memory { audio: &audio, rate: rate(from_hz), at: 0 };
                    let converter = RateConverter::by(resampler, source, rate(to_hz));
                    let mut converter = converter.expect("the rates can be converted");
                    let mut block = AudioBuffer::new(2, BLOCK_FRAMES);
                    while converter.read(&mut block.block_mut()).unwrap_or(0) == BLOCK_FRAMES {}
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, resample);
criterion_main!(benches);

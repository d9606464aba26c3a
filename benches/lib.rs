//! Common parts of the benchmarks: signals of a fixed length, and the throughput of a block.

use criterion::Throughput;
use mixdown_engine::audio::{AudioBuffer, BlockMut, Quantiser, SampleFormat};
use mixdown_engine::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use mixdown_engine::process::{ProcessSpec, Processor, TRACKS_PER_BATCH};
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::signals;
use std::path::Path;

/// Frames per block.
pub const BLOCK_FRAMES: usize = 4_096;

/// Returns 48 kHz.
///
/// # Panics
/// Never: 48 kHz is within the limits.
pub fn rate() -> SampleRate {
    SampleRate::new(48_000).expect("48 kHz is within the limits")
}

/// Returns the spec of all processors here: 48 kHz, stereo.
pub fn spec() -> ProcessSpec {
    ProcessSpec { sample_rate: rate(), max_block: BLOCK_FRAMES, channels: 2 }
}

/// Returns stereo pink noise of a root mean square.
pub fn pink(rms: f64, frames: usize) -> AudioBuffer {
    AudioBuffer::from_channels(&[signals::pink_noise(1, rms, frames), signals::pink_noise(2, rms, frames)])
}

/// Writes a stereo signal as a 24-bit WAV file.
///
/// # Errors
/// When the file cannot be written.
pub fn write_wav(path: &Path, audio: &AudioBuffer) -> std::io::Result<()> {
    let format = WavFormat { samples: SampleFormat::Int24, sample_rate: rate(), channels: 2 };
    let mut bytes = Vec::new();
    Quantiser::new(SampleFormat::Int24, 2, rate(), None, false).write(&audio.block(), &mut bytes);
    let mut writer = WavWriter::new(std::fs::File::create(path)?, format)?;
    writer.write(&bytes)?;
    writer.finish(&BroadcastExtension::default()).map(|_| ())
}

/// Returns the number of samples of a stereo signal: frames × channels.
pub fn elements(frames: usize) -> Throughput {
    Throughput::Elements(2 * frames as u64)
}

/// Runs a processor over one second of stereo pink noise, block by block, on a fresh copy each
/// time.
pub fn bench_processor(criterion: &mut criterion::Criterion, name: &str, rms: f64, processor: &mut dyn Processor) {
    let second = pink(rms, rate().hz() as usize);
    let mut audio = second.clone();
    let mut group = criterion.benchmark_group(name);
    group.throughput(elements(second.frames()));
    group.bench_function("one second, stereo", |bencher| {
        bencher.iter(|| {
            audio.block_mut().copy_from(&second.block());
            for start in (0..second.frames()).step_by(BLOCK_FRAMES) {
                let end = (start + BLOCK_FRAMES).min(second.frames());
                processor.process(&mut audio.block_mut().slice_mut(start..end));
            }
        });
    });
    group.finish();
}

/// As [`bench_processor`], for four tracks that are processed side by side.
pub fn bench_together(
    criterion: &mut criterion::Criterion,
    name: &str,
    rms: f64,
    mut run: impl FnMut(&mut [BlockMut<'_>; TRACKS_PER_BATCH]),
) {
    const PIECE: usize = 1_024;
    let second = pink(rms, rate().hz() as usize);
    let mut audio = [(); TRACKS_PER_BATCH].map(|()| AudioBuffer::new(2, PIECE));
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(2 * (TRACKS_PER_BATCH * second.frames()) as u64));
    group.bench_function("one second, four stereo tracks", |bencher| {
        bencher.iter(|| {
            for start in (0..second.frames()).step_by(PIECE) {
                let range = start..(start + PIECE).min(second.frames());
                let mut blocks = audio.each_mut().map(|audio| audio.first_mut(range.len()));
                for block in &mut blocks {
                    block.copy_from(&second.block().slice(range.clone()));
                }
                run(&mut blocks);
            }
        });
    });
    group.finish();
}

//! Runs signals through a case's processor, in blocks of any size.

use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::process::{ProcessSpec, Processor};
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::signals::{pink_noise, sine, white_noise};

/// Rates at which every law is checked, in hertz.
pub(crate) const RATES_HZ: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// Largest block for which processors are built.
pub(crate) const MAX_BLOCK: usize = 4_096;

pub(crate) fn spec(rate_hz: u32, channels: usize) -> ProcessSpec {
    let sample_rate = SampleRate::new(rate_hz).expect("the rates of the laws are within range");
    ProcessSpec { sample_rate, max_block: MAX_BLOCK, channels }
}

/// Sizes of the blocks of a signal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Blocks {
    /// All of one size.
    Of(usize),
    /// Of 0 to 1000 frames, the same on every run.
    Random,
}

impl Blocks {
    /// Returns the sizes, without end.
    fn sizes(self) -> Box<dyn Iterator<Item = usize>> {
        match self {
            // An empty block before each.
            Self::Of(size) => Box::new([0, size].into_iter().cycle()),
            Self::Random => {
                let noise = white_noise(99, 1.0, 997);
                Box::new(noise.into_iter().map(|x| ((x.abs() * 1_300.0) as usize).saturating_sub(300)).cycle())
            }
        }
    }
}

/// Runs a signal through a processor, in place.
pub(crate) fn run(processor: &mut dyn Processor, signal: &mut AudioBuffer, blocks: Blocks) {
    let frames = signal.frames();
    let mut start = 0;
    for size in blocks.sizes() {
        let end = (start + size).min(frames);
        processor.process(&mut signal.block_mut().slice_mut(start..end));
        start = end;
        if start == frames {
            return;
        }
    }
}

/// Returns a programme that exercises every part of every processor: silence, quiet and loud noise,
/// a loud tone, single peaks, a quiet end.
pub(crate) fn programme(channels: usize, frames: usize, seed: u64) -> AudioBuffer {
    let part = frames / 6;
    let channels: Vec<Vec<f32>> = (0..channels as u64)
        .map(|channel| {
            let seed = seed + 10 * channel;
            let mut out = vec![0.0; part];
            out.extend(pink_noise(seed, 0.003, part));
            out.extend(pink_noise(seed + 1, 0.4, part));
            out.extend(sine(48_000.0, 997.0 + channel as f64, 1.4, 0.3, part));
            out.extend(white_noise(seed + 2, 0.05, part));
            out.resize(frames, 1e-5);
            out[part / 2] = -0.0;
            out[4 * part + part / 2] = 3.0;
            out[5 * part + part / 3] = -1.5;
            out
        })
        .collect();
    AudioBuffer::from_channels(&channels)
}

/// Reports the first frame and channel whose bits differ, as a sentence.
pub(crate) fn first_difference(found: &AudioBuffer, expected: &AudioBuffer) -> Result<(), String> {
    for channel in 0..expected.channels() {
        let pairs = found.channel(channel).iter().zip(expected.channel(channel));
        for (frame, (found, expected)) in pairs.enumerate() {
            if found.to_bits() != expected.to_bits() {
                return Err(format!("channel {channel}, frame {frame}: {found:e} instead of {expected:e}"));
            }
        }
    }
    Ok(())
}

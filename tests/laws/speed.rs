//! Law 11: no processor is slower on silence than on sound.
//!
//! Memories that fall below 10⁻³⁰⁸ become denormal numbers, which a processor computes ten times
//! more slowly and worse. Only a clock shows that, and a clock also shows other programs. They only
//! slow a block down, and not at the same place every time. Therefore the quickest of 93 blocks
//! counts, and a second of silence is slow only if it is so in each of [`ATTEMPTS`] attempts, each
//! against its own second of sound.

use super::hold_at;
use mixdown_engine::audio::{AudioBuffer, BlockMut, ChannelLayout};
use mixdown_engine::meter::ProgrammeMeter;
use mixdown_engine::process::Tap;
use mixdown_engine::units::SampleRate;
use mixdown_fixtures::signals::white_noise;
use std::time::{Duration, Instant};

const ATTEMPTS: usize = 6;
/// Seconds of silence; in one of them every memory falls from full scale through the denormals.
const SILENCE_S: usize = 20;
/// Allowance for the clock and its ticks, in seconds.
const TICKS_S: f64 = 2e-6;

/// Returns the shortest time of a block of 512 frames within a second, in seconds.
fn quickest_block(mut signal: AudioBuffer, work: &mut impl FnMut(&mut BlockMut<'_>)) -> f64 {
    let mut quickest = f64::MAX;
    for start in (0..signal.frames()).step_by(512) {
        let end = signal.frames().min(start + 512);
        let started = Instant::now();
        work(&mut signal.block_mut().slice_mut(start..end));
        if end - start == 512 {
            quickest = quickest.min(started.elapsed().as_secs_f64());
        }
    }
    quickest
}

/// Checks that each second of silence after noise is about as quick as the noise.
fn silence_is_not_slower(channels: usize, mut work: impl FnMut(&mut BlockMut<'_>)) -> Result<(), String> {
    let noise: Vec<Vec<f32>> = (0..channels as u64).map(|seed| white_noise(seed, 0.9, 48_000)).collect();
    let mut slow: Vec<usize> = (0..SILENCE_S).collect();
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        let sound = quickest_block(AudioBuffer::from_channels(&noise), &mut work);
        let silence: Vec<f64> =
            (0..SILENCE_S).map(|_| quickest_block(AudioBuffer::new(channels, 48_000), &mut work)).collect();
        slow.retain(|second| silence[*second] > 1.5 * sound + TICKS_S);
        let Some(second) = slow.first() else { return Ok(()) };
        last = format!(
            "{:.1} µs a block of sound, {:.1} in second {second} of silence",
            sound * 1e6,
            silence[*second] * 1e6
        );
    }
    Err(last)
}

#[test]
fn law_11_silence_is_not_slower_than_sound() {
    hold_at(&[48_000], &[2], &|_, spec, fresh| {
        let mut processor = fresh();
        silence_is_not_slower(spec.channels, |block| processor.process(block))
    });
    let mut meter = ProgrammeMeter::new(SampleRate::new(48_000).unwrap(), &ChannelLayout::stereo());
    silence_is_not_slower(2, |block| meter.observe(&block.as_block())).unwrap();
}

/// Returns work that spins for a time per block: long in one second of silence of the attempts
/// that are slow.
fn slow_in_one_second(is_slow: impl Fn(usize) -> bool) -> impl FnMut(&mut BlockMut<'_>) {
    let per_second = 48_000_usize.div_ceil(512);
    let mut block = 0;
    move |_| {
        let (attempt, second) = (block / per_second / (1 + SILENCE_S), block / per_second % (1 + SILENCE_S));
        block += 1;
        let spin = Duration::from_micros(if second == 8 && is_slow(attempt) { 100 } else { 5 });
        let started = Instant::now();
        while started.elapsed() < spin {}
    }
}

#[test]
fn one_slow_second_of_silence_is_found_unless_it_is_of_one_attempt() {
    assert!(silence_is_not_slower(2, slow_in_one_second(|_| true)).is_err());
    assert_eq!(silence_is_not_slower(2, slow_in_one_second(|attempt| attempt == 0)), Ok(()));
}

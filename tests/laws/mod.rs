//! Laws that every processor must obey, one test each; `table` lists every processor and its
//! settings.

pub(crate) mod allocation;
mod response;
mod run;
mod speed;
mod table;

use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::dsp::Insert;
use mixdown_engine::process::{ProcessSpec, Processor, Stage, Tail};
use mixdown_fixtures::signals::white_noise;
use response::Axis;
use run::{Blocks, MAX_BLOCK, RATES_HZ, first_difference, programme, run, spec};
use std::f64::consts::TAU;
use table::Case;
pub(crate) use table::every_case;

/// −120 dBFS.
const INAUDIBLE: f32 = 1e-6;

/// A law about one case at one rate and number of channels: `Err` describes the violation. `build`
/// makes fresh processors.
type Law = dyn Fn(&Case, &ProcessSpec, &dyn Fn() -> Box<dyn Processor>) -> Result<(), String>;

/// Checks a law for every case at every rate, in mono and stereo. Fails with the list of all
/// violations.
fn hold(law: &Law) {
    hold_at(&RATES_HZ, &[1, 2], law);
}

fn hold_at(rates_hz: &[u32], channels: &[usize], law: &Law) {
    let mut broken = Vec::new();
    let mut held = 0;
    for case in every_case() {
        for &rate_hz in rates_hz {
            for &channels in channels {
                let spec = spec(rate_hz, channels);
                held += 1;
                let fresh = || case.insert.build(&spec).expect("the table's settings are within range");
                if let Err(what) = law(&case, &spec, &fresh) {
                    broken.push(format!("{} at {rate_hz} Hz, {channels} channels: {what}", case.name));
                }
            }
        }
    }
    assert!(held > 0);
    assert!(broken.is_empty(), "{} of {held} broken:\n{}", broken.len(), broken.join("\n"));
}

fn silence(spec: &ProcessSpec, frames: usize) -> AudioBuffer {
    AudioBuffer::new(spec.channels, frames)
}

#[test]
fn law_1_any_split_of_the_input_gives_the_same_bits() {
    hold(&|_, spec, fresh| {
        let input = programme(spec.channels, 6_600, 1);
        let mut whole = input.clone();
        run(&mut *fresh(), &mut whole, Blocks::Of(MAX_BLOCK));
        for blocks in [Blocks::Of(1), Blocks::Of(7), Blocks::Of(64), Blocks::Of(511), Blocks::Random] {
            let mut split = input.clone();
            run(&mut *fresh(), &mut split, blocks);
            first_difference(&split, &whole).map_err(|difference| format!("{blocks:?}: {difference}"))?;
        }
        Ok(())
    });
}

#[test]
fn law_2_reset_equals_fresh() {
    hold(&|_, spec, fresh| {
        let mut used = fresh();
        run(&mut *used, &mut programme(spec.channels, 9_000, 2), Blocks::Of(511));
        used.reset();
        let (mut again, mut first) = (programme(spec.channels, 6_600, 3), programme(spec.channels, 6_600, 3));
        run(&mut *used, &mut again, Blocks::Of(511));
        run(&mut *fresh(), &mut first, Blocks::Of(511));
        first_difference(&again, &first)
    });
}

/// The latency is the position of the first output of an impulse. Where a filter of linear phase
/// rings before the impulse, it is the position of the peak.
#[test]
fn law_3_the_measured_delay_equals_the_latency() {
    hold(&|case, spec, fresh| {
        let mut processor = fresh();
        let at = 100;
        let expected = at + processor.latency() as usize + spec.sample_rate.frames(case.late_ms / 1_000.0) as usize;
        let mut signal = silence(spec, expected + 5_000);
        for channel in 0..spec.channels {
            signal.channel_mut(channel)[at] = 0.25;
        }
        run(&mut *processor, &mut signal, Blocks::Of(MAX_BLOCK));
        for channel in 0..spec.channels {
            let out = signal.channel(channel);
            let rings = matches!(
                case.insert,
                Insert::SoftClip(_)
                    | Insert::DeEsser(_)
                    | Insert::Saturator(_)
                    | Insert::LinearPhase(_)
                    | Insert::MatchEq(_)
            );
            let (point, found) = if rings {
                let most = (0..out.len()).reduce(|most, n| if out[n].abs() > out[most].abs() { n } else { most });
                ("peak", most)
            } else {
                ("first output", out.iter().position(|sample| *sample != 0.0))
            };
            if found != Some(expected) {
                return Err(format!("the {point} is at {found:?}, not at {expected}"));
            }
        }
        Ok(())
    });
}

#[test]
fn law_4_after_the_tail_silence_is_inaudible() {
    hold(&|_, spec, fresh| {
        let mut processor = fresh();
        let Tail::Frames(tail) = processor.tail() else {
            return Err("its tail never ends".to_owned());
        };
        // Full-scale noise, then full-scale DC: the inputs that a resonance and a low cutoff keep
        // longest.
        let loud = 20_000;
        let mut signal = silence(spec, loud + tail as usize + 5_000);
        for channel in 0..spec.channels {
            let samples = signal.channel_mut(channel);
            samples[..loud / 2].copy_from_slice(&white_noise(4 + channel as u64, 1.0, loud / 2));
            samples[loud / 2..loud].fill(1.0);
        }
        run(&mut *processor, &mut signal, Blocks::Of(MAX_BLOCK));
        for channel in 0..spec.channels {
            let after = &signal.channel(channel)[loud + tail as usize..];
            if let Some(late) = after.iter().position(|sample| sample.is_nan() || sample.abs() > INAUDIBLE) {
                return Err(format!("{late} frames after a tail of {tail} it still gives {:e}", after[late]));
            }
        }
        Ok(())
    });
}

#[test]
fn law_5_zero_in_gives_zero_out() {
    hold(&|_, spec, fresh| {
        let mut signal = silence(spec, 10_000);
        run(&mut *fresh(), &mut signal, Blocks::Of(511));
        let sound = (0..spec.channels).any(|channel| signal.channel(channel).iter().any(|sample| *sample != 0.0));
        if sound { Err("it makes sound of silence".to_owned()) } else { Ok(()) }
    });
}

#[test]
fn law_6_process_and_reset_never_allocate() {
    hold(&|_, spec, fresh| {
        let mut processor = fresh();
        let mut signal = programme(spec.channels, 2 * MAX_BLOCK, 6);
        let ((), count) = allocation::counted(|| {
            for size in [MAX_BLOCK, 0, 1, 511] {
                processor.process(&mut signal.block_mut().slice_mut(0..size));
            }
            processor.reset();
            processor.process(&mut signal.block_mut().slice_mut(MAX_BLOCK..2 * MAX_BLOCK));
        });
        if count > 0 { Err(format!("{count} calls of the allocator")) } else { Ok(()) }
    });
}

#[test]
fn law_7_reset_clears_hostile_input() {
    hold(&|_, spec, fresh| {
        let mut expected = programme(spec.channels, 6_600, 7);
        run(&mut *fresh(), &mut expected, Blocks::Of(MAX_BLOCK));
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-40] {
            let mut processor = fresh();
            let mut bad = silence(spec, 3_000);
            bad.block_mut().fill(odd);
            run(&mut *processor, &mut bad, Blocks::Of(MAX_BLOCK));
            processor.reset();
            let mut clean = programme(spec.channels, 6_600, 7);
            run(&mut *processor, &mut clean, Blocks::Of(MAX_BLOCK));
            first_difference(&clean, &expected).map_err(|difference| format!("after {odd}: {difference}"))?;
        }
        Ok(())
    });
}

#[test]
fn law_8_neutral_settings_change_no_bit() {
    let neutral = every_case().iter().filter(|case| case.neutral).count();
    assert!(neutral > 0);
    hold(&|case, spec, fresh| {
        if !case.neutral {
            return Ok(());
        }
        let mut processor = fresh();
        let late = processor.latency() as usize;
        let frames = late + 12_000;
        let input = programme(spec.channels, frames, 8);
        let mut out = input.clone();
        run(&mut *processor, &mut out, Blocks::Of(511));
        let mut expected = silence(spec, frames);
        for channel in 0..spec.channels {
            expected.channel_mut(channel)[late..].copy_from_slice(&input.channel(channel)[..frames - late]);
        }
        first_difference(&out, &expected)
    });
}

#[test]
fn law_9_channels_swap_with_their_inputs() {
    hold_at(&RATES_HZ, &[2], &|_, spec, fresh| {
        let input = programme(2, 12_000, 9);
        let (left, right) = (input.channel(0).to_vec(), input.channel(1).to_vec());
        let (mut straight, mut swapped) = (input.clone(), AudioBuffer::from_channels(&[right, left]));
        run(&mut *fresh(), &mut straight, Blocks::Of(MAX_BLOCK));
        run(&mut *fresh(), &mut swapped, Blocks::Of(MAX_BLOCK));
        assert_eq!(spec.channels, 2);
        let back = AudioBuffer::from_channels(&[swapped.channel(1).to_vec(), swapped.channel(0).to_vec()]);
        first_difference(&back, &straight)
    });
}

#[test]
fn law_10_the_response_is_the_analytic_one() {
    hold_at(&RATES_HZ, &[1], &|case, spec, fresh| {
        let Some(response) = &case.response else {
            return Ok(());
        };
        let mut processor = fresh();
        let Tail::Frames(tail) = processor.tail() else {
            return Err("its tail never ends".to_owned());
        };
        let mut impulse = silence(spec, tail as usize + 1_000);
        impulse.channel_mut(0)[0] = 1.0;
        run(&mut *processor, &mut impulse, Blocks::Of(MAX_BLOCK));
        let rate_hz = spec.sample_rate.as_f64();
        let (axis, within_db) = case.analogue_within_db.map_or((Axis::Bilinear, 0.01), |db| (Axis::Analogue, db));
        // Ten hertz to 0.45 of the rate, evenly spaced on a logarithmic scale, off the grid of
        // round numbers.
        for step in 0..48 {
            let frequency_hz = 10.3 * (0.45 * rate_hz / 10.3).powf(f64::from(step) / 47.0);
            let expected_db = response::gain_db(response, axis, frequency_hz, rate_hz);
            let found_db = gain_db(impulse.channel(0), frequency_hz / rate_hz);
            // Below -80 dB the f32 roundings of the impulse response (up to -150 dBFS each) are no
            // longer 0.01 dB of it.
            let held = if expected_db > -80.0 { (found_db - expected_db).abs() < within_db } else { found_db < -79.0 };
            if !held {
                return Err(format!("{frequency_hz:.1} Hz: {found_db:.4} dB instead of {expected_db:.4}"));
            }
        }
        Ok(())
    });
}

/// Returns the gain of an impulse response at a frequency in cycles per frame, in dB.
fn gain_db(response: &[f32], frequency: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in response.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
        let (sin, cos) = (TAU * frequency * n as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im -= f64::from(*sample) * sin;
    }
    10.0 * (re * re + im * im).log10()
}

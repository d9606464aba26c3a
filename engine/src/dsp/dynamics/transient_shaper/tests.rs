//! Tests of the transient shaper on beats. `--nocapture` prints its gains.

use super::*;
use crate::units::SampleRate;
use mixdown_fixtures::signals::sine;

const RATE: f64 = 48_000.0;

/// Frames between two beats.
const BEAT: usize = 24_000;

fn spec(channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 96_000, channels }
}

/// Returns four beats of 200 Hz that fade by `fade_db` per second. A wave begins at its peak.
fn beats(level_db: f64, fade_db: f64) -> Vec<f32> {
    let wave = sine(RATE, 200.0, 1.0, 0.25 * std::f64::consts::TAU, 4 * BEAT);
    let amplitude = |n: usize| 10.0_f64.powf((level_db - fade_db * (n % BEAT) as f64 / RATE) / 20.0);
    wave.iter().enumerate().map(|(n, x)| (f64::from(*x) * amplitude(n)) as f32).collect()
}

fn run(settings: TransientShaperSettings, samples: &[f32]) -> Vec<f32> {
    let mut out = samples.to_vec();
    TransientShaper::new(&settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut out));
    out
}

/// Returns the gain in decibels at each peak of the wave, 200 a second.
fn gains_db(settings: TransientShaperSettings, samples: &[f32]) -> Vec<f64> {
    let out = run(settings, samples);
    (0..samples.len()).step_by(240).map(|n| 20.0 * f64::from(out[n] / samples[n]).log10()).collect()
}

fn both() -> TransientShaperSettings {
    TransientShaperSettings { attack_db: 9.0, sustain_db: -6.0, ..TransientShaperSettings::default() }
}

#[test]
fn a_soft_beat_has_the_gain_of_a_loud_one() {
    let (loud, soft) = (gains_db(both(), &beats(-6.0, 80.0)), gains_db(both(), &beats(-30.0, 80.0)));
    println!("gain in dB, every 5 ms of a beat that fades by 80 dB/s");
    for (n, (loud, soft)) in loud.iter().zip(&soft).enumerate() {
        if (100..160).contains(&n) {
            println!("{:3} ms: {loud:6.2} at -6 dBFS, {soft:6.2} at -30 dBFS", 5 * (n - 100));
        }
        // The floor of −120 dBFS, where the first beat begins.
        assert!((loud - soft).abs() < 1e-3, "peak {n}: {loud} and {soft}");
    }
    let (most, least) = loud.iter().fold((0.0_f64, 0.0_f64), |(most, least), g| (most.max(*g), least.min(*g)));
    assert!(most > 8.0 && least < -5.0, "{least} to {most}");
}

#[test]
fn a_beginning_after_silence_has_the_whole_gain_and_loses_it_in_its_time() {
    for attack_db in [12.0, -12.0] {
        let settings = TransientShaperSettings { attack_db, ..TransientShaperSettings::default() };
        let tone = sine(RATE, 200.0, 0.25, 0.25 * std::f64::consts::TAU, BEAT);
        let gains = gains_db(settings, &[vec![0.0; 2_400], tone].concat());
        let after = |ms: usize| gains[10 + ms / 5];
        println!("{attack_db} dB: {:.2} after 5 ms, {:.2} after 20, {:.3} after 100", after(5), after(20), after(100));
        assert!((after(5) - attack_db).abs() < 0.1 * attack_db.abs());
        // The lagging envelope is at 63 % after its 20 ms: 3.98 of 12 dB are left.
        assert!((after(20) - attack_db * 3.98 / 12.0).abs() < 0.15, "{}", after(20));
        assert!(after(100).abs() < 0.1);
        assert!(after(450).abs() < 1e-4);
    }
}

#[test]
fn what_fades_fast_has_a_sustain_and_what_stays_has_none() {
    let settings = TransientShaperSettings { sustain_db: 12.0, ..TransientShaperSettings::default() };
    let of = |fade_db: f64| gains_db(settings, &beats(-6.0, fade_db))[199];
    let (slow, fast) = (of(5.0), of(120.0));
    println!("sustain of 12 dB, at the end of half a second: {slow:.2} dB at 5 dB/s, {fast:.2} dB at 120 dB/s");
    assert!((11.0..=12.001).contains(&fast), "{fast}");
    assert!((0.0..1.5).contains(&slow), "{slow}");
}

#[test]
fn a_steady_tone_keeps_its_level() {
    for hz in [25.0, 200.0, 997.0, 8_000.0] {
        let tone = sine(RATE, hz, 0.3, 0.1, 96_000);
        let out = run(both(), &tone);
        let error = out[72_000..].iter().zip(&tone[72_000..]).fold(0.0_f32, |most, (y, x)| most.max((y - x).abs()));
        // Samples miss the peaks of a wave by different distances: 0.001 dB.
        assert!(error < 3e-5, "{hz} Hz: {error}");
    }
}

#[test]
fn both_channels_have_the_gain_of_the_louder_one() {
    let (loud, soft) = (beats(-6.0, 80.0), beats(-40.0, 10.0));
    let mut audio = crate::audio::AudioBuffer::from_channels(&[loud.clone(), soft.clone()]);
    TransientShaper::new(&both(), &spec(2)).unwrap().process(&mut audio.block_mut());
    for n in (1..loud.len()).step_by(240) {
        let gain = |channel: usize, input: f32| f64::from(audio.channel(channel)[n]) / f64::from(input);
        assert!((gain(0, loud[n]) / gain(1, soft[n]) - 1.0).abs() < 1e-6); // f32 rounding of each
    }
}

#[test]
fn a_shaper_added_within_a_sound_does_not_take_it_for_a_beginning() {
    let mut tone = sine(RATE, 200.0, 0.25, 0.3, 24_000);
    let input = tone.clone();
    let mut shaper = TransientShaper::new(&both(), &spec(1)).unwrap();
    let gate = crate::dsp::dynamics::GateSettings::new(-60.0).build(&spec(1)).unwrap();
    shaper.inherit_state(&*gate);
    shaper.process(&mut BlockMut::mono(&mut tone));
    let error = tone.iter().zip(&input).fold(0.0_f32, |most, (y, x)| most.max((y - x).abs()));
    assert!(error < 3e-5, "{error}");
}

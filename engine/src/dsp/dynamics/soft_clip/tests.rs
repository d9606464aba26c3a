//! Tests of the soft clipper. `--nocapture` prints what folds back.

use super::*;
use crate::simd::twin::{Number, bits_hash};
use crate::units::SampleRate;
use mixdown_fixtures::signals::sine;
use std::f64::consts::TAU;

const LATE: usize = 47;

fn clipped(settings: SoftClipSettings, input: &[f32]) -> Vec<f32> {
    let spec = ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 48_000, channels: 1 };
    let mut out = input.to_vec();
    settings.build(&spec).unwrap().process(&mut BlockMut::mono(&mut out));
    out
}

fn settings() -> SoftClipSettings {
    SoftClipSettings::default()
}

#[test]
fn what_stays_below_the_knee_passes_bit_for_bit() {
    // The knee is at 0.5: the first tone can not reach it, the second comes close to it between
    // the samples.
    for amplitude in [0.05, 0.49] {
        let input = sine(48_000.0, 3_000.1, amplitude, 0.1, 9_600);
        let mut faded: Vec<f32> = input.iter().enumerate().map(|(n, x)| x * (n as f32 / 4_800.0).min(1.0)).collect();
        faded[0] = -0.0;
        let bits = |samples: &[f32]| samples.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
        // Cut off before its end reaches the clipper: an edge rings above the knee.
        assert_eq!(bits(&clipped(settings(), &faded)[LATE..]), bits(&faded[..9_600 - LATE]));
    }
}

#[test]
fn a_slow_wave_follows_the_curve() {
    let input = sine(48_000.0, 50.0, 2.0, 0.0, 9_600);
    let out = clipped(settings(), &input);
    let expected = |x: f64| {
        let above = (x.abs() - 0.5).max(0.0);
        x.signum() * (x.abs().min(0.5) + 0.5 * above / (0.25 + above * above).sqrt())
    };
    for n in 1_000..9_000 {
        let error = f64::from(out[n + LATE]) - expected(f64::from(input[n]));
        // Two filters with a ripple of 1.6e-5 (-96 dB) each, on the 1.05 that the clipper takes
        // off at most.
        assert!(error.abs() < 4e-5, "frame {n}: {error}");
    }
}

#[test]
fn a_hard_clip_stops_at_its_ceiling() {
    let settings = SoftClipSettings { ceiling_db: -6.0, softness: 0.0, ..settings() };
    let out = clipped(settings, &sine(48_000.0, 50.0, 1.0, 0.0, 9_600));
    let peak = out.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    // The corner rings a little when it is brought down from four times the rate.
    assert!((0.5011..0.515).contains(&peak), "{peak}");
}

/// Returns the strongest tone at a multiple of 100 Hz below 20 kHz that is not a harmonic of a tone
/// of whole hundreds of hertz, relative to the tone, in dB.
fn alias_db(out: &[f32], rate_hz: f64, tone_hz: f64) -> f64 {
    let frames = rate_hz as usize / 5;
    let power = |hz: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in out[9_600..9_600 + frames].iter().enumerate() {
            let angle = TAU * hz * n as f64 / rate_hz;
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        re * re + im * im
    };
    let others = (1..200).map(|step| 100.0 * f64::from(step)).filter(|hz| hz % tone_hz != 0.0);
    10.0 * (others.map(power).fold(0.0, f64::max) / power(tone_hz)).log10()
}

#[test]
fn a_tone_driven_hard_folds_back_less_than_60_db_below_it() {
    let [four, eight, sixteen] = [4, 8, 16].map(|factor| Oversampling::try_from(factor).unwrap());
    for (rate_hz, tone_hz) in
        [(44_100, 1_000.0), (44_100, 5_000.0), (44_100, 10_000.0), (44_100, 15_000.0), (48_000, 15_000.0)]
    {
        let rate = f64::from(rate_hz);
        let input = sine(rate, tone_hz, 1.0, 0.0, 19_200);
        let spec = ProcessSpec { sample_rate: SampleRate::new(rate_hz).unwrap(), max_block: 19_200, channels: 1 };
        let alias = |oversampling, antiderivative| {
            let settings = SoftClipSettings { drive_db: 12.0, oversampling, antiderivative, ..settings() };
            let mut out = input.clone();
            settings.build(&spec).unwrap().process(&mut BlockMut::mono(&mut out));
            alias_db(&out, rate, tone_hz)
        };
        let (default, old) = (alias(eight, true), alias(four, false));
        println!(
            "{tone_hz} Hz +12 dB at {rate_hz} Hz, aliases in dBc: {default:.1}; 4 points {:.1}, 16 points {:.1}; \
             without the antiderivative {old:.1}, {:.1}, {:.1}",
            alias(four, true),
            alias(sixteen, true),
            alias(eight, false),
            alias(sixteen, false),
        );
        assert_eq!(settings().oversampling, eight);
        assert!(default < -60.0, "{tone_hz} Hz at {rate_hz} Hz: {default}");
        assert!(default < old + 0.5, "{tone_hz} Hz at {rate_hz} Hz: {default}, before {old}");
    }
}

#[test]
fn four_points_without_the_antiderivative_have_the_bits_of_version_0_1() {
    let old =
        SoftClipSettings { oversampling: Oversampling::try_from(4).unwrap(), antiderivative: false, ..settings() };
    let input = sine(48_000.0, 997.0, 0.7, 0.1, 4_800);
    let driven = clipped(SoftClipSettings { drive_db: 9.0, ceiling_db: -3.0, ..old }, &input);
    let hard = clipped(SoftClipSettings { softness: 0.0, drive_db: 20.0, mix: 0.4, ..old }, &input);
    let hash = |samples: Vec<f32>| bits_hash(samples.into_iter().map(Number::Single));
    assert_eq!([driven, hard].map(hash), ["be7b3af7b90835d0", "c67f60008d82c9d5"]);
}

#[test]
fn half_a_mix_is_the_mean_of_dry_and_wet() {
    let input = sine(48_000.0, 700.0, 0.9, 0.0, 4_800);
    let run = |mix| clipped(SoftClipSettings { mix, drive_db: 12.0, ..settings() }, &input);
    let (dry, half, wet) = (run(0.0), run(0.5), run(1.0));
    assert_eq!(dry[LATE..], input[..4_800 - LATE]);
    for ((dry, half), wet) in dry.iter().zip(&half).zip(&wet) {
        assert!((half - f32::midpoint(*dry, *wet)).abs() < 1e-6); // f32 rounding below 4
    }
}

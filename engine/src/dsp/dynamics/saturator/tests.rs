//! Tests of the saturator. `--nocapture` prints harmonics and what folds back.

use super::*;
use crate::units::SampleRate;
use mixdown_fixtures::signals::sine;
use std::f64::consts::TAU;

const LATE: usize = 47;
const CURVES: [SaturatorCurve; 3] = [SaturatorCurve::Tube, SaturatorCurve::Tape, SaturatorCurve::Transformer];

fn bent(settings: SaturatorSettings, rate_hz: u32, input: &[f32]) -> Vec<f32> {
    let spec = ProcessSpec { sample_rate: SampleRate::new(rate_hz).unwrap(), max_block: 192_000, channels: 1 };
    let mut out = input.to_vec();
    settings.build(&spec).unwrap().process(&mut BlockMut::mono(&mut out));
    out
}

fn of(curve: SaturatorCurve, drive_db: f64) -> SaturatorSettings {
    SaturatorSettings { curve, drive_db, ..SaturatorSettings::default() }
}

/// Returns the levels of harmonics 2 to 5 of a sine, relative to it, in decibels.
fn harmonics_db(curve: SaturatorCurve, hz: f64, level_db: f64, drive_db: f64) -> [f64; 4] {
    let input = sine(48_000.0, hz, 10.0_f64.powf(level_db / 20.0), 0.0, 144_000);
    let out = bent(of(curve, drive_db), 48_000, &input);
    // Two seconds, after the direct current has settled.
    let level = |hz: f64| {
        let (re, im) = out[48_000..].iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
            let (sin, cos) = (TAU * hz * n as f64 / 48_000.0).sin_cos();
            (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
        });
        10.0 * (re * re + im * im).log10()
    };
    [2.0, 3.0, 4.0, 5.0].map(|n| level(n * hz) - level(hz))
}

#[test]
fn curves_have_the_harmonics_that_they_state() {
    println!("harmonics 2 to 5 in dB, drive 0 dB");
    for curve in CURVES {
        for hz in [50.0, 1_000.0] {
            for level_db in [-24.0, -18.0, -12.0, -6.0, 0.0] {
                let found = harmonics_db(curve, hz, level_db, 0.0).map(|db| format!("{db:7.1}"));
                println!("{curve:?}, {hz} Hz, {level_db} dBFS: {}", found.join(" "));
            }
        }
    }
    let stated = |curve, hz, second: Option<f64>, third: f64| {
        let [h2, h3, ..] = harmonics_db(curve, hz, -12.0, 0.0);
        assert!(second.is_none_or(|db| (h2 - db).abs() < 0.5), "{curve:?}: second {h2}");
        assert!((h3 - third).abs() < 0.5, "{curve:?}: third {h3}");
        h2
    };
    stated(SaturatorCurve::Tube, 1_000.0, Some(-34.0), -57.0);
    // f32 rounding of the output.
    assert!(stated(SaturatorCurve::Tape, 1_000.0, None, -40.0) < -130.0);
    stated(SaturatorCurve::Transformer, 50.0, Some(-44.0), -36.0);
}

#[test]
fn drive_raises_the_harmonics_and_keeps_the_level_of_soft_sounds() {
    for curve in CURVES {
        let (plain, driven) = (harmonics_db(curve, 50.0, -30.0, 0.0), harmonics_db(curve, 50.0, -42.0, 12.0));
        for (plain, driven) in plain.iter().zip(&driven).filter(|(plain, _)| **plain > -100.0) {
            assert!((plain - driven).abs() < 0.1, "{curve:?}: {plain} and {driven}");
        }
        let soft = sine(48_000.0, 1_000.0, 1e-4, 0.0, 9_600);
        let out = bent(of(curve, 24.0), 48_000, &soft);
        let error = out[4_847..].iter().zip(&soft[4_800..]).fold(0.0_f32, |most, (y, x)| most.max((y - x).abs()));
        assert!(error < 1e-6, "{curve:?}: {error}"); // 1 % of it: second harmonic at −45 dB
    }
}

#[test]
fn a_tone_driven_hard_folds_back_less_than_60_db_below_it() {
    for curve in CURVES {
        for (rate_hz, tone_hz) in [(44_100, 1_000.0), (44_100, 10_000.0), (44_100, 15_000.0), (48_000, 15_000.0)] {
            let rate = f64::from(rate_hz);
            let input = sine(rate, tone_hz, 1.0, 0.0, 38_400);
            let alias = |points| {
                let oversampling = Oversampling::try_from(points).unwrap();
                let out = bent(SaturatorSettings { oversampling, ..of(curve, 12.0) }, rate_hz, &input);
                let frames = rate_hz as usize / 5;
                let part = &out[out.len() - frames..];
                let power = |hz: f64| {
                    let (re, im) = part.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, x)| {
                        let (sin, cos) = (TAU * hz * n as f64 / rate).sin_cos();
                        (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
                    });
                    re * re + im * im
                };
                let others = (1..200).map(|step| 100.0 * f64::from(step)).filter(|hz| hz % tone_hz != 0.0);
                10.0 * (others.map(power).fold(0.0, f64::max) / power(tone_hz)).log10()
            };
            let default = alias(8);
            println!(
                "{curve:?}, {tone_hz} Hz +12 dB at {rate_hz} Hz, aliases in dBc: {default:.1}; 4 points {:.1}, 16 points {:.1}",
                alias(4),
                alias(16)
            );
            assert!(default < -60.0, "{curve:?}, {tone_hz} Hz at {rate_hz} Hz: {default}");
        }
    }
}

#[test]
fn no_curve_leaves_direct_current() {
    for curve in CURVES {
        let out = bent(of(curve, 24.0), 48_000, &sine(48_000.0, 100.0, 0.5, 0.0, 96_000));
        let mean = out[48_000..].iter().map(|x| f64::from(*x)).sum::<f64>() / 48_000.0;
        assert!(mean.abs() < 1e-5, "{curve:?}: {mean}");
    }
}

#[test]
fn without_a_mix_the_input_passes_and_half_is_the_mean() {
    let input = sine(48_000.0, 700.0, 0.9, 0.0, 4_800);
    let run = |mix| bent(SaturatorSettings { mix, ..of(SaturatorCurve::Tube, 18.0) }, 48_000, &input);
    let (dry, half, wet) = (run(0.0), run(0.5), run(1.0));
    assert_eq!(dry[LATE..], input[..4_800 - LATE]);
    for ((dry, half), wet) in dry.iter().zip(&half).zip(&wet) {
        assert!((half - f32::midpoint(*dry, *wet)).abs() < 1e-6); // f32 rounding below 4
    }
}

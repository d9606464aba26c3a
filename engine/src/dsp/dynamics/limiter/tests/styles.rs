//! Tests of the styles and of the link: each prints the figures of docs/sound.md.

use super::*;

const STYLES: [LimiterStyle; 3] = [LimiterStyle::Clean, LimiterStyle::Balanced, LimiterStyle::Loud];

/// Returns the power of a tone of whole periods in one second, by a single bin.
fn power_at(second: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in second.iter().enumerate() {
        let angle = TAU * hz * n as f64 / f64::from(RATE);
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
    }
    re * re + im * im
}

/// Returns twelve drum hits in three seconds: a falling tone, and a burst of noise after it.
fn drums() -> Vec<f32> {
    let noise = white_noise(8, 1.0, 12_000);
    let hit = |n: usize| {
        let t = n as f64 / f64::from(RATE);
        let kick = (TAU * (50.0 * t + 1.8 * (1.0 - (-t / 0.03).exp()))).sin() * (-t / 0.12).exp();
        (kick + f64::from(noise[n]) * (-t / 0.04).exp()) as f32
    };
    (0..144_000).map(|n| hit(n % 12_000)).collect()
}

/// Material within the band of the detector, and the gain that drives it.
fn material() -> Vec<(&'static str, Vec<f32>)> {
    let frames = 48_000;
    vec![
        ("drums", up_to_0_45_fs(&with_gain_db(&drums(), 12.0))),
        ("pink noise", up_to_0_45_fs(&with_gain_db(&pink_noise(11, 0.25, frames), 12.0))),
        ("50 Hz", sine(48_000.0, 50.0, 2.0, 0.0, frames)),
        ("997 Hz", sine(48_000.0, 997.0, 2.0, 0.3, frames)),
        ("fs/4, 45 degrees", sine(48_000.0, 12_000.0, 2.0_f64.sqrt(), TAU / 8.0, frames)),
        ("0.45 fs", up_to_0_45_fs(&sine(48_000.0, 21_360.0, 2.0, 0.3, frames))),
        ("music", up_to_0_45_fs(&music(18.0, frames))),
    ]
}

#[test]
fn every_style_holds_the_ceiling() {
    let mut failures = Vec::new();
    for (name, input) in material() {
        for style in STYLES {
            let over = true_peak_db(&limited_in(style, &input)) - CEILING_DB;
            println!("{name}, {style:?}: {over:+.4} dB over the ceiling");
            if !(-0.1..0.02).contains(&over) {
                failures.push(format!("{name}, {style:?}: {over:+.4} dB"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn bass_is_turned_down_in_every_style() {
    // Whole periods in a second, so that each harmonic is one bin.
    let input = sine(48_000.0, 50.0, 10.0_f64.powf((CEILING_DB + 6.0) / 20.0), 0.0, 192_000);
    for (style, most_db) in STYLES.into_iter().zip([-80.0, -50.0, -50.0]) {
        let out = limited_in(style, &input);
        let steady = &out[96_000..144_000];
        let harmonics: f64 = (2..=40).map(|harmonic| power_at(steady, 50.0 * f64::from(harmonic))).sum();
        let thd_db = 10.0 * (harmonics / power_at(steady, 50.0)).log10();
        println!("50 Hz, 6 dB into the ceiling, {style:?}: {thd_db:.1} dB THD");
        assert!(thd_db < most_db, "{style:?}: {thd_db} dB");
    }
}

/// Returns the side-bands of a 3 kHz tone beside a kick drum twice a second that exceeds the
/// ceiling by 6 dB: nearer than 40 Hz, and farther, in decibels to the tone.
fn side_bands(style: LimiterStyle) -> (f64, f64) {
    const STEP: usize = 16;
    const HALF: usize = 255;
    let frames = 8 * 48_000;
    let mut input: Vec<f64> = (0..frames)
        .map(|n| {
            let t = (n % 24_000) as f64 / 48_000.0;
            let kick = (TAU * (50.0 * t + 1.8 * (1.0 - (-t / 0.03).exp()))).sin() * (-t / 0.12).exp();
            kick * (t / 0.001).min(1.0) + 0.1 * (TAU * 3_000.0 * n as f64 / 48_000.0).sin()
        })
        .collect();
    let most = input.iter().fold(0.0_f64, |most, sample| most.max(sample.abs()));
    let gain = 10.0_f64.powf((CEILING_DB + 6.0) / 20.0) / most;
    input.iter_mut().for_each(|sample| *sample *= gain);
    let input: Vec<f32> = input.iter().map(|sample| *sample as f32).collect();
    let out = limited_in(style, &input);
    // Four seconds of the steady part, about the tone: moved to 0 Hz, and 1.5 kHz of them kept.
    let window = |n: usize, count: usize| {
        let place = TAU * n as f64 / count as f64;
        0.42 - 0.5 * place.cos() + 0.08 * (2.0 * place).cos()
    };
    let taps: Vec<(f64, f64)> = (0..=2 * HALF)
        .map(|n| {
            let t = n as f64 - HALF as f64;
            let place = TAU * 1_500.0 * t / 48_000.0;
            let weight = window(n, 2 * HALF) * if t == 0.0 { 1.0 } else { place.sin() / place };
            let angle = TAU * 3_000.0 * t / 48_000.0;
            (weight * angle.cos(), -weight * angle.sin())
        })
        .collect();
    // The tone is at the same place of its period every 16 frames.
    let baseband: Vec<(f64, f64)> = (3 * 48_000..7 * 48_000)
        .step_by(STEP)
        .map(|start| {
            let samples = out[start - HALF..].iter().zip(&taps);
            samples.fold((0.0, 0.0), |(re, im), (sample, tap)| {
                (re + f64::from(*sample) * tap.0, im + f64::from(*sample) * tap.1)
            })
        })
        .collect();
    let count = baseband.len();
    let power = |bin: i32| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, (x, y)) in baseband.iter().enumerate() {
            let angle = -TAU * f64::from(bin) * n as f64 / count as f64;
            let weight = window(n, count);
            re += weight * (x * angle.cos() - y * angle.sin());
            im += weight * (x * angle.sin() + y * angle.cos());
        }
        re * re + im * im
    };
    // A bin is a quarter of a hertz; the window spreads the tone over three on either side.
    let sum = |bins: std::ops::Range<i32>| bins.map(|bin| power(bin) + power(-bin)).sum::<f64>();
    let (tone, near) = (power(0) + sum(1..4), sum(4..160));
    // All bins together have as many times the power of all points.
    let points = baseband.iter().enumerate().map(|(n, (x, y))| window(n, count).powi(2) * (x * x + y * y));
    let far = points.sum::<f64>() * count as f64 - tone - near;
    (10.0 * (near / tone).log10(), 10.0 * (far / tone).log10())
}

#[test]
fn a_kick_drum_hardly_moves_a_tone() {
    for (style, (near_most, far_most)) in STYLES.into_iter().zip([(-17.0, -33.5), (-20.3, -35.0), (-20.3, -35.0)]) {
        let (near, far) = side_bands(style);
        println!("kick and 3 kHz, {style:?}: {near:.1} dB nearer than 40 Hz, {far:.1} dB farther");
        assert!(near <= near_most && far <= far_most, "{style:?}: {near} dB, {far} dB");
    }
}

#[test]
fn styles_are_louder_than_clean_for_the_same_gain() {
    // Of one ceiling and one gain, more of the signal is left.
    let power = |samples: &[f32]| samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
    for (name, input) in
        [("pink noise", with_gain_db(&pink_noise(11, 0.25, 192_000), 12.0)), ("drums", with_gain_db(&drums(), 12.0))]
    {
        let levels = STYLES.map(|style| 10.0 * power(&limited_in(style, &input)).log10());
        let (balanced, loud) = (levels[1] - levels[0], levels[2] - levels[0]);
        println!("{name}, 12 dB over: {balanced:+.2} dB balanced, {loud:+.2} dB loud, beside clean");
        assert!(balanced > 1.0 && loud > 1.0, "{name}: {levels:?}");
    }
}

#[test]
fn the_link_shares_the_reduction() {
    let loud = sine(48_000.0, 997.0, 10.0_f64.powf((CEILING_DB + 6.0) / 20.0), 0.0, 96_000);
    let soft = sine(48_000.0, 331.0, 0.25, 0.0, 96_000);
    for style in STYLES {
        for (stereo_link_percent, expected_db) in [(0.0, 0.0), (50.0, 3.0), (100.0, 6.0)] {
            let settings = LimiterSettings { style, stereo_link_percent, ..LimiterSettings::default() };
            let mut limiter = Limiter::new(&settings, &spec(2)).unwrap();
            let mut both = AudioBuffer::from_channels(&[loud.clone(), soft.clone()]);
            for start in (0..96_000).step_by(1_000) {
                limiter.process(&mut both.block_mut().slice_mut(start..start + 1_000));
            }
            let late = limiter.latency() as usize;
            if stereo_link_percent == 0.0 {
                assert_eq!(both.channel(1)[late..], soft[..96_000 - late], "{style:?}");
            }
            let gain =
                both.channel(1)[90_000 + late % 145..].iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
            let reduction_db = -20.0 * f64::from(gain / 0.25).log10();
            println!("{style:?}, {stereo_link_percent} %: {reduction_db:.3} dB on the soft channel");
            assert!((reduction_db - expected_db).abs() < 0.1, "{style:?}, {stereo_link_percent} %: {reduction_db} dB");
            assert!((limiter.gain_reduction_db() - 6.0).abs() < 0.1);
        }
    }
}

#[test]
fn a_style_changes_no_signal_below_the_ceiling_and_forgets_a_peak() {
    for style in STYLES {
        let mut input = sine(48_000.0, 997.0, 0.5, 0.0, 96_000);
        assert_eq!(limited_in(style, &input)[368 - look_less(style)..][..96_000], input);
        input[10_000] = 3.0;
        let out = limited_in(style, &input);
        let late = 368 - look_less(style);
        let gain = f64::from(out[late + 30_012]) / f64::from(input[30_012]);
        assert!(20.0 * gain.log10() > -1.0, "{style:?}: {gain}");
    }
}

/// Returns the frames by which a style looks less far ahead than the settings allow.
fn look_less(style: LimiterStyle) -> usize {
    let latency = Limiter::new(&LimiterSettings { style, ..LimiterSettings::default() }, &spec(1)).unwrap().latency();
    368 - latency as usize
}

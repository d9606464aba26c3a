//! Full-band signals against an ideal reading of 32 points per frame.

use super::*;
use crate::audio::Block;
use crate::meter::TruePeakMeter;
use crate::process::Tap;
use mixdown_fft::{Complex, RealPlanner};
use mixdown_fixtures::signals::{pink_noise, sine, white_noise};

const FRAMES: usize = 1 << 17;

fn db(level: f32) -> f64 {
    20.0 * f64::from(level).log10()
}

fn meter(signal: &[f32]) -> f64 {
    let mut meter = TruePeakMeter::new(1);
    meter.observe(&Block::mono(signal));
    meter.true_peak_dbtp().unwrap()
}

/// Returns the highest of the short readings.
fn short(signal: &[f32]) -> f64 {
    let mut fir = crate::meter::TruePeakFir::new();
    let max = fir.max_above(signal, 0.0);
    db(fir.max_above(&[0.0; 64], max))
}

/// Returns the highest of 32 points per frame of a signal, by its transform: every frequency up to
/// Nyquist counts in full. The ends are faded and the signal lies between silences, so that no end
/// meets another.
fn ideal(signal: &[f32]) -> f64 {
    let frames = signal.len();
    let mut samples = signal.to_vec();
    let mut planner = RealPlanner::new();
    let mut spectrum = vec![Complex::new(0.0, 0.0); frames / 2 + 1];
    planner.forward(frames).process(&mut samples, &mut spectrum).unwrap();
    let inverse = planner.inverse(frames);
    let mut highest = 0.0_f32;
    for point in 0..32 {
        let step = std::f64::consts::TAU * f64::from(point) / 32.0 / frames as f64;
        let mut shifted: Vec<Complex<f32>> = spectrum
            .iter()
            .enumerate()
            .map(|(k, x)| {
                let (sin, cos) = (step * k as f64).sin_cos();
                x * Complex::new(cos as f32, sin as f32)
            })
            .collect();
        (shifted[0].im, shifted[frames / 2].im) = (0.0, 0.0);
        inverse.process(&mut shifted, &mut samples).unwrap();
        highest = samples.iter().fold(highest, |highest, x| highest.max(x.abs()));
    }
    db(highest / frames as f32)
}

/// Fades both ends and surrounds the signal with silence.
fn faded(signal: &[f32]) -> Vec<f32> {
    let frames = signal.len();
    let gain = |n: usize| (n.min(frames - 1 - n) as f32 / 2_000.0).min(1.0);
    let mut faded = vec![0.0; 16_384];
    faded.extend(signal.iter().enumerate().map(|(n, x)| x * gain(n)));
    faded.resize(FRAMES, 0.0);
    faded
}

#[test]
fn full_band_noise_reads_as_the_ideal_does() {
    println!("| signal | meter | ideal, 32 points | short filter alone |");
    let mut gained: f64 = 0.0;
    let length = FRAMES - 32_768;
    let mut signals: Vec<(String, Vec<f32>)> =
        (0..4).map(|seed| (format!("white noise {seed}"), white_noise(seed, 0.5, length))).collect();
    let edges = white_noise(20, 0.5, length);
    // Differences of white noise rise to 6 dB above it at Nyquist.
    let bright = edges.iter().zip(&edges[1..]).map(|(a, b)| (a - b) * 0.5).collect();
    signals.push(("difference of white noise".into(), bright));
    signals.push(("clipped white noise".into(), edges.iter().map(|x| (4.0 * x).clamp(-0.5, 0.5)).collect()));
    signals.push(("pink noise".into(), pink_noise(3, 0.3, length)));
    for (name, signal) in signals {
        let signal = faded(&signal);
        let (reading, ideal, short) = (meter(&signal), ideal(&signal), short(&signal));
        println!("| {name} | {reading:.3} | {ideal:.3} | {short:.3} |");
        assert!((reading - ideal).abs() < 0.05, "{name}: {reading} for {ideal}");
        gained = gained.max((short - ideal).abs());
    }
    assert!(gained > 0.1, "the test has not met what the short filter misses: {gained}");
}

#[test]
fn blocks_of_any_size_give_the_same_reading() {
    let signal = white_noise(3, 0.5, 40_000);
    let whole = meter(&signal);
    for size in [7, 333, 1_024, 6_000] {
        let mut meter = TruePeakMeter::new(1);
        signal.chunks(size).for_each(|part| meter.observe(&Block::mono(part)));
        assert_eq!(meter.true_peak_dbtp(), Some(whole), "blocks of {size}");
    }
}

#[test]
fn signals_below_the_top_of_the_band_need_no_long_reading() {
    for signal in [sine(48_000.0, 997.0, 0.7, 0.1, 60_000), sine(48_000.0, 15_000.0, 0.7, 0.1, 60_000)] {
        // Away from the ends, which are full-band.
        let mut search = FullBand::new();
        search.highest(&signal[..20_000]);
        assert_eq!(search.highest(&signal[20_000..]), 0.0);
    }
}

#[test]
fn a_long_reading_equals_the_windowed_sinc_by_hand() {
    let samples = white_noise(9, 1.0, KEPT);
    let (search, at) = (FullBand { samples: samples.clone(), ..FullBand::new() }, KEPT / 2);
    let point = |phase: usize| {
        let taps = (1 - HALF as i32..=HALF as i32).map(|k| {
            let t = phase as f64 / PHASES as f64 - f64::from(k);
            let sinc = if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) };
            let x = f64::from(samples[(at as i32 + k) as usize]);
            x * sinc * kaiser(BETA, (t / HALF as f64).clamp(-1.0, 1.0)) / kaiser(BETA, 0.0)
        });
        taps.sum::<f64>().abs()
    };
    let highest = (0..PHASES).map(point).fold(0.0, f64::max);
    let found = f64::from(search.read_long(at)[0]);
    // The parabola adds up to 2 %, as half a step of the grid at Nyquist.
    assert!((-1e-3..0.02).contains(&(found / highest - 1.0)), "{found} for {highest}");
}

#[test]
fn an_amplitude_near_nyquist_never_exceeds_its_bound() {
    let alternating = (0..ROOM).map(|n| if n % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let steps = (0..ROOM).map(|n| if n / 40 % 2 == 0 { 0.9 } else { -0.9 }).collect();
    let ramp = (0..ROOM).map(|n| n as f32 / 64.0 - 8.0).collect();
    let mut signals: Vec<Vec<f32>> = vec![alternating, steps, ramp, vec![1.0; ROOM]];
    signals.extend((0..8).flat_map(|seed| [white_noise(seed, 1.0, ROOM), pink_noise(seed, 0.3, ROOM)]));
    let mut closest: f32 = 0.0;
    for signal in signals {
        let (mut bounds, room) = (Bounds::new(), signal.first_chunk::<ROOM>().unwrap());
        survey(room, STRETCHES, &mut bounds);
        for index in 0..STRETCHES - 1 {
            let most = TOP_BEND * bounds.bend(index) + TOP_REST * bounds.of(&TABLE, index).level;
            let top = top(&FILTERS.top, &signal[index * STRETCH..]);
            assert!(top <= most, "{top} exceeds {most}");
            closest = closest.max(top / most);
        }
    }
    assert!(closest > 0.98, "the bound is far from what it bounds: {closest}");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn every_set_gives_the_bits_of_the_plain_twin() {
    let noises: Vec<Vec<f32>> = (0..3).map(|seed| white_noise(seed, 1.0, 2 * HALF)).collect();
    let long: Vec<_> = noises
        .iter()
        .map(|samples| LongPoints { taps: &FILTERS.long, samples: &samples[..2 * CLOSE + READ] })
        .collect();
    crate::meter::true_peak::lanes::assert_twins("meter/true_peak/full_band: points", &long);
    let far: Vec<_> = noises
        .iter()
        .map(|samples| FarSums { weights: &FILTERS.far[0], samples: &samples[..HALF - CLOSE + READ] })
        .collect();
    crate::meter::true_peak::lanes::assert_twins("meter/true_peak/full_band: far", &far);
    let tops: Vec<_> =
        noises.iter().map(|samples| Top { taps: &FILTERS.top, samples: &samples[..2 * STRETCH] }).collect();
    crate::meter::true_peak::lanes::assert_twins("meter/true_peak/full_band: top", &tops);
}

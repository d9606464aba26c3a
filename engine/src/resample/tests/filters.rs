//! The two filters side by side: how level, how deep, how long they ring.

use super::*;

/// Rates of music, and one of speech.
const MUSIC: [(u32, u32); 8] = [
    (44_100, 48_000),
    (48_000, 44_100),
    (96_000, 44_100),
    (44_100, 96_000),
    (96_000, 48_000),
    (48_000, 96_000),
    (192_000, 48_000),
    (88_200, 44_100),
];

/// Returns the time before an impulse from which on it exceeds a share of its peak, in
/// milliseconds.
fn ringing_ms(resampler: Resampler, from_hz: u32, to_hz: u32, share_db: f32) -> f64 {
    let at = 30_000;
    let out = convert_by(resampler, &[4096], from_hz, to_hz, vec![signals::impulse(at, 1.0, 60_000)]).remove(0);
    let peak = out.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let floor = peak * 10.0_f32.powf(share_db / 20.0);
    let first = out.iter().position(|x| x.abs() > floor).unwrap();
    1e3 * (at as f64 / f64::from(from_hz) - first as f64 / f64::from(to_hz))
}

/// Returns the largest distance from 0 dB of tones up to a share of the lower rate.
fn ripple_db(resampler: Resampler, from_hz: u32, to_hz: u32, share: f64) -> f64 {
    let low = f64::from(from_hz.min(to_hz));
    [0.003, 0.3, 0.8, 0.95, 1.0]
        .map(|part| tone_by(resampler, from_hz, to_hz, part * share * low).0.abs())
        .into_iter()
        .fold(0.0, f64::max)
}

/// Returns the strongest alias or image, in decibels of the tone it comes from.
fn stop_db(resampler: Resampler, from_hz: u32, to_hz: u32) -> f64 {
    let low = f64::from(from_hz.min(to_hz));
    let shares: &[f64] =
        if to_hz > from_hz { &[0.45, 0.48, 0.495, 0.4999] } else { &[0.5001, 0.503, 0.52, 0.55, 0.73] };
    let inside = shares.iter().filter(|share| *share * low < f64::from(from_hz) / 2.0);
    inside.map(|share| tone_by(resampler, from_hz, to_hz, share * low).1).fold(f64::MIN, f64::max)
}

#[test]
fn the_gentle_filter_rings_for_less_than_1_4_ms_and_is_as_deep() {
    println!(
        "| rates | filter | within, dB, up to 20 kHz of 44.1 | 0.475 | stop band, dB | rings to -60 dB | -100 dB |"
    );
    for (from, to) in MUSIC {
        for resampler in [Resampler::Steep, Resampler::Gentle] {
            let [level, edge] = [0.445, 0.475].map(|share| ripple_db(resampler, from, to, share));
            let stop = stop_db(resampler, from, to);
            let [ringing, long] = [-60.0, -100.0].map(|share| ringing_ms(resampler, from, to, share));
            println!(
                "| {from} to {to} | {resampler:?} | {level:.4} | {edge:.4} | {stop:.0} | {ringing:.2} ms | {long:.2} ms |"
            );
            assert!(level < 0.01, "{from} to {to}, {resampler:?}: {level} dB");
            assert!(stop < -126.0, "{from} to {to}, {resampler:?}: {stop} dB");
            match resampler {
                Resampler::Steep => assert!(edge < 0.01 && ringing > 2.0, "{from} to {to}: {edge} dB, {ringing} ms"),
                Resampler::Gentle => assert!(ringing <= 1.4, "{from} to {to}: {ringing} ms"),
            }
        }
    }
}

#[test]
fn the_gentle_filter_has_no_delay_and_any_split_gives_the_same_bits() {
    for (from, to) in MUSIC.into_iter().chain([(8_000, 48_000), (44_056, 48_000), (44_100, 32_000)]) {
        let at = 30_011;
        let out = convert_by(Resampler::Gentle, &[4096], from, to, vec![signals::impulse(at, 1.0, 80_000)]).remove(0);
        let delay = delay_frames(&out, at as f64 * f64::from(to) / f64::from(from), from, to);
        assert!(delay.abs() < 1e-4, "{from} to {to}: {delay} frames late");
        let input = vec![signals::white_noise(1, 0.9, 7_001)];
        let whole = convert_by(Resampler::Gentle, &[1 << 20], from, to, input.clone());
        assert!(convert_by(Resampler::Gentle, &[1, 211, 64], from, to, input) == whole, "{from} to {to}");
    }
}

//! Signals of EBU Tech 3341 and 3342, and a second implementation, against the loudness meter.

use super::LoudnessMeter;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::process::Tap;
use crate::units::{Decibels, SampleRate};
use ebur128::{EbuR128, Mode};
use mixdown_fixtures::signals::{pink_noise, white_noise};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::TAU;

const RATES_HZ: [u32; 5] = [44_100, 48_000, 88_200, 96_000, 192_000];
/// Tech 3341 table 1, in LU.
const TOLERANCE_LU: f64 = 0.1;
/// Level of a silent segment.
const SILENT: f64 = f64::NEG_INFINITY;

/// Returns a 1 kHz sine of one phase throughout: seconds and peak dBFS of each segment.
fn tone(rate_hz: u32, segments: &[(f64, f64)]) -> Vec<f32> {
    let mut out = Vec::new();
    let mut end_s = 0.0;
    for (seconds, level_dbfs) in segments {
        end_s += seconds;
        let amplitude = Decibels(*level_dbfs).to_amplitude();
        while (out.len() as f64) < (end_s * f64::from(rate_hz)).round() {
            out.push((amplitude * (TAU * 1_000.0 * out.len() as f64 / f64::from(rate_hz)).sin()) as f32);
        }
    }
    out
}

fn stereo_meter(rate_hz: u32) -> LoudnessMeter {
    LoudnessMeter::new(SampleRate::new(rate_hz).unwrap(), &ChannelLayout::stereo())
}

fn stereo(channel: Vec<f32>) -> AudioBuffer {
    AudioBuffer::from_channels(&[channel.clone(), channel])
}

fn measured(rate_hz: u32, segments: &[(f64, f64)]) -> LoudnessMeter {
    let mut meter = stereo_meter(rate_hz);
    meter.observe(&stereo(tone(rate_hz, segments)).block());
    meter
}

#[track_caller]
fn assert_reads(reading: Option<f64>, expected: f64, what: &str) {
    let reading = reading.unwrap_or(f64::NAN);
    assert!((reading - expected).abs() <= TOLERANCE_LU, "{what}: {reading}, not {expected}");
}

#[test]
fn tech_3341_cases_1_to_5() {
    for rate_hz in RATES_HZ {
        for (case, level) in [(1, -23.0), (2, -33.0)] {
            let meter = measured(rate_hz, &[(20.0, level)]);
            for reading in [meter.momentary_lufs(), meter.short_term_lufs(), meter.integrated_lufs()] {
                assert_reads(reading, level, &format!("case {case} at {rate_hz} Hz"));
            }
        }
        let cases: [&[(f64, f64)]; 3] = [
            &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)],
            &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)],
            &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)],
        ];
        for (case, segments) in (3..).zip(cases) {
            let reading = measured(rate_hz, segments).integrated_lufs();
            assert_reads(reading, -23.0, &format!("case {case} at {rate_hz} Hz"));
        }
    }
}

#[test]
fn tech_3341_case_6() {
    for rate_hz in RATES_HZ {
        let layout = ChannelLayout::usual(5);
        let channels = [-28.0, -28.0, -24.0, -30.0, -30.0].map(|level| tone(rate_hz, &[(20.0, level)]));
        let mut meter = LoudnessMeter::new(SampleRate::new(rate_hz).unwrap(), &layout);
        meter.observe(&AudioBuffer::from_channels(&channels).block());
        assert_reads(meter.integrated_lufs(), -23.0, &format!("{rate_hz} Hz"));
    }
}

/// Reads the meter after every 10 ms.
fn polled(rate_hz: u32, segments: &[(f64, f64)], mut look: impl FnMut(f64, &LoudnessMeter)) {
    let mut meter = stereo_meter(rate_hz);
    let signal = stereo(tone(rate_hz, segments));
    let step = rate_hz as usize / 100;
    for start in (0..signal.frames()).step_by(step) {
        let end = signal.frames().min(start + step);
        meter.observe(&signal.block().slice(start..end));
        look(end as f64 / f64::from(rate_hz), &meter);
    }
}

#[test]
fn tech_3341_cases_9_and_12() {
    for rate_hz in RATES_HZ {
        let short_term: Vec<_> = [(1.34, -20.0), (1.66, -30.0)].repeat(5);
        polled(rate_hz, &short_term, |time_s, meter| {
            if time_s >= 3.0 {
                assert_reads(meter.short_term_lufs(), -23.0, &format!("case 9 at {rate_hz} Hz, {time_s} s"));
            }
        });
        let momentary: Vec<_> = [(0.18, -20.0), (0.22, -30.0)].repeat(25);
        polled(rate_hz, &momentary, |time_s, meter| {
            if time_s >= 1.0 {
                assert_reads(meter.momentary_lufs(), -23.0, &format!("case 12 at {rate_hz} Hz, {time_s} s"));
            }
        });
    }
}

#[test]
fn tech_3341_cases_10_and_13() {
    for rate_hz in RATES_HZ {
        for i in 0..20 {
            let meter = measured(rate_hz, &[(f64::from(i) * 0.15, SILENT), (3.0, -23.0), (1.0, SILENT)]);
            assert_reads(meter.max_short_term_lufs(), -23.0, &format!("case 10, file {i}, {rate_hz} Hz"));
            let meter = measured(rate_hz, &[(f64::from(i) * 0.02, SILENT), (0.4, -23.0), (1.0, SILENT)]);
            assert_reads(meter.max_momentary_lufs(), -23.0, &format!("case 13, file {i}, {rate_hz} Hz"));
        }
    }
}

#[test]
fn tech_3341_cases_11_and_14() {
    for rate_hz in RATES_HZ {
        let (mut short_term, mut momentary) = (stereo_meter(rate_hz), stereo_meter(rate_hz));
        for i in 0..20 {
            let level = f64::from(i) - 38.0;
            // Levels rise, so the maximum so far is the maximum of the segment.
            for (meter, length_s, step_s) in [(&mut short_term, 3.0, 0.15), (&mut momentary, 0.4, 0.02)] {
                let silence_s = f64::from(i) * step_s;
                let segments = [(silence_s, SILENT), (length_s, level), (length_s - silence_s, SILENT)];
                meter.observe(&stereo(tone(rate_hz, &segments)).block());
            }
            assert_reads(short_term.max_short_term_lufs(), level, &format!("case 11, {i}, {rate_hz} Hz"));
            assert_reads(momentary.max_momentary_lufs(), level, &format!("case 14, {i}, {rate_hz} Hz"));
        }
    }
}

#[test]
fn tech_3342_cases_1_to_4() {
    let cases: [(&[f64], f64); 4] = [
        (&[-20.0, -30.0], 10.0),
        (&[-20.0, -15.0], 5.0),
        (&[-40.0, -20.0], 20.0),
        (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ];
    for rate_hz in RATES_HZ {
        for (case, (levels, expected)) in (1..).zip(cases) {
            let segments: Vec<_> = levels.iter().map(|level| (20.0, *level)).collect();
            let range_lu = measured(rate_hz, &segments).loudness_range_lu().unwrap();
            // Tech 3342 table 1.
            assert!((range_lu - expected).abs() <= 1.0, "case {case} at {rate_hz} Hz: {range_lu}");
        }
    }
}

#[test]
fn one_kilohertz_at_minus_18_dbfs_in_stereo_reads_minus_18_lufs() {
    // The filter's gain at 1000 Hz differs from that at 997 Hz, where the offset is exact, by less
    // than 0.01 dB.
    assert!((measured(48_000, &[(5.0, -18.0)]).integrated_lufs().unwrap() + 18.0).abs() < 0.01);
}

/// Returns noise whose level moves by 30 dB, different in every channel.
fn programme(rate_hz: u32, channels: usize, seconds: f64) -> AudioBuffer {
    let frames = (seconds * f64::from(rate_hz)) as usize;
    let channel = |index: usize| {
        let noise = pink_noise(index as u64, 0.1, frames);
        let level = |n: usize| {
            let time_s = n as f64 / f64::from(rate_hz);
            Decibels(-15.0 + 15.0 * (TAU * time_s / (3.7 + index as f64)).sin()).to_amplitude()
        };
        noise.iter().enumerate().map(|(n, x)| (f64::from(*x) * level(n)) as f32).collect()
    };
    AudioBuffer::from_channels(&(0..channels).map(channel).collect::<Vec<Vec<f32>>>())
}

#[test]
fn readings_equal_those_of_libebur128() {
    // 48 kHz: the same filter, so only the order of the sums differs. Elsewhere: the gain of the
    // high-pass (see `KCoefficients`).
    for (rate_hz, channels, tolerance_lu) in
        [(48_000, 1, 1e-9), (48_000, 2, 1e-9), (48_000, 6, 1e-9), (44_100, 2, 0.004), (96_000, 2, 0.022)]
    {
        let signal = programme(rate_hz, channels, 20.0);
        let mut meter = LoudnessMeter::new(SampleRate::new(rate_hz).unwrap(), &ChannelLayout::usual(channels));
        let mut other = EbuR128::new(channels as u32, rate_hz, Mode::I | Mode::LRA).unwrap();
        let step = rate_hz as usize / 100;
        let (mut max_momentary, mut max_short_term) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (count, start) in (1..).zip((0..signal.frames()).step_by(step)) {
            let block = signal.block().slice(start..start + step);
            meter.observe(&block);
            let planar: Vec<&[f32]> = (0..channels).map(|channel| block.channel(channel)).collect();
            other.add_frames_planar_f32(&planar).unwrap();
            // libebur128 reads windows that are not full yet as if silence preceded them.
            if count >= 40 {
                max_momentary = max_momentary.max(other.loudness_momentary().unwrap());
            }
            if count >= 300 {
                max_short_term = max_short_term.max(other.loudness_shortterm().unwrap());
            }
        }
        let pairs = [
            (meter.integrated_lufs(), other.loudness_global().unwrap()),
            (meter.max_momentary_lufs(), max_momentary),
            (meter.max_short_term_lufs(), max_short_term),
            (meter.momentary_lufs(), other.loudness_momentary().unwrap()),
            (meter.short_term_lufs(), other.loudness_shortterm().unwrap()),
        ];
        for (index, (ours, theirs)) in pairs.into_iter().enumerate() {
            let difference = (ours.unwrap() - theirs).abs();
            assert!(difference <= tolerance_lu, "{index}, {channels} channels at {rate_hz} Hz: {difference} LU");
        }
        // Theirs has one window per second, ours ten.
        let difference = meter.loudness_range_lu().unwrap() - other.loudness_range().unwrap();
        assert!(difference.abs() < 1.5, "range, {channels} channels at {rate_hz} Hz: {difference} LU");
    }
}

proptest! {
    // The same programmes every time. At rates other than 48 kHz one in some thousands has a block
    // so near a gate that the two differ on it.
    #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: RngSeed::Fixed(3_341),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Compares the meter with libebur128, which receives the same stream whole; the meter receives
    /// it in random blocks. Tolerances as below, with 0.002 LU more for noise up to Nyquist.
    #[test]
    fn random_programmes_read_as_libebur128_reads_them(
        rate in prop::sample::select(&[(44_100_u32, 0.004), (48_000, 1e-9), (88_200, 0.022), (96_000, 0.023), (192_000, 0.034)][..]),
        channels in 1_usize..=6,
        seed in any::<u64>(),
        levels_db in prop::collection::vec(-60.0_f64..0.0, 1..6),
        pink in any::<bool>(),
        splits in prop::collection::vec(1_usize..20_000, 1..8),
    ) {
        let (rate_hz, tolerance_lu) = rate;
        let length = rate_hz as usize;
        let channel = |index: usize| -> Vec<f32> {
            let seed = seed.wrapping_add(index as u64);
            let noise = if pink { pink_noise(seed, 0.2, length) } else { white_noise(seed, 1.0, length) };
            // A second for each level, the channels one step apart.
            (0..levels_db.len())
                .map(|second| Decibels(levels_db[(second + index) % levels_db.len()]).to_amplitude() as f32)
                .flat_map(|gain| noise.iter().map(move |x| gain * x))
                .collect()
        };
        let signal = AudioBuffer::from_channels(&(0..channels).map(channel).collect::<Vec<_>>());
        let mut meter = LoudnessMeter::new(SampleRate::new(rate_hz).unwrap(), &ChannelLayout::usual(channels));
        let (mut done, mut sizes) = (0, splits.iter().cycle());
        while done < signal.frames() {
            let end = signal.frames().min(done + sizes.next().unwrap());
            meter.observe(&signal.block().slice(done..end));
            done = end;
        }
        let mut other = EbuR128::new(channels as u32, rate_hz, Mode::I).unwrap();
        // Four channels: theirs are left, right, centre and none; ours left, right and two
        // surrounds.
        if channels == 4 {
            use ebur128::Channel::{Left, LeftSurround, Right, RightSurround};
            other.set_channel_map(&[Left, Right, LeftSurround, RightSurround]).unwrap();
        }
        let planar: Vec<&[f32]> = (0..channels).map(|channel| signal.channel(channel)).collect();
        other.add_frames_planar_f32(&planar).unwrap();
        let theirs = Some(other.loudness_global().unwrap()).filter(|lufs| lufs.is_finite());
        match (meter.integrated_lufs(), theirs) {
            (Some(ours), Some(theirs)) => prop_assert!((ours - theirs).abs() <= tolerance_lu, "{} for {}", ours, theirs),
            (ours, theirs) => prop_assert_eq!(ours, theirs),
        }
    }
}

#[test]
fn any_split_reads_the_same_bits() {
    // 11,025 is no multiple of the grid; three channels run as a pair and one alone.
    let rate = SampleRate::new(11_025).unwrap();
    let layout = ChannelLayout::usual(3);
    let signal =
        AudioBuffer::from_channels(&[white_noise(1, 0.5, 60_000), white_noise(2, 0.1, 60_000), vec![0.0; 60_000]]);
    let read = |size: usize| {
        let mut meter = LoudnessMeter::new(rate, &layout);
        for start in (0..signal.frames()).step_by(size) {
            meter.observe(&signal.block().slice(start..start));
            meter.observe(&signal.block().slice(start..signal.frames().min(start + size)));
        }
        let readings =
            [meter.integrated_lufs(), meter.loudness_range_lu(), meter.momentary_lufs(), meter.max_short_term_lufs()];
        (readings.map(|reading| reading.unwrap().to_bits()), meter.gating_blocks().to_vec())
    };
    let whole = read(60_000);
    for size in [1, 7, 64, 511] {
        assert_eq!(read(size), whole, "blocks of {size}");
    }
}

#[test]
fn silence_and_short_programmes_have_no_loudness() {
    let mut meter = measured(48_000, &[(10.0, SILENT)]);
    assert_eq!((meter.integrated_lufs(), meter.max_momentary_lufs(), meter.loudness_range_lu()), (None, None, None));
    meter.reset();
    meter.observe(&stereo(tone(48_000, &[(0.399, -23.0)])).block());
    assert_eq!((meter.integrated_lufs(), meter.max_momentary_lufs()), (None, None));
}

#[test]
fn what_is_not_a_number_counts_as_silence_and_reset_forgets() {
    let mut meter = stereo_meter(48_000);
    meter.observe(&stereo(vec![f32::NAN; 1_000]).block());
    meter.observe(&stereo(vec![f32::INFINITY; 1_000]).block());
    meter.observe(&Block::new(&vec![f32::MAX; 48_000], 24_000, 2, 24_000));
    assert_eq!(meter.max_momentary_lufs(), None);
    meter.observe(&stereo(tone(48_000, &[(5.0, -10.0)])).block());
    meter.reset();
    meter.observe(&stereo(tone(48_000, &[(5.0, -23.0)])).block());
    let fresh = measured(48_000, &[(5.0, -23.0)]);
    assert_eq!(meter.integrated_lufs(), fresh.integrated_lufs());
    assert_eq!(meter.gating_blocks(), fresh.gating_blocks());
}

//! The compressor against its curve, its time constants, its key and its mix.

use super::*;
use crate::audio::AudioBuffer;
use crate::simd::twin::{Number, bits_hash};
use crate::units::SampleRate;
use mixdown_fixtures::signals::sine;

const RATE: f64 = 48_000.0;

fn spec(channels: usize) -> ProcessSpec {
    ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 48_000, channels }
}

fn four_to_one() -> CompressorSettings {
    CompressorSettings { knee_db: 0.0, attack_ms: 5.0, release_ms: 200.0, ..CompressorSettings::new(-20.0, 4.0) }
}

fn peak(samples: &[f32]) -> f64 {
    f64::from(samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())))
}

#[test]
fn a_steady_tone_comes_out_where_the_curve_says() {
    let amplitude = 10.0_f64.powf(-8.0 / 20.0);
    let rms = 0.75 * (12.0 - 3.0103);
    for (detector, reduction_db) in [(Detector::Peak, 9.0), (Detector::Rms, rms), (Detector::RmsSeries, rms)] {
        let settings = CompressorSettings { detector, ..four_to_one() };
        let mut compressor = Compressor::new(&settings, &spec(1)).unwrap();
        let mut samples = sine(RATE, 1_000.0, amplitude, 0.0, 48_000);
        compressor.process(&mut BlockMut::mono(&mut samples));
        let out_db = 20.0 * peak(&samples[40_000..]).log10();
        // Between two peaks of the tone, half a millisecond apart, a release of 200 ms restores
        // 0.03 dB.
        assert!((out_db - (-8.0 - reduction_db)).abs() < 0.03, "{detector:?}: {out_db}");
        assert!((compressor.gain_reduction_db() - reduction_db).abs() < 0.03);
    }
}

/// Returns the times in milliseconds after which the gain has moved by 63 %: for a step from 10
/// dB below the threshold to `over_db` above it, and for the step back.
fn moved_ms(settings: &CompressorSettings, over_db: f64) -> (f64, f64) {
    let amplitude = |db: f64| 10.0_f64.powf((settings.threshold_db + db) / 20.0) as f32;
    let steps = [(-10.0, 24_000), (over_db, 48_000), (-10.0, 96_000)];
    let mut samples: Vec<f32> = steps.iter().flat_map(|(db, frames)| vec![amplitude(*db); *frames]).collect();
    let input = samples.clone();
    Compressor::new(settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut samples));
    let gain_db: Vec<f64> = samples.iter().zip(&input).map(|(out, dry)| 20.0 * f64::from(out / dry).log10()).collect();
    let full = gain_db[71_999];
    let at = |from: usize, reached: &dyn Fn(f64) -> bool| {
        gain_db[from..].iter().position(|gain| reached(*gain)).unwrap() as f64 / 48.0
    };
    let left = (-1.0_f64).exp();
    (at(24_000, &|gain| gain <= (1.0 - left) * full), at(72_000, &|gain| gain >= left * full))
}

#[test]
fn attack_and_release_of_an_rms_detector_mean_what_they_state() {
    for (attack_ms, release_ms) in [(10.0, 120.0), (5.0, 60.0), (30.0, 300.0), (10.0, 50.0), (100.0, 400.0)] {
        for over_db in [6.0, 14.0, 16.0, 20.0, 30.0] {
            let settings = CompressorSettings { attack_ms, release_ms, ..four_to_one() };
            let of = |detector| moved_ms(&CompressorSettings { detector, ..settings.clone() }, over_db);
            let ((attack, release), old) = (of(Detector::Rms), of(Detector::RmsSeries));
            println!(
                "{attack_ms} / {release_ms} ms, {over_db} dB over: {attack:.2} / {release:.1} ms; in series {:.2} / {:.1}",
                old.0, old.1
            );
            let (attack, release) = (attack / attack_ms - 1.0, release / release_ms - 1.0);
            // The window's delay in decibels depends on the step: longer for a small one.
            let within = if (14.0..=20.0).contains(&over_db) { 0.05 } else { 0.28 };
            assert!(attack.abs() < within && release.abs() < 0.07, "{attack_ms} {over_db}: {attack}, {release}");
            assert!(old.0 > attack_ms && old.1 > release_ms);
        }
    }
}

#[test]
fn the_rms_detector_in_series_has_the_bits_of_version_0_1() {
    let settings = CompressorSettings { detector: Detector::RmsSeries, ..four_to_one() };
    let mut samples = mixdown_fixtures::signals::pink_noise(4, 0.9, 9_600);
    Compressor::new(&settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut samples));
    assert_eq!(bits_hash(samples.into_iter().map(Number::Single)), "cf5608559d10c629");
}

#[test]
fn both_channels_take_the_gain_of_the_louder_one() {
    let mut compressor = Compressor::new(&four_to_one(), &spec(2)).unwrap();
    let loud = vec![0.5; 4_800];
    let quiet = vec![0.01; 4_800];
    let mut stereo = AudioBuffer::from_channels(&[loud, quiet]);
    compressor.process(&mut stereo.block_mut());
    let ratio = stereo.channel(0)[4_799] / stereo.channel(1)[4_799];
    assert!((ratio - 50.0).abs() < 1e-4); // f32 rounding of 0.01 and of both products
    assert!(stereo.channel(0)[4_799] < 0.25);
}

#[test]
fn compressors_side_by_side_give_the_bits_of_each_alone() {
    let settings = [
        four_to_one(),
        CompressorSettings { detector: Detector::Rms, release_ms: 60.0, ..four_to_one() },
        CompressorSettings { look_ahead_ms: 3.0, makeup_db: 4.0, mix: 0.6, ..four_to_one() },
        CompressorSettings { knee_db: 12.0, attack_ms: 0.1, ..four_to_one() },
    ];
    let mut alone = settings.map(|settings| Compressor::new(&settings, &spec(2)).unwrap());
    let mut together = alone.clone();
    let noise = |seed| mixdown_fixtures::signals::pink_noise(seed, 0.9, 3_000);
    let mut expected: [_; 4] =
        std::array::from_fn(|n| AudioBuffer::from_channels(&[noise(2 * n as u64), noise(2 * n as u64 + 1)]));
    let mut audio = expected.clone();
    alone.iter_mut().zip(&mut expected).for_each(|(one, audio)| one.process(&mut audio.block_mut()));
    let mut start = 0;
    for frames in [0, 1, 255, 256, 488, 2_000] {
        let mut blocks = audio.each_mut().map(AudioBuffer::block_mut);
        let mut parts = blocks.each_mut().map(|block| block.slice_mut(start..start + frames));
        Compressor::process_batch(&mut together.each_mut(), &mut parts);
        start += frames;
    }
    assert_eq!(audio, expected);
    assert!(together.iter().all(|one| one.gain_reduction_db() > 1.0), "nothing was compressed");
}

#[test]
fn what_stays_below_the_threshold_passes_bit_for_bit_until_something_does_not() {
    let quiet = sine(RATE, 440.0, 0.05, 0.0, 4_800);
    let mut samples = quiet.clone();
    samples[2_400] = 0.9;
    let input = samples.clone();
    Compressor::new(&four_to_one(), &spec(1)).unwrap().process(&mut BlockMut::mono(&mut samples));
    assert_eq!(samples[..2_400], input[..2_400]);
    assert!(samples[2_401..].iter().zip(&input[2_401..]).all(|(out, dry)| out.abs() <= dry.abs()));
    assert_ne!(samples[2_401..2_600], input[2_401..2_600], "the peak left no trace");
}

#[test]
fn a_key_moves_the_gain_and_is_not_heard() {
    let mut compressor = Compressor::new(&four_to_one(), &spec(1)).unwrap();
    let mut samples = vec![0.01; 4_800];
    compressor.process_keyed(&mut BlockMut::mono(&mut samples), &Block::mono(&vec![1.0; 4_800]));
    let gain_db = 20.0 * (f64::from(samples[4_799]) / 0.01).log10();
    assert!((gain_db + 15.0).abs() < 1e-5, "{gain_db}"); // a hundred milliseconds are twenty attacks: e^-20 is left
}

#[test]
fn look_ahead_lowers_the_gain_before_the_peak() {
    let settings = CompressorSettings { attack_ms: 1.0, look_ahead_ms: 5.0, ..four_to_one() };
    let mut compressor = Compressor::new(&settings, &spec(1)).unwrap();
    let mut samples = vec![0.0; 2_000];
    samples[1_000..].fill(1.0);
    compressor.process(&mut BlockMut::mono(&mut samples));
    assert_eq!(samples[1_239], 0.0);
    let first_db = 20.0 * f64::from(samples[1_240]).log10();
    assert!(first_db < -14.8, "{first_db}"); // five attack times: 1 - e^-5 of 15 dB
}

#[test]
fn half_a_mix_is_the_mean_of_dry_and_wet() {
    let input = sine(RATE, 300.0, 0.9, 0.0, 9_600);
    let run = |mix| {
        let mut out = input.clone();
        let settings = CompressorSettings { mix, look_ahead_ms: 2.0, makeup_db: 6.0, ..four_to_one() };
        Compressor::new(&settings, &spec(1)).unwrap().process(&mut BlockMut::mono(&mut out));
        out
    };
    let (dry, half, wet) = (run(0.0), run(0.5), run(1.0));
    assert_eq!(dry[96..], input[..9_600 - 96]);
    for ((dry, half), wet) in dry.iter().zip(&half).zip(&wet) {
        assert!((half - (dry + wet) / 2.0).abs() < 2e-7); // three f32 roundings below 2
    }
}

#[test]
fn a_setting_out_of_range_is_refused_by_name() {
    let error = Compressor::new(&CompressorSettings { ratio: 0.5, ..four_to_one() }, &spec(1)).unwrap_err();
    assert_eq!(error.to_string(), "ratio = 0.5 is out of range (1 to 100)");
}

#[test]
fn a_true_peak_detector_reads_between_the_samples_and_delays_by_its_own_latency() {
    // A tone of a quarter of the rate, sampled at 45° to its peaks: the samples are 3.01 dB below.
    let input = sine(RATE, 12_000.0, 0.5, std::f64::consts::FRAC_PI_4, 48_000);
    let reduction_db = |detector| {
        let settings = CompressorSettings { detector, ..four_to_one() };
        let mut compressor = Compressor::new(&settings, &spec(1)).unwrap();
        compressor.process(&mut BlockMut::mono(&mut input.clone()));
        (compressor.gain_reduction_db(), compressor.latency())
    };
    let ((peak, none), (true_peak, latency)) = (reduction_db(Detector::Peak), reduction_db(Detector::TruePeak));
    assert!((peak - 0.75 * (20.0 - 6.0206 - 3.0103)).abs() < 0.01, "{peak}");
    // Ripple of the interpolator: 0.02 dB.
    assert!((true_peak - 0.75 * (20.0 - 6.0206)).abs() < 0.03, "{true_peak}");
    assert_eq!((none, latency), (0, 128));
}

#[test]
fn filters_of_the_detector_choose_what_is_compressed_and_are_not_in_the_signal() {
    let run = |hz, high_pass_hz, low_pass_hz| {
        let settings = CompressorSettings {
            detector_high_pass_hz: high_pass_hz,
            detector_low_pass_hz: low_pass_hz,
            ..four_to_one()
        };
        let mut compressor = Compressor::new(&settings, &spec(2)).unwrap();
        let tone = sine(RATE, hz, 0.8, 0.0, 24_000);
        let mut audio = AudioBuffer::from_channels(&[vec![0.0; 24_000], tone]);
        compressor.process(&mut audio.block_mut());
        (compressor.gain_reduction_db(), peak(&audio.channel(1)[20_000..]))
    };
    // At a twentieth of the cutoff, the filter takes 52 dB: the tone is far below the threshold.
    assert_eq!(run(50.0, 1_000.0, 0.0), (0.0, f64::from(0.8_f32)));
    assert_eq!(run(18_000.0, 0.0, 900.0).0, 0.0);
    let (full, _) = run(1_000.0, 0.0, 0.0);
    // Far inside of the band, the filters turn the phase alone. Of 48 samples per cycle, the
    // largest is up to 0.02 dB below the peak, of which the ratio leaves three quarters.
    let (within, out) = run(1_000.0, 50.0, 20_000.0);
    assert!(full > 13.0 && (within - full).abs() < 0.015, "{within} of {full}");
    assert!((20.0 * (out / 0.8).log10() + within).abs() < 0.05, "{out}");
}

#[test]
fn what_is_not_a_number_passes_a_filter_of_the_detector_and_is_forgotten() {
    let settings = CompressorSettings { detector_high_pass_hz: 100.0, ..four_to_one() };
    let mut compressor = Compressor::new(&settings, &spec(1)).unwrap();
    let key: Vec<f32> = [f32::NAN; 100].into_iter().chain(sine(RATE, 1_000.0, 0.8, 0.0, 48_000)).collect();
    compressor.process_keyed(&mut BlockMut::mono(&mut vec![0.1; 48_100]), &Block::mono(&key));
    assert!(compressor.gain_reduction_db() > 13.0, "{}", compressor.gain_reduction_db());
}

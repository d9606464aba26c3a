//! Masters in each style of the limiter: the loudness reached, and the distance from the source.

use super::*;
use crate::dsp::dynamics::LimiterStyle;
use mixdown_fft::RealPlanner;
use std::f64::consts::TAU;

const STYLES: [LimiterStyle; 3] = [LimiterStyle::Clean, LimiterStyle::Balanced, LimiterStyle::Loud];

fn target(style: LimiterStyle, target_lufs: f64) -> MasterTarget {
    let limiter = MasterLimiter { style, ..MasterLimiter::CLEAN };
    MasterTarget { target_lufs: Some(target_lufs), max_limiting_db: 24.0, limiter, ..TARGET }
}

#[test]
fn every_style_meets_its_target() {
    let songs = songs();
    let runs: Vec<(&Song, MasterTarget)> = songs
        .iter()
        .flat_map(|song| [LimiterStyle::Balanced, LimiterStyle::Loud].map(|style| (song, style)))
        .flat_map(|(song, style)| [-14.0, -9.0].map(|lufs| (song, target(style, lufs))))
        .collect();
    let faults: Vec<String> =
        runs.par_iter().filter_map(|(song, target)| fault(song, target, &song.mastered(target))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Distance of a master from its source, in decibels.
#[derive(Clone, Copy, Default)]
struct Distance {
    /// Source over the difference, at the gain with the least difference.
    sdr: f64,
    /// The same with a gain for every 100 ms.
    tracked_sdr: f64,
    /// Log-spectral distance: root mean square over the bins, mean over the frames.
    log_spectral: f64,
}

/// Returns the energy of the source at the best gain, and that of the difference.
fn energies<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> (f64, f64) {
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (f64::from(*x), f64::from(*y));
        (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
    }
    let kept = if xx > 0.0 { xy * xy / xx } else { 0.0 };
    (kept, (yy - kept).max(0.0))
}

/// Returns the power spectra of Hann-windowed frames, in decibels.
fn spectra_db(samples: &[f32], gain: f64) -> Vec<Vec<f64>> {
    const LENGTH: usize = 2_048;
    let window: Vec<f64> = (0..LENGTH).map(|n| 0.5 - 0.5 * (TAU * n as f64 / LENGTH as f64).cos()).collect();
    let plan = RealPlanner::new().forward(LENGTH);
    samples
        .windows(LENGTH)
        .step_by(LENGTH / 4)
        .map(|frame| {
            let mut frame: Vec<f32> =
                frame.iter().zip(&window).map(|(x, weight)| (f64::from(*x) * gain * weight) as f32).collect();
            let mut bins = plan.make_output_vec();
            plan.process(&mut frame, &mut bins).unwrap();
            bins.iter().map(|bin| 10.0 * (f64::from(bin.norm_sqr()) + 1e-10).log10()).collect()
        })
        .collect()
}

fn distance(source: &AudioBuffer, master: &AudioBuffer, rate: SampleRate) -> Distance {
    let channels = [0, 1].map(|channel| (source.channel(channel), master.channel(channel)));
    let all = || channels.iter().flat_map(|(x, y)| x.iter().zip(*y));
    let db = |(kept, left): (f64, f64)| 10.0 * (kept / left).log10();
    let window = rate.hz() as usize / 10;
    let tracked = (0..source.frames() / window).fold((0.0, 0.0), |sums: (f64, f64), at| {
        let range = at * window..(at + 1) * window;
        let pairs = channels.iter().flat_map(|(x, y)| x[range.clone()].iter().zip(&y[range.clone()]));
        let (kept, left) = energies(pairs);
        (sums.0 + kept, sums.1 + left)
    });
    let (xx, xy) =
        all().fold((0.0, 0.0), |(xx, xy), (x, y)| (xx + f64::from(*x).powi(2), xy + f64::from(*x) * f64::from(*y)));
    let (mut sum, mut frames) = (0.0, 0);
    for (x, y) in channels {
        for (x, y) in spectra_db(x, xy / xx).iter().zip(&spectra_db(y, 1.0)) {
            let squares: f64 = x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum();
            sum += (squares / x.len() as f64).sqrt();
            frames += 1;
        }
    }
    Distance { sdr: db(energies(all())), tracked_sdr: db(tracked), log_spectral: sum / f64::from(frames) }
}

#[test]
fn styles_lie_closer_to_the_source() {
    let songs: Vec<Song> =
        songs().into_iter().filter(|song| !["dense", "clipped", "strokes"].contains(&song.name)).collect();
    for target_lufs in [-9.0, -6.0] {
        println!("| target | style | LUFS | gain | SDR | SDRt | LSD |\n|---|---|---|---|---|---|---|");
        let means = STYLES.map(|style| {
            let of_song = |song: &Song| {
                let (mastered, audio) = song.mastered_audio(&target(style, target_lufs));
                let lufs = mastered.written.measurement.integrated_lufs.unwrap();
                (lufs, mastered.gain.gain_db, distance(&song.mix, &audio, song.rate))
            };
            let found: Vec<_> = songs.par_iter().map(of_song).collect();
            let mean = |of: &dyn Fn(&(f64, f64, Distance)) -> f64| found.iter().map(of).sum::<f64>() / songs.len() as f64;
            let all = Distance {
                sdr: mean(&|one| one.2.sdr),
                tracked_sdr: mean(&|one| one.2.tracked_sdr),
                log_spectral: mean(&|one| one.2.log_spectral),
            };
            let (lufs, gain) = (mean(&|one| one.0), mean(&|one| one.1));
            let Distance { sdr, tracked_sdr, log_spectral } = all;
            println!(
                "| {target_lufs} | {style:?} | {lufs:.2} | {gain:.2} | {sdr:.1} | {tracked_sdr:.1} | {log_spectral:.2} |"
            );
            (lufs, gain, all)
        });
        let [clean, balanced, loud] = means;
        if target_lufs == -9.0 {
            assert!(balanced.1 < clean.1, "for one loudness it needs less gain");
            assert!(balanced.2.sdr > clean.2.sdr + 2.0 && balanced.2.log_spectral < clean.2.log_spectral);
        } else {
            assert!(loud.0 > clean.0 + 0.5, "{} LUFS beside {}", loud.0, clean.0);
        }
    }
}

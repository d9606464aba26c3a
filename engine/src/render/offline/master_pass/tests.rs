//! Tests of the search for a master's gain, on mixes in memory.

use super::*;
use crate::audio::{AudioBuffer, ChannelLayout};
use crate::io::{Fold, StemReader};
use crate::master::{LOUDNESS_TOLERANCE_LU, Limit, MasterLimiter};
use crate::meter::ProgrammeMeter;
use crate::process::{Source, Tap};
use crate::render::output::memory_sink::MemorySink;
use crate::units::SampleRate;
use mixdown_fixtures::signals;
use rayon::prelude::*;
use std::ops::ControlFlow;

mod styles;

const TARGET: MasterTarget =
    MasterTarget { target_lufs: None, ceiling_dbtp: Some(-1.0), max_limiting_db: 6.0, limiter: MasterLimiter::CLEAN };
const TARGETS_LUFS: [f64; 10] = [-23.0, -18.0, -16.0, -14.0, -12.0, -11.0, -10.0, -9.0, -8.0, -6.0];

/// A mix before its master, stereo.
struct Song {
    name: &'static str,
    rate: SampleRate,
    mix: AudioBuffer,
}

impl Song {
    fn measured(&self) -> Measurement {
        let mut meter = ProgrammeMeter::new(self.rate, &ChannelLayout::stereo());
        meter.observe(&self.mix.block());
        meter.measurement()
    }

    fn mastered(&self, target: &MasterTarget) -> Mastered {
        self.mastered_audio(target).0
    }

    /// Returns the master with its samples.
    fn mastered_audio(&self, target: &MasterTarget) -> (Mastered, AudioBuffer) {
        let options = RenderOptions { mix_only: true, ..RenderOptions::default() };
        let spec = ProcessSpec { sample_rate: self.rate, max_block: options.chunk_frames, channels: 2 };
        let mut premaster = PremasterSpill::new(usize::MAX, None);
        premaster.write(&self.mix.block()).unwrap();
        let attempts = MasterAttempts::first(target, Some(&self.measured()));
        let mut sink = MemorySink::new(self.rate);
        let stored = (self.mix.frames() as u64, &mut premaster);
        let on_progress: &mut OnProgress<'_> = &mut |_| ControlFlow::Continue(());
        let mastered = run(spec, stored, attempts, (&mut sink, None), &options, on_progress).unwrap();
        (mastered, sink.into_audio())
    }
}

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Returns true if whole stems are mastered, rather than some seconds of each.
fn heavy() -> bool {
    std::env::var_os("MIXDOWN_HEAVY").is_some()
}

/// Returns the sum of some fixtures, or of a few seconds of them from `start_s` on.
fn recorded(name: &'static str, stems: &[&str], start_s: f64) -> Song {
    let (mut channels, mut hertz) = (vec![Vec::new(); 2], 48_000);
    for stem in stems {
        let mut reader = StemReader::open(&mixdown_fixtures::path(format!("stems/{stem}")), Fold::Stereo).unwrap();
        hertz = reader.sample_rate().hz();
        let mut block = AudioBuffer::new(reader.channels(), 1 << 23);
        let frames = reader.read(&mut block.block_mut()).unwrap();
        for (channel, sum) in channels.iter_mut().enumerate() {
            sum.resize(frames.max(sum.len()), 0.0_f32);
            let observed = block.channel(channel.min(block.channels() - 1));
            sum.iter_mut().zip(observed).for_each(|(sum, sample)| *sum += sample);
        }
    }
    if !heavy() {
        let (from, length) = ((start_s * f64::from(hertz)) as usize, 5 * hertz as usize);
        for channel in &mut channels {
            *channel = channel[from..from + length].to_vec();
        }
    }
    Song { name, rate: rate(hertz), mix: AudioBuffer::from_channels(&channels) }
}

#[allow(clippy::needless_pass_by_value)] // Songs are made in place, call by call.
fn made(name: &'static str, channels: [Vec<f32>; 2]) -> Song {
    Song { name, rate: rate(48_000), mix: AudioBuffer::from_channels(&channels) }
}

/// Generates noise whose level changes from bar to bar.
fn dense(seed: u64) -> Vec<f32> {
    let levels = [1.0, 0.25, 0.7, 1.0, 0.4];
    let noise = signals::pink_noise(seed, 0.2, 240_000);
    noise.into_iter().enumerate().map(|(n, x)| x * levels[n / 48_000]).collect()
}

/// Generates chords of square waves, clipped at full scale.
fn clipped(detune: f64) -> Vec<f32> {
    let voices = [110.0, 138.6, 164.8].map(|hz| signals::square(48_000.0, hz * detune, 0.5, 240_000));
    let hiss = signals::white_noise(5, 0.1, 240_000);
    (0..240_000).map(|n| (voices.iter().map(|voice| voice[n]).sum::<f32>() + hiss[n]).clamp(-1.0, 1.0)).collect()
}

/// Generates strokes that die away, over a quiet bed.
fn strokes(seed: u64) -> Vec<f32> {
    let (noise, bed) = (signals::white_noise(seed, 0.9, 240_000), signals::sine(48_000.0, 220.0, 0.02, 0.0, 240_000));
    noise.iter().zip(bed).enumerate().map(|(n, (x, y))| x * (-((n % 24_000) as f32) / 1_500.0).exp() + y).collect()
}

fn songs() -> Vec<Song> {
    vec![
        recorded(
            "band",
            &["band/drums.flac", "band/bass.flac", "band/guitar.flac", "band/keys.flac", "band/vocals.flac"],
            3.0,
        ),
        recorded(
            "unheard",
            &["unheard/drums.flac", "unheard/bass.flac", "unheard/guitar.flac", "unheard/vocals.flac"],
            5.0,
        ),
        recorded("feelings", &["feelings/guitar.ogg", "feelings/band.ogg"], 12.0),
        recorded("war", &["unheard/war-song.ogg"], 4.0),
        recorded("escape", &["unheard/escape-song.ogg"], 4.0),
        recorded("metal", &["unheard/metal-song.ogg"], 4.0),
        recorded("coded band", &["coded/band.ogg"], 1.0),
        made("dense", [dense(1), dense(2)]),
        made("clipped", [clipped(1.0), clipped(1.003)]),
        made("strokes", [strokes(3), strokes(4)]),
    ]
}

/// Returns the fault of a master, if any: it neither meets its target nor reports a limit that
/// truly applies.
fn fault(song: &Song, target: &MasterTarget, mastered: &Mastered) -> Option<String> {
    let written = &mastered.written.measurement;
    let missing = target.target_lufs.unwrap() - written.integrated_lufs.unwrap();
    let before = song.measured();
    let allowed_db = target.ceiling_dbtp.unwrap() - before.true_peak_dbtp.unwrap() + target.max_limiting_db;
    let at_limit = (mastered.gain.gain_db - allowed_db).abs() < 1e-9;
    let named = matches!(mastered.gain.limit, Some(Limit::MaxLimiting | Limit::Saturation | Limit::Ceiling));
    let over_db = written.true_peak_dbtp.unwrap() - target.ceiling_dbtp.unwrap();
    let right = missing.abs() <= LOUDNESS_TOLERANCE_LU || (missing > 0.0 && at_limit && named);
    (!right || over_db > TRUE_PEAK_TOLERANCE_DB).then(|| {
        let (name, passes) = (song.name, mastered.passes);
        format!(
            "{name}, {target:?}: {missing:+.3} LU missing after {passes} passes, {:?}, {over_db:.3} dB over",
            mastered.gain
        )
    })
}

#[test]
fn every_target_is_met_or_its_limit_is_reported() {
    let songs = songs();
    let runs: Vec<(&Song, MasterTarget)> = songs
        .iter()
        .flat_map(|song| TARGETS_LUFS.map(|target_lufs| (song, target_lufs)))
        .flat_map(|(song, target_lufs)| {
            [6.0, 24.0].map(|max_limiting_db| {
                (song, MasterTarget { target_lufs: Some(target_lufs), max_limiting_db, ..TARGET })
            })
        })
        .collect();
    let mastered: Vec<(usize, Option<String>)> = runs
        .par_iter()
        .map(|(song, target)| {
            let mastered = song.mastered(target);
            (mastered.passes, fault(song, target, &mastered))
        })
        .collect();
    let faults: Vec<&str> = mastered.iter().filter_map(|(_, fault)| fault.as_deref()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let most_passes = mastered.iter().map(|(passes, _)| *passes).max();
    let sum: usize = mastered.iter().map(|(passes, _)| passes).sum();
    println!("{:.2} passes in the mean, {most_passes:?} at most", sum as f64 / mastered.len() as f64);
    assert!(most_passes < Some(MAX_PASSES), "the search is to end before its bound does");
}

fn written(true_peak_dbtp: f64) -> Measurement {
    let meter = ProgrammeMeter::new(rate(48_000), &ChannelLayout::stereo());
    Measurement { true_peak_dbtp: Some(true_peak_dbtp), ..meter.measurement() }
}

#[test]
fn a_missed_ceiling_is_lowered_in_bounded_passes() {
    let spec = ProcessSpec { sample_rate: rate(48_000), max_block: 16, channels: 2 };
    let mut attempts = MasterAttempts::first(&TARGET, None);
    attempts.chain(&spec).unwrap();
    assert!(attempts.is_done(&written(-0.99)), "within the tolerance");
    let mut ceiling = TARGET.ceiling_dbtp;
    for _ in 2..MAX_PASSES {
        attempts.chain(&spec).unwrap();
        assert!(!attempts.is_done(&written(-0.9)));
        assert!(attempts.ceiling < ceiling, "{:?} after {ceiling:?}", attempts.ceiling);
        ceiling = attempts.ceiling;
    }
    attempts.chain(&spec).unwrap();
    assert!(attempts.is_done(&written(-0.9)));
}

//! Share of a core that a live mix needs. The mix has 32 stereo tracks with four bands and a
//! compressor each. Its blocks have 64 frames at 48 kHz, paced by the clock like a device.
//!
//! `cargo bench --bench live_load -- [--seconds N] [--block N] [--tracks N]`

use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::dsp::Insert;
use mixdown_engine::dsp::biquad::{BellBand, PassFilter, ShelfBand};
use mixdown_engine::dsp::dynamics::CompressorSettings;
use mixdown_engine::live::{Command, LiveOptions, open};
use mixdown_engine::render::Plan;
use mixdown_engine::session::{AlignMode, Session, Track};
use std::time::{Duration, Instant};

fn argument(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Returns the resident memory in MB; 0 where the system does not report it.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (seconds, block, tracks) = (argument("--seconds", 20), argument("--block", 64), argument("--tracks", 32));
    let folder = tempfile::tempdir()?;
    let inserts = vec![
        Insert::HighPass(PassFilter::new(80.0)),
        Insert::Bell(BellBand::new(400.0, -3.0)),
        Insert::Bell(BellBand { q: 0.7, ..BellBand::new(3_000.0, 2.0) }),
        Insert::HighShelf(ShelfBand::new(9_000.0, 1.5)),
        Insert::Compressor(CompressorSettings::new(-24.0, 3.0)),
    ];
    let mut session = Session::default();
    session.align.mode = AlignMode::Off;
    let audio = mixdown_benches::pink(0.1, 48_000 * (seconds as usize + 5).min(60));
    for index in 0..tracks {
        let path = folder.path().join(format!("{index}.wav"));
        // One file under many names: its content is the same, but each track reads it separately.
        if index == 0 {
            mixdown_benches::write_wav(&path, &audio)?;
        } else {
            std::fs::hard_link(folder.path().join("0.wav"), &path)?;
        }
        session.tracks.push(Track { inserts: inserts.clone(), ..Track::new(path) });
    }
    let plan = Plan::new(session)?;
    let options = LiveOptions {
        max_block: block as usize,
        loop_range: Some((0, audio.frames() as u64)),
        ..LiveOptions::default()
    };
    let mut live = open(&plan, &options)?;
    live.control.now(Command::Play)?;
    let counters = live.engine.counters().clone();
    let plays = Duration::from_secs_f64(block as f64 / 48_000.0);
    let mut out = AudioBuffer::new(2, block as usize);
    // Nothing is measured until the readers are ready.
    while counters.frame() < 48_000 / 2 {
        if live.engine.is_ready(block as usize) {
            live.engine.process(&mut out.block_mut());
        }
        live.readings.try_iter().for_each(drop);
        std::thread::sleep(plays / 2);
    }
    let (memory, start) = (resident_mb(), Instant::now());
    let mut due = start;
    while start.elapsed() < Duration::from_secs(seconds) {
        let before = Instant::now();
        live.engine.process(&mut out.block_mut());
        counters.record_block(before.elapsed(), plays);
        live.readings.try_iter().for_each(drop);
        due += plays;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    let stats = counters.stats();
    println!("{tracks} tracks, blocks of {block}: {} blocks of {:.3} ms", stats.blocks, plays.as_secs_f64() * 1e3);
    println!("mean load {:.1} % of a core", stats.mean_load * 100.0);
    println!("99.9 % of blocks within {:.1} % of the deadline", stats.p999_load * 100.0);
    println!("worst block {:.0} us, {:.1} %; {} late", stats.worst_us, stats.worst_load * 100.0, stats.late_blocks);
    println!("{} starvations, {} readings dropped", stats.starvations, stats.dropped_meters);
    println!("memory {memory:.1} MB at the start, {:.1} MB at the end", resident_mb());
    Ok(())
}

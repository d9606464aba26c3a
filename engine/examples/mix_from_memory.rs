//! Mixes stems that a program makes, without any file: two tones, one planar, one interleaved.
//! `cargo run --example mix_from_memory`

use mixdown_engine::io::{MemoryStem, Strides};
use mixdown_engine::prelude::*;
use mixdown_engine::units::SampleRate;
use std::error::Error;
use std::f32::consts::TAU;

/// Two seconds.
const FRAMES: usize = 96_000;

fn main() -> Result<(), Box<dyn Error>> {
    let rate = SampleRate::new(48_000)?;
    let tone = |hz: f32| (0..FRAMES).map(move |frame| 0.3 * (TAU * hz * frame as f32 / 48_000.0).sin());
    let low: Vec<f32> = tone(220.0).collect();
    let high: Vec<f32> = tone(331.0).flat_map(|sample| [sample, -sample]).collect();
    let tracks = vec![
        Track::from_memory("low", MemoryStem::from_planar(rate, &[&low])?),
        Track::from_memory("high", MemoryStem::from_strided(rate, &high, Strides::interleaved(FRAMES, 2))?),
    ];
    let (audio, report) =
        Render::new(Session { tracks, ..Session::default() }).target(Target::Lufs(-18.0)).to_memory()?;
    println!("{} frames, {:?} LUFS", audio.frames(), report.master.written.integrated_lufs);
    Ok(())
}

//! Plays a mix to a device that does not exist: blocks of 10 ms at the pace of a sound card, with a
//! fader moved meanwhile. `cargo run --example live_null -- STEM…`
//!
//! Without arguments, the stems of the fixtures.

use mixdown_engine::live::{self, Command, LiveOptions, StripName};
use mixdown_engine::prelude::*;
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Blocks of one second and a half.
const BLOCKS: u32 = 150;

fn main() -> Result<(), Box<dyn Error>> {
    let mut stems: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if stems.is_empty() {
        stems = ["drums", "bass", "keys"].map(|name| mixdown_fixtures::path(format!("stems/band/{name}.flac"))).into();
    }
    let (plan, _) = Render::new(Session::from_stems(&stems)).prepare()?;
    let first = StripName::Track(plan.session().tracks[0].title().into_owned());
    let mut playing = live::open(&plan, &LiveOptions::default())?;
    playing.control.now(Command::Play)?;

    // A sound card calls `process` from its own thread; the loop stands for it.
    let frames = plan.sample_rate().frames(0.01) as usize;
    let mut block = AudioBuffer::new(2, frames);
    let start = Instant::now();
    for n in 0..BLOCKS {
        if n == BLOCKS / 2 {
            playing.control.now(Command::Gain { place: first.clone(), gain_db: -12.0 })?;
        }
        playing.engine.process(&mut block.block_mut());
        while let Ok(reading) = playing.readings.try_recv() {
            if n % 50 == 49 {
                println!("{} ms: {reading:?}", 10 * (n + 1));
            }
        }
        let due = start + Duration::from_millis(10) * (n + 1);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    let loudest = block.channel(0).iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    println!("the last block's largest sample: {loudest:.3}");
    Ok(())
}

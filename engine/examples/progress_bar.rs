//! Draws the progress of a render, and stops it after a time limit in seconds:
//! `cargo run --example progress_bar -- LIMIT STEM…`
//!
//! Without arguments, 60 s and the stems of the fixtures.

use mixdown_engine::prelude::*;
use std::error::Error;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let limit = arguments.next().and_then(|text| text.to_str()?.parse().ok()).unwrap_or(60);
    let mut stems: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    if stems.is_empty() {
        stems = ["bass", "guitar", "pad"].map(|name| mixdown_fixtures::path(format!("stems/band/{name}.flac"))).into();
    }
    let start = Instant::now();
    let result = Render::new(Session::from_stems(&stems))
        .on_progress(|progress| {
            let done = (30.0 * progress.fraction) as usize;
            print!("\r{:<10} [{:<30}]", format!("{:?}", progress.phase), "#".repeat(done));
            let _ = std::io::stdout().flush();
            if start.elapsed() > Duration::from_secs(limit) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .to_memory();
    println!();
    let (audio, report) = result?;
    let seconds = audio.frames() as f64 / f64::from(report.output.sample_rate_hz);
    println!("{seconds:.1} s mixed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

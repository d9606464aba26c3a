//! Finds the delay between two recordings of the same sound:
//! `cargo run --example align_two -- A B`.
//!
//! Without arguments, a stem of the fixtures and a copy that begins a quarter of a second later.

use mixdown_engine::prelude::*;
use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let temporary = tempfile::tempdir()?;
    let files = if let Ok(files) = <[PathBuf; 2]>::try_from(given) {
        files
    } else {
        let drums = mixdown_fixtures::path("stems/band/drums.flac");
        [drums.clone(), later(&drums, &temporary.path().join("copy"))?]
    };
    let alignment = mixdown_engine::align(&files)?;
    for (file, stem) in files.iter().zip(&alignment.stems) {
        println!("{}: {}", file.display(), stem.reason);
        if let Some(frames) = stem.late_samples {
            println!("  {frames:.2} frames late, with a confidence of {:.4}", stem.confidence);
        }
    }
    Ok(())
}

/// Renders a file a quarter of a second later, at its own level.
fn later(file: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut session = Session { tracks: vec![Track { start_s: 0.25, ..Track::new(file) }], ..Session::default() };
    session.time.end_s = Some(10.0);
    let rendered = Render::new(session).target(Target::None).mix_only(true).to_folder(folder)?;
    rendered.files.into_iter().next().ok_or_else(|| "no master".into())
}

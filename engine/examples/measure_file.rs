//! Measures the loudness and true peak of a file: `cargo run --example measure_file -- FILE`.
//!
//! Without an argument, a stem of the fixtures.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let file =
        std::env::args_os().nth(1).map_or_else(|| mixdown_fixtures::path("stems/band/vocals.flac"), PathBuf::from);
    let measured = mixdown_engine::measure(&file)?;
    let shown = |value: Option<f64>| value.map_or("none".into(), |value| format!("{value:.1}"));
    println!("{}", file.display());
    println!("  integrated loudness  {} LUFS", shown(measured.integrated_lufs));
    println!("  loudness range       {} LU", shown(measured.loudness_range_lu));
    println!("  true peak            {} dBTP", shown(measured.true_peak_dbtp));
    Ok(())
}

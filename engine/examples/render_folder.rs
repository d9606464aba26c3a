//! Mixes all stems of a folder: `cargo run --example render_folder -- STEMS OUT`.
//!
//! Without arguments, the stems of the fixtures into a temporary folder.

use mixdown_engine::prelude::*;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let temporary = tempfile::tempdir()?;
    let folder = arguments.next().unwrap_or_else(|| mixdown_fixtures::path("stems/band"));
    let out = arguments.next().unwrap_or_else(|| temporary.path().join("mix"));

    let mut stems: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    stems.sort();
    let rendered = Render::new(Session::from_stems(&stems)).target(Target::Lufs(-14.0)).to_folder(out)?;

    let measured = &rendered.report.master.written;
    println!("{:?} LUFS, {:?} dBTP", measured.integrated_lufs, measured.true_peak_dbtp);
    for file in rendered.files {
        println!("{}", file.display());
    }
    Ok(())
}

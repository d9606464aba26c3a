//! `mixdown render --stdout`: the master into a pipe.

use super::Failure;
use mixdown_engine::render::{Render, Rendered};
use std::fs::File;
use std::io::{self, IsTerminal, Write};

/// Renders the mix alone into a temporary folder, as the header of a master is completed last, and
/// copies it whole to standard output. A failed render writes no byte to it.
pub(super) fn run(render: Render<'_>) -> Result<Rendered, Failure> {
    if io::stdout().is_terminal() {
        return Err(Failure::Usage(
            "--stdout: standard output is a terminal; pipe it on, or name a folder with --out".into(),
        ));
    }
    let failed = |source| Failure::Write { path: "standard output".into(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    let mut rendered = render.mix_only(true).to_folder(folder.path())?;
    // The master is the only file.
    for file in rendered.files.drain(..) {
        let mut out = io::stdout().lock();
        let copied = File::open(file).and_then(|mut file| io::copy(&mut file, &mut out)).and_then(|_| out.flush());
        copied.map_err(failed)?;
    }
    Ok(rendered)
}

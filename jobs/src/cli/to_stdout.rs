//! `mixdown render --stdout`: the master into a pipe.

use super::Failure;
use mixdown_engine::render::{OnProgress, RenderOptions, Rendered, render_to_folder};
use mixdown_engine::session::Session;
use std::fs::File;
use std::io::{self, IsTerminal, Write};

/// Renders the mix alone into a temporary folder, as the header of a master is completed last, and
/// copies it whole to standard output. A failed render writes no byte to it.
pub(super) fn run(
    session: Session,
    options: RenderOptions<'_>,
    on_progress: &mut OnProgress<'_>,
) -> Result<Rendered, Failure> {
    if io::stdout().is_terminal() {
        return Err(Failure::Usage(
            "--stdout: standard output is a terminal; pipe it on, or name a folder with --out".into(),
        ));
    }
    let failed = |source| Failure::Write { path: "standard output".into(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    let options = RenderOptions { mix_only: true, ..options };
    let mut rendered = render_to_folder(session, folder.path(), &options, on_progress)?;
    // The master is the only file.
    for file in rendered.files.drain(..) {
        let mut out = io::stdout().lock();
        let copied = File::open(file).and_then(|mut file| io::copy(&mut file, &mut out)).and_then(|_| out.flush());
        copied.map_err(failed)?;
    }
    Ok(rendered)
}

//! Check of the files that a command writes against those that it reads, before it begins.

use super::Failure;
use super::destination::Destination;
use mixdown_engine::io::{OutputGuard, OutputKind, same_place};
use mixdown_engine::render::RenderError;
use std::fs;
use std::path::Path;

/// The files that a command reads and writes.
#[derive(Debug)]
pub(super) struct Outputs<'a> {
    guard: OutputGuard,
    files: Vec<Output<'a>>,
}

#[derive(Debug)]
struct Output<'a> {
    flag: &'static str,
    path: &'a Path,
    kind: OutputKind,
}

impl<'a> Outputs<'a> {
    /// Creates an empty list; `force` lets files be replaced that mixdown did not write.
    pub(super) fn new(force: bool) -> Self {
        Self { guard: OutputGuard::new(force), files: Vec::new() }
    }

    /// Adds files that are read.
    pub(super) fn reading<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.guard.add_inputs(paths);
        self
    }

    /// Adds a file that is written, if there is one, and the flag that names it.
    pub(super) fn writing(mut self, flag: &'static str, path: Option<&'a Path>, kind: OutputKind) -> Self {
        self.files.extend(path.map(|path| Output { flag, path, kind }));
        self
    }

    /// Checks that all of them may and can be written, and leaves nothing behind.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (n, output) in self.files.iter().enumerate() {
            let takes_both = fs::metadata(output.path).is_ok_and(|found| !found.is_file());
            let same = self.files[..n].iter().find(|other| !takes_both && same_place(other.path, output.path));
            if let Some(Output { flag, .. }) = same {
                let (path, second) = (output.path.display(), output.flag);
                return Err(Failure::Usage(format!("{path}: named by {flag} and by {second}; name two files")));
            }
            self.guard.check(output.path, output.kind).map_err(|error| Failure::Render(RenderError::from(error)))?;
            Destination::check(output.path, output.flag)?;
        }
        Ok(())
    }
}

//! Signals of the master's sum as files: their sum in order is the mix before the master, bit for
//! bit.

use crate::audio::{Block, Quantiser, SampleFormat};
use crate::io::wav::{BroadcastExtension, WavFormat, WavWriter};
use crate::io::{OutputError, StagedFolder};
use crate::mix::summing::Summing;
use crate::mix::{ConnectionPlan, Node};
use crate::render::error::RenderError;
use crate::render::offline::chunk::MixChunk;
use crate::render::plan::Plan;
use crate::session::{MASTER, Session};
use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The folder of the files, in the folder of the results.
pub(crate) const FOLDER: &str = "stems";

/// The files, while they are written.
pub(crate) struct StemFiles {
    staged: StagedFolder,
    files: Vec<StemFile>,
    bext: BroadcastExtension,
}

/// One signal of the sum.
struct StemFile {
    name: String,
    from: Node,
    /// Frames of the signal before the first frame of the output.
    skip: u64,
    writer: WavWriter<File>,
    quantiser: Quantiser,
    bytes: Vec<u8>,
}

impl StemFiles {
    /// Starts a file for each signal that enters the master's sum, in the order of the sum. The
    /// output begins at session frame `start`.
    ///
    /// # Errors
    /// When a file cannot be made.
    pub(crate) fn new(plan: &Plan, folder: &Path, bext: BroadcastExtension, start: u64) -> Result<Self, RenderError> {
        let mut staged = StagedFolder::open(&folder.join(FOLDER))?;
        let format = WavFormat { samples: SampleFormat::Float32, sample_rate: plan.sample_rate(), channels: 2 };
        let routing = plan.routing();
        let mut files = Vec::with_capacity(routing.master.len());
        for (ConnectionPlan { from, delay, .. }, name) in routing.master.iter().zip(names(plan.session())) {
            let file = staged.create(&name)?;
            let writer = WavWriter::new(file, format)
                .map_err(|source| OutputError::Io { path: staged.path_of(&name), source })?;
            let quantiser = Quantiser::new(format.samples, 2, format.sample_rate, None, false);
            // The rest of the path's latency after the delay that balances the sum.
            let skip = start + routing.latency - delay;
            files.push(StemFile { name, from: *from, skip, writer, quantiser, bytes: Vec::new() });
        }
        Ok(Self { staged, files, bext })
    }

    /// Appends the frames of each signal in a chunk, once it has been summed.
    pub(crate) fn append(&mut self, chunk: &MixChunk, summing: &Summing) -> Result<(), RenderError> {
        for file in &mut self.files {
            let block = match file.from {
                Node::Track(index) => chunk.outputs[index].first(false, chunk.rendered),
                Node::Bus(position) => summing.bus_output(position, chunk.rendered),
            };
            let from = file.skip.saturating_sub(chunk.position).min(chunk.rendered as u64) as usize;
            file.write(&block.slice(from..chunk.rendered), &self.staged)?;
        }
        Ok(())
    }

    /// Ends the files after `frames` frames each.
    pub(crate) fn finish(self, frames: u64) -> Result<FinishedStems, RenderError> {
        for StemFile { name, mut writer, .. } in self.files {
            let finished = writer.truncate(frames).and_then(|()| writer.finish(&self.bext));
            finished.map_err(|source| OutputError::Io { path: self.staged.path_of(&name), source })?;
        }
        Ok(FinishedStems(self.staged))
    }
}

impl StemFile {
    fn write(&mut self, block: &Block<'_>, staged: &StagedFolder) -> Result<(), RenderError> {
        self.bytes.clear();
        self.quantiser.write(block, &mut self.bytes);
        let written = self.writer.write(&self.bytes);
        Ok(written.map_err(|source| OutputError::Io { path: staged.path_of(&self.name), source })?)
    }
}

/// Complete files that wait for their names.
#[derive(Debug)]
pub(crate) struct FinishedStems(StagedFolder);

impl FinishedStems {
    /// Publishes the files; returns their paths, in the order of the sum.
    pub(crate) fn commit(self) -> Result<Vec<PathBuf>, OutputError> {
        self.0.commit()
    }
}

/// Returns the names of the files in the order of the sum: that of the session, tracks before
/// buses.
pub(crate) fn names(session: &Session) -> Vec<String> {
    let tracks = session.tracks.iter().filter(|track| track.output == MASTER).map(|track| track.title());
    let buses = session.buses.iter().filter(|bus| bus.output == MASTER).map(|bus| bus.name.as_str().into());
    let mut taken = HashSet::new();
    tracks.chain(buses).map(|title| file_name(&title, &mut taken)).collect()
}

/// Returns a unique file name for a track or bus, also on systems that ignore case.
fn file_name(title: &str, taken: &mut HashSet<String>) -> String {
    /// Longest name kept, in bytes: file systems allow 255, including additions while the file is
    /// written.
    const LONGEST: usize = 200;
    let safe = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let mut name: String = title.chars().map(safe).collect();
    while name.len() > LONGEST {
        name.pop();
    }
    let name = name.trim_matches(['.', ' ']);
    let name = if name.is_empty() { "stem" } else { name };
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| taken.insert(name.to_lowercase()))
        .map_or_else(String::new, |name| name + ".wav")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_unique_on_any_system() {
        let mut taken = HashSet::new();
        let names = ["vox", "VOX", "../a/b", "", "...", "vox 2"].map(|title| file_name(title, &mut taken));
        assert_eq!(names, ["vox.wav", "VOX 2.wav", "_a_b.wav", "stem.wav", "stem 2.wav", "vox 2 2.wav"]);
        assert!(file_name(&"ü".repeat(300), &mut taken).len() <= 204);
    }
}

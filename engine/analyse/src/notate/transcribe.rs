//! Notes and hits of stems, each read once as a stream.

use super::PartKind;
use crate::stream::{BLOCK_FRAMES, MonoStream};
use crate::{AnalyseError, Watch};
use mixdown_notation::drums::DrumTranscriber;
use mixdown_notation::pitched::{StemKind, Transcriber};
use mixdown_notation::{Hit, Note, SAMPLE_RATE};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

// One stream serves both.
const _: () = assert!(SAMPLE_RATE == mixdown_music::SAMPLE_RATE);

/// A stem to transcribe.
#[derive(Clone, Debug)]
pub struct PartRequest {
    /// The file.
    pub path: PathBuf,
    /// Name of its part and of its files.
    pub name: String,
    /// Kind of its sound.
    pub kind: PartKind,
}

/// A stem with its notes, as played.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name of the part.
    pub name: String,
    /// Kind of its sound.
    pub kind: PartKind,
    /// Length of the stem, in seconds.
    pub duration_s: f64,
    /// Notes; none in a drum stem.
    pub notes: Vec<Note>,
    /// Hits; none but in a drum stem.
    pub hits: Vec<Hit>,
    /// Sentences about a file that is not whole.
    pub warnings: Vec<String>,
}

impl Part {
    /// Returns the times of all notes and hits.
    pub(super) fn onsets_s(&self) -> impl Iterator<Item = f64> + '_ {
        self.notes.iter().map(|note| note.start_s).chain(self.hits.iter().map(|hit| hit.time_s))
    }
}

/// Transcribes stems, each by itself. `progress` receives the share that was read, 0 to 1, on any
/// thread, and may stop the work. Uses rayon's pool; blocks on the disk.
///
/// # Errors
/// If a file cannot be read, or `progress` stopped it.
pub fn transcribe(
    requests: &[PartRequest],
    mut progress: impl FnMut(f64) -> ControlFlow<()> + Send,
) -> Result<Vec<Part>, AnalyseError> {
    let paths: Vec<PathBuf> = requests.iter().map(|request| request.path.clone()).collect();
    let watch = Watch::of_passes(1, crate::expected_seconds(&paths)?, &mut progress);
    requests.par_iter().map(|request| read(request, &watch)).collect()
}

fn read(request: &PartRequest, watch: &Watch<'_>) -> Result<Part, AnalyseError> {
    let mut part = Part {
        name: request.name.clone(),
        kind: request.kind,
        duration_s: 0.0,
        notes: Vec::new(),
        hits: Vec::new(),
        warnings: Vec::new(),
    };
    let kind = match request.kind {
        PartKind::Drums => {
            let mut drums = DrumTranscriber::new();
            stream(&request.path, &mut part, watch, |block| drums.push(block))?;
            part.hits = drums.finish();
            return Ok(part);
        }
        PartKind::Bass => StemKind::Bass,
        PartKind::Vocals => StemKind::Vocals,
        PartKind::Other => StemKind::Other,
    };
    let mut pitched = Transcriber::new(kind);
    stream(&request.path, &mut part, watch, |block| pitched.push(block))?;
    part.notes = pitched.finish();
    Ok(part)
}

/// Reads a file to its end, block by block, and notes its length and its warnings.
fn stream(path: &Path, part: &mut Part, watch: &Watch<'_>, mut push: impl FnMut(&[f32])) -> Result<(), AnalyseError> {
    let mut stream = MonoStream::open(path, false)?;
    let (mut block, mut samples) = (vec![0.0; BLOCK_FRAMES], 0);
    loop {
        let frames = stream.read(&mut block)?;
        push(&block[..frames]);
        samples += frames;
        watch.advance(frames)?;
        if frames < BLOCK_FRAMES {
            break;
        }
    }
    part.duration_s = samples as f64 / f64::from(SAMPLE_RATE);
    part.warnings = stream.warnings("transcribed");
    Ok(())
}

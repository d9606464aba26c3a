//! A model in an ONNX file, run segment by segment.
//!
//! The contract is that of htdemucs (Rouard, Massa and Défossez, ICASSP 2023): a waveform of
//! [`SEGMENT_FRAMES`] frames enters, and one of equal length per part comes out. Whatever
//! transforms the network needs are inside of its graph.

mod contract;
mod fade;
mod model;
mod segments;

#[cfg(test)]
mod tests;

use crate::audio::{PartFile, SongStream};
use crate::{Part, SeparateError, Separator, Song, Watch};
use fade::Fade;
use mixdown_engine::units::SampleRate;
use model::Model;
use segments::Segments;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Frames of a segment: 7.8 s at 44.1 kHz.
pub const SEGMENT_FRAMES: usize = 343_980;
/// Frames that two segments share: a quarter.
const OVERLAP_FRAMES: usize = SEGMENT_FRAMES / 4;
/// Rate of the model's input and output in hertz.
const RATE_HZ: u32 = 44_100;
/// Channels of the model's input, and of each part.
const CHANNELS: usize = 2;
/// Number of parts.
const PART_COUNT: usize = 4;
/// Parts in the order of the output.
const PARTS: [&str; PART_COUNT] = ["drums", "bass", "other", "vocals"];

/// The back end of a model in a file: stereo at 44.1 kHz in, drums, bass, other and vocals out.
///
/// Input `2 × 343 980` and output `4 × 2 × 343 980` of 32-bit floats, both also with a first
/// dimension of 1. Segments overlap by a quarter, over which linear ramps fade one into the next.
#[derive(Clone, Debug)]
pub struct Onnx {
    path: PathBuf,
    name: String,
    model: Arc<Model>,
}

impl Onnx {
    /// Reads the model of a file, and checks its input and output.
    ///
    /// # Errors
    /// [`SeparateError::Onnx`] if the file cannot be read, is not an ONNX model, or has other
    /// inputs or outputs.
    pub fn open(path: &Path) -> Result<Self, SeparateError> {
        let refused = |cause| SeparateError::Onnx { path: path.into(), cause };
        let model = Model::open(path).map_err(refused)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: path.into(), name, model: Arc::new(model) })
    }

    /// Returns the name of the file.
    pub fn model(&self) -> &str {
        &self.name
    }

    /// Returns what the model makes of one segment: samples per part, per channel.
    fn run(&self, segments: &Segments, watch: &mut Watch<'_>, song: &Song) -> Result<Vec<f32>, SeparateError> {
        let start_s = segments.index() as f64 * segments::HOP_S;
        let failed = |cause| SeparateError::OnnxRun { path: self.path.clone(), start_s, cause };
        // A song is known by its frames at its own rate.
        let count = segments::count(song.rate.seconds(song.frames));
        let share = segments.index() as f64 / count.max(1) as f64;
        let stems = model::run(&self.model, segments.samples(), || watch.reached(share))?.map_err(failed)?;
        match stems.iter().find(|sample| !sample.is_finite()) {
            None => Ok(stems),
            Some(sample) => Err(failed(format!("it yields {sample}, which is not a sample"))),
        }
    }
}

impl Separator for Onnx {
    fn part_names(&self) -> Vec<String> {
        PARTS.map(str::to_owned).to_vec()
    }

    fn separate(&self, song: &Song, work: &Path, watch: &mut Watch<'_>) -> Result<Vec<Part>, SeparateError> {
        let unusable = |error: &dyn ToString| SeparateError::Rate { path: song.path.clone(), cause: error.to_string() };
        let rate = SampleRate::new(RATE_HZ).map_err(|error| unusable(&error))?;
        let mut segments = Segments::new(SongStream::open(&song.path, rate, CHANNELS)?.accepting_a_cut());
        let parts: Vec<Part> =
            PARTS.iter().map(|name| Part { name: (*name).into(), path: work.join(format!("{name}.wav")) }).collect();
        let mut files =
            parts.iter().map(|part| PartFile::create(&part.path, rate, CHANNELS)).collect::<Result<Vec<_>, _>>()?;
        let mut fade = Fade::default();
        while segments.advance()? {
            let mut stems = self.run(&segments, watch, song)?;
            let frames = fade.join(&mut stems, segments.song_frames());
            for (file, part) in files.iter_mut().zip(stems.chunks(CHANNELS * SEGMENT_FRAMES)) {
                let channels: Vec<&[f32]> = part.chunks(SEGMENT_FRAMES).map(|samples| &samples[..frames]).collect();
                file.write(&channels)?;
            }
        }
        files.into_iter().try_for_each(PartFile::finish)?;
        Ok(parts)
    }
}

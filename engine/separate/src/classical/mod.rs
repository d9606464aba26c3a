//! Separation without a model: percussive, harmonic and centre, by masks that sum to one.

mod masks;
mod median;
mod similarity;
mod splitter;
mod transform;

#[cfg(test)]
mod tests;

pub use splitter::{PartSamples, Splitter};

use crate::audio::PartFile;
use crate::{Part, SeparateError, Separator, Song, Watch};
use std::path::Path;

/// Number of parts of the classical split.
pub const PART_COUNT: usize = 3;
/// Names of the parts of the classical split, in order.
pub const CLASSICAL_PARTS: [&str; PART_COUNT] = ["percussive", "harmonic", "centre"];

/// The back end without a model. Its parts are not drums, bass or vocals: they are what the
/// [`Splitter`] finds by the shape of the spectrogram and the stereo position.
#[derive(Clone, Copy, Debug, Default)]
pub struct Classical;

impl Separator for Classical {
    fn part_names(&self) -> Vec<String> {
        CLASSICAL_PARTS.map(str::to_owned).to_vec()
    }

    fn separate(&self, song: &Song, work: &Path, watch: &mut Watch<'_>) -> Result<Vec<Part>, SeparateError> {
        // A stereo file of two equal channels is a mono song.
        let split_channels = if song.has_equal_channels { 1 } else { song.channels };
        let mut stream = song.open()?;
        let mut splitter = Splitter::new(song.rate.hz(), split_channels);
        let mut out: PartSamples = std::array::from_fn(|_| vec![Vec::new(); split_channels]);
        let parts: Vec<Part> = CLASSICAL_PARTS
            .iter()
            .map(|name| Part { name: (*name).into(), path: work.join(format!("{name}.wav")) })
            .collect();
        let mut files = parts
            .iter()
            .map(|part| PartFile::create(&part.path, song.rate, song.channels))
            .collect::<Result<Vec<_>, _>>()?;
        let write = |out: &mut PartSamples, files: &mut [PartFile]| {
            for (file, samples) in files.iter_mut().zip(out.iter_mut()) {
                let channels: Vec<&[f32]> =
                    (0..song.channels).map(|at| &*samples[at.min(split_channels - 1)]).collect();
                file.write(&channels)?;
                samples.iter_mut().for_each(Vec::clear);
            }
            Ok::<(), SeparateError>(())
        };
        let mut done = 0;
        loop {
            let block = stream.read()?;
            let frames = block.frames();
            let channels: Vec<&[f32]> = (0..split_channels).map(|channel| block.channel(channel)).collect();
            splitter.push(&channels, &mut out);
            write(&mut out, &mut files)?;
            done += frames as u64;
            watch.reached(done as f64 / song.frames.max(1) as f64)?;
            if frames == 0 {
                break;
            }
        }
        splitter.finish(&mut out);
        write(&mut out, &mut files)?;
        files.into_iter().try_for_each(PartFile::finish)?;
        Ok(parts)
    }
}

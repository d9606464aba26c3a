//! The samples of a WAV file that is still being written, read back from the file.

use super::WavFormat;
use crate::audio::BlockMut;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::{Filled, Pcm, PlainPcm};
use std::fs::File;
use std::io;

/// Reader of the samples that a [`super::WavWriter`] has written so far, front to back.
pub(crate) struct WrittenSamples {
    plain: PlainPcm,
    frame_bytes: u64,
}

impl WrittenSamples {
    /// Reads from another handle on the writer's file, from the first frame on. Allocates; any
    /// thread.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn new(file: File, data_start: u64, format: WavFormat) -> io::Result<Self> {
        let channels = usize::from(format.channels);
        let plain = PlainPcm::new(StemBytes::Disk(file), data_start, 0, Pcm::of_format(format.samples), channels)?;
        Ok(Self { plain, frame_bytes: format.frame_bytes() })
    }

    /// Fills a block with the next frames, which must have been written. Blocks on the disk.
    ///
    /// # Errors
    /// When the file cannot be read, or does not contain them.
    pub(crate) fn read(&mut self, out: &mut BlockMut<'_>) -> io::Result<()> {
        self.plain.lengthen(out.frames() as u64 * self.frame_bytes);
        match self.plain.fill(out)? {
            Filled::Frames(frames) if frames == out.frames() => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file does not hold what was written to it")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, Quantiser, SampleFormat};
    use crate::io::output::wav::WavWriter;
    use crate::units::SampleRate;

    #[test]
    fn what_was_written_comes_back_while_the_file_grows_and_what_is_lost_is_missed() {
        let sample_rate = SampleRate::new(48_000).unwrap();
        for samples in [SampleFormat::Int16, SampleFormat::Int24, SampleFormat::Float32] {
            let format = WavFormat { samples, sample_rate, channels: 2 };
            let file = tempfile::NamedTempFile::new().unwrap();
            let mut writer = WavWriter::new(file.reopen().unwrap(), format).unwrap();
            let mut reader = WrittenSamples::new(file.reopen().unwrap(), writer.data_start(), format).unwrap();
            let mut quantiser = Quantiser::new(samples, 2, sample_rate, None, false);
            for frames in [1, 12_000, 17] {
                // Multiples of 2⁻¹⁰ are exact in every format.
                let wave = |n: usize| (n * 37 % 2_000) as f32 / 1_024.0 - 0.97;
                let left: Vec<f32> = (0..frames).map(|n| (wave(n) * 1_024.0).round() / 1_024.0).collect();
                let audio = AudioBuffer::from_channels(&[left.clone(), left.iter().map(|x| -x).collect()]);
                let mut bytes = Vec::new();
                quantiser.write(&audio.block(), &mut bytes);
                writer.write(&bytes).unwrap();
                let mut back = AudioBuffer::new(2, frames);
                reader.read(&mut back.block_mut()).unwrap();
                assert_eq!(back, audio, "{samples:?}");
            }
            let mut more = AudioBuffer::new(2, 5);
            assert_eq!(reader.read(&mut more.block_mut()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }
}

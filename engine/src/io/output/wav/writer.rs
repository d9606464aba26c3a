//! Writes a WAV file front to back and completes its header at the end; above 4 GiB the header
//! becomes RF64 (EBU Tech 3306).

use super::bext::{self, BroadcastExtension};
use crate::audio::SampleFormat;
use crate::units::SampleRate;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// Format of the samples of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavFormat {
    /// Storage of each sample.
    pub samples: SampleFormat,
    /// Frames per second.
    pub sample_rate: SampleRate,
    /// Samples per frame, interleaved.
    pub channels: u16,
}

impl WavFormat {
    pub(super) fn frame_bytes(self) -> u64 {
        u64::from(self.channels) * u64::from(self.samples.bits() / 8)
    }
}

/// The writer. Chunks in order: `JUNK` (room for `ds64`), `bext`, `LIST` (tags only), `fmt `,
/// `fact` (floats only), `data`.
#[derive(Debug)]
pub struct WavWriter<W: Write + Seek> {
    file: W,
    format: WavFormat,
    data_start: u64,
    data_bytes: u64,
    largest_riff: u64,
}

const JUNK_AT: u64 = 12;
const DS64_LENGTH: u32 = 28;
const BEXT_DATA_AT: u64 = JUNK_AT + 8 + DS64_LENGTH as u64 + 8;

impl<W: Write + Seek> WavWriter<W> {
    /// Starts a file: writes a header whose sizes are still empty.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn new(file: W, format: WavFormat) -> io::Result<Self> {
        Self::tagged(file, format, &[])
    }

    /// As [`WavWriter::new`], with texts for a `LIST` chunk of the kind `INFO`, such as `INAM`, a
    /// title.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn tagged(mut file: W, format: WavFormat, tags: &[([u8; 4], &str)]) -> io::Result<Self> {
        let mut header = Vec::with_capacity(1_024);
        header.extend_from_slice(b"RIFF\0\0\0\0WAVEJUNK");
        header.extend_from_slice(&DS64_LENGTH.to_le_bytes());
        header.extend_from_slice(&[0; DS64_LENGTH as usize]);
        header.extend_from_slice(b"bext");
        header.extend_from_slice(&(bext::LENGTH as u32).to_le_bytes());
        header.extend_from_slice(&[0; bext::LENGTH]);
        header.extend_from_slice(&info_chunk(tags));
        fmt_chunk(format, &mut header);
        if format.samples.is_float() {
            header.extend_from_slice(b"fact\x04\0\0\0\0\0\0\0");
        }
        header.extend_from_slice(b"data\0\0\0\0");
        file.write_all(&header)?;
        Ok(Self { file, format, data_start: header.len() as u64, data_bytes: 0, largest_riff: u64::from(u32::MAX) })
    }

    /// Promotes to RF64 above this many bytes instead of above 4 GiB: for tests that cannot write
    /// so much.
    #[must_use]
    pub fn promote_above(mut self, bytes: u64) -> Self {
        self.largest_riff = bytes;
        self
    }

    /// Returns the position of the first frame in the file, in bytes.
    pub fn data_start(&self) -> u64 {
        self.data_start
    }

    /// Appends whole frames of interleaved bytes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.data_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Completes the header, flushes everything and returns the file, positioned at its end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self, bext: &BroadcastExtension) -> io::Result<W> {
        let padding = self.data_bytes % 2;
        self.file.write_all(&[0][..padding as usize])?;
        let riff_bytes = self.data_start + self.data_bytes + padding - 8;
        let frames = self.data_bytes / self.format.frame_bytes();
        let rf64 = riff_bytes > self.largest_riff;
        if rf64 {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(b"RF64\xFF\xFF\xFF\xFFWAVEds64")?;
            self.file.write_all(&DS64_LENGTH.to_le_bytes())?;
            for size in [riff_bytes, self.data_bytes, frames] {
                self.file.write_all(&size.to_le_bytes())?;
            }
            self.file.write_all(&0_u32.to_le_bytes())?;
        } else {
            self.file.seek(SeekFrom::Start(4))?;
            self.file.write_all(&(riff_bytes as u32).to_le_bytes())?;
        }
        self.file.seek(SeekFrom::Start(BEXT_DATA_AT))?;
        self.file.write_all(&bext.to_bytes())?;
        if self.format.samples.is_float() {
            self.file.seek(SeekFrom::Start(self.data_start - 12))?;
            self.file.write_all(&u32::try_from(frames).unwrap_or(u32::MAX).to_le_bytes())?;
        }
        self.file.seek(SeekFrom::Start(self.data_start - 4))?;
        self.file.write_all(&if rf64 { u32::MAX } else { self.data_bytes as u32 }.to_le_bytes())?;
        self.file.seek(SeekFrom::End(0))?;
        self.file.flush()?;
        Ok(self.file)
    }
}

impl WavWriter<File> {
    /// Cuts the file to its first `frames` frames, if it has more.
    ///
    /// # Errors
    /// When the file cannot be cut.
    pub fn truncate(&mut self, frames: u64) -> io::Result<()> {
        self.data_bytes = self.data_bytes.min(frames * self.format.frame_bytes());
        let end = self.data_start + self.data_bytes;
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end)).map(|_| ())
    }
}

/// Returns the tags as a chunk, empty without tags. Texts are UTF-8 and end with a zero.
fn info_chunk(tags: &[([u8; 4], &str)]) -> Vec<u8> {
    let mut texts = Vec::new();
    for (id, text) in tags {
        texts.extend_from_slice(id);
        texts.extend_from_slice(&(text.len() as u32 + 1).to_le_bytes());
        texts.extend_from_slice(text.as_bytes());
        // A chunk of odd length is padded.
        texts.extend_from_slice(&[0, 0][..2 - text.len() % 2]);
    }
    if texts.is_empty() {
        return texts;
    }
    let length = (texts.len() as u32 + 4).to_le_bytes();
    [b"LIST".as_slice(), &length, b"INFO", &texts].concat()
}

/// Appends the `fmt ` chunk: tag 1 (PCM) or 3 (IEEE float), as one or two channels need no channel
/// mask.
fn fmt_chunk(format: WavFormat, out: &mut Vec<u8>) {
    let float = format.samples.is_float();
    let rate = format.sample_rate.hz();
    out.extend_from_slice(b"fmt ");
    out.extend_from_slice(&(if float { 18_u32 } else { 16 }).to_le_bytes());
    out.extend_from_slice(&(if float { 3_u16 } else { 1 }).to_le_bytes());
    out.extend_from_slice(&format.channels.to_le_bytes());
    out.extend_from_slice(&rate.to_le_bytes());
    out.extend_from_slice(&(rate * format.frame_bytes() as u32).to_le_bytes());
    out.extend_from_slice(&(format.frame_bytes() as u16).to_le_bytes());
    out.extend_from_slice(&format.samples.bits().to_le_bytes());
    if float {
        out.extend_from_slice(&[0, 0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, Quantiser};
    use std::io::Cursor;

    fn file(samples: SampleFormat, audio: &AudioBuffer, promote_above: u64) -> Vec<u8> {
        let sample_rate = SampleRate::new(48_000).unwrap();
        let format = WavFormat { samples, sample_rate, channels: 2 };
        let mut writer = WavWriter::new(Cursor::new(Vec::new()), format).unwrap().promote_above(promote_above);
        let mut bytes = Vec::new();
        Quantiser::new(samples, 2, sample_rate, None, false).write(&audio.block(), &mut bytes);
        writer.write(&bytes).unwrap();
        writer.finish(&BroadcastExtension::default()).unwrap().into_inner()
    }

    fn audio() -> AudioBuffer {
        AudioBuffer::from_channels(&[vec![0.5, -0.25, 1.5], vec![-1.0, 0.0, 0.125]])
    }

    #[test]
    fn hounds_reader_gets_back_what_was_written() {
        let bytes = file(SampleFormat::Float32, &audio(), u64::MAX);
        let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 48_000));
        let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0.5, -1.0, -0.25, 0.0, 1.5, 0.125]);

        let mut reader = hound::WavReader::new(Cursor::new(file(SampleFormat::Int24, &audio(), u64::MAX))).unwrap();
        assert_eq!(reader.spec().bits_per_sample, 24);
        let samples: Vec<i32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [4_194_304, -8_388_608, -2_097_152, 0, 8_388_607, 1_048_576]);
    }

    #[test]
    fn tags_stand_in_a_list_of_even_chunks() {
        assert!(info_chunk(&[]).is_empty());
        let expected = b"LIST\x1c\0\0\0INFOINAM\x03\0\0\0ab\0\0IART\x04\0\0\0abc\0";
        assert_eq!(info_chunk(&[(*b"INAM", "ab"), (*b"IART", "abc")]), expected);
    }

    #[test]
    fn above_the_limit_the_header_is_rf64_with_true_sizes() {
        let bytes = file(SampleFormat::Int24, &audio(), 100);
        let quad = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        assert_eq!(&bytes[..4], b"RF64");
        assert_eq!(bytes[4..8], [0xFF; 4]);
        assert_eq!(&bytes[12..16], b"ds64");
        assert_eq!(quad(20), bytes.len() as u64 - 8);
        assert_eq!((quad(28), quad(36)), (18, 3));
        let data = bytes.windows(4).position(|w| w == b"data").unwrap();
        assert_eq!(bytes[data + 4..data + 8], [0xFF; 4]);
        assert_eq!(data + 8 + 18, bytes.len());
    }

    #[test]
    fn sizes_add_up_and_odd_data_is_padded() {
        let mono =
            WavFormat { samples: SampleFormat::Int24, sample_rate: SampleRate::new(8_000).unwrap(), channels: 1 };
        let mut writer = WavWriter::new(Cursor::new(Vec::new()), mono).unwrap();
        writer.write(&[1, 2, 3]).unwrap();
        let bytes = writer.finish(&BroadcastExtension::default()).unwrap().into_inner();
        assert_eq!(bytes.len() % 2, 0);
        assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
    }
}

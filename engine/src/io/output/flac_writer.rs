//! Writes a FLAC file front to back, frame by frame, and completes its header at the end (RFC
//! 9639).

use crate::audio::SampleFormat;
use crate::units::SampleRate;
use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Frame, FrameHeader, FrameOffset, StreamInfo};
use flacenc::config::Encoder;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};
use std::io::{self, Seek, SeekFrom, Write};

/// Frames of a block; the last of a file may have fewer.
const BLOCK_FRAMES: usize = 4_096;
/// Position and length of the STREAMINFO block, in bytes (RFC 9639, section 8.2).
const INFO_AT: u64 = 8;
const INFO_BYTES: u32 = 34;
/// Rate that the encoder accepts; each frame's header names the true one.
const ANY_RATE_HZ: usize = 48_000;

/// Writer of stereo FLAC. The encoder library makes the frames. The blocks of metadata are written
/// here, as its own STREAMINFO counts the last, shorter block, which decoders refuse.
pub(crate) struct FlacWriter<W: Write + Seek> {
    file: W,
    config: Verified<Encoder>,
    info: StreamInfo,
    rate: SampleRate,
    bits: u16,
    /// Bytes of a block that is not full yet.
    waiting: Vec<u8>,
    block: FrameBuf,
    digest: Context,
    sink: ByteSink,
    frames: u64,
    blocks: u32,
    /// The shortest and the longest block so far, in bytes.
    sizes: Option<(u32, u32)>,
}

fn refused(why: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("FLAC: {why}"))
}

impl<W: Write + Seek> FlacWriter<W> {
    /// Starts a file of 16 or 24 bits with tags: names and values of a Vorbis comment.
    ///
    /// # Errors
    /// When the file cannot be written, or FLAC does not support samples of the format.
    pub(crate) fn new(
        mut file: W,
        samples: SampleFormat,
        rate: SampleRate,
        tags: &[(&str, String)],
    ) -> io::Result<Self> {
        if samples.is_float() {
            return Err(refused("it holds whole numbers, not floats"));
        }
        let bits = samples.bits();
        let config = Encoder::default().into_verified().map_err(|(_, error)| refused(error))?;
        let comment = vorbis_comment(tags);
        file.write_all(b"fLaC\0\0\0\x22")?;
        file.write_all(&[0; INFO_BYTES as usize])?;
        // The last block of metadata: type 4.
        file.write_all(&(0x8400_0000 | comment.len() as u32).to_be_bytes())?;
        file.write_all(&comment)?;
        Ok(Self {
            file,
            config,
            info: StreamInfo::new(ANY_RATE_HZ, 2, usize::from(bits)).map_err(refused)?,
            rate,
            bits,
            waiting: Vec::new(),
            block: FrameBuf::with_size(2, BLOCK_FRAMES).map_err(refused)?,
            digest: Context::new(usize::from(bits), 2),
            sink: ByteSink::new(),
            frames: 0,
            blocks: 0,
            sizes: None,
        })
    }

    fn frame_bytes(&self) -> usize {
        2 * usize::from(self.bits / 8)
    }

    /// Appends whole frames of interleaved little-endian bytes, as a WAV file holds them.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        let block = BLOCK_FRAMES * self.frame_bytes();
        let waiting = std::mem::take(&mut self.waiting);
        let mut blocks = waiting.chunks_exact(block);
        blocks.by_ref().try_for_each(|bytes| self.encode(bytes))?;
        self.waiting.extend_from_slice(blocks.remainder());
        Ok(())
    }

    fn encode(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sample_bytes = usize::from(self.bits / 8);
        self.block.fill_le_bytes(bytes, sample_bytes).map_err(refused)?;
        self.digest.fill_le_bytes(bytes, sample_bytes).map_err(refused)?;
        let frames = bytes.len() / self.frame_bytes();
        let frame = flacenc::encode_fixed_size_frame(&self.config, &self.block, self.blocks as usize, &self.info)
            .map_err(refused)?;
        let (header, channels) = frame.into_parts();
        let (assignment, rate_hz) = (header.channel_assignment().clone(), self.rate.hz() as usize);
        let offset = FrameOffset::Frame(self.blocks);
        let header = FrameHeader::new(frames, assignment, usize::from(self.bits), rate_hz, offset).map_err(refused)?;
        let frame = Frame::new(header, channels.into_iter()).map_err(refused)?;
        self.sink.clear();
        frame.write(&mut self.sink).map_err(refused)?;
        let bytes = self.sink.as_slice();
        self.file.write_all(bytes)?;
        let size = bytes.len() as u32;
        self.sizes = Some(self.sizes.map_or((size, size), |(least, most)| (least.min(size), most.max(size))));
        self.frames += frames as u64;
        self.blocks += 1;
        Ok(())
    }

    /// Writes the rest and completes the header.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let rest = std::mem::take(&mut self.waiting);
        if !rest.is_empty() {
            self.encode(&rest)?;
        }
        self.file.seek(SeekFrom::Start(INFO_AT))?;
        self.file.write_all(&self.stream_info())?;
        self.file.seek(SeekFrom::End(0))?;
        self.file.flush()?;
        Ok(self.file)
    }

    /// Returns STREAMINFO: RFC 9639, section 8.2. The least block size leaves out the last block.
    fn stream_info(&self) -> [u8; INFO_BYTES as usize] {
        let mut info = [0; INFO_BYTES as usize];
        let block = (BLOCK_FRAMES as u16).to_be_bytes();
        info[..2].copy_from_slice(&block);
        info[2..4].copy_from_slice(&block);
        let (least, most) = self.sizes.unwrap_or_default();
        info[4..7].copy_from_slice(&least.to_be_bytes()[1..]);
        info[7..10].copy_from_slice(&most.to_be_bytes()[1..]);
        // 20 bits of rate, 3 of channels − 1, 5 of bits − 1, 36 of frames.
        let packed =
            u64::from(self.rate.hz()) << 44 | 1 << 41 | u64::from(self.bits - 1) << 36 | (self.frames & 0xF_FFFF_FFFF);
        info[10..18].copy_from_slice(&packed.to_be_bytes());
        info[18..].copy_from_slice(&self.digest.md5_digest());
        info
    }
}

/// Returns a Vorbis comment, without framing bit.
fn vorbis_comment(tags: &[(&str, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    let text = |out: &mut Vec<u8>, text: &str| {
        out.extend_from_slice(&(text.len() as u32).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    };
    text(&mut out, concat!("mixdown ", env!("CARGO_PKG_VERSION")));
    out.extend_from_slice(&(tags.len() as u32).to_le_bytes());
    for (name, value) in tags {
        text(&mut out, &format!("{name}={value}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioBuffer, Quantiser};
    use crate::io::{Fold, StemReader};
    use crate::process::Source;
    use mixdown_fixtures::signals;

    #[test]
    fn what_is_written_is_decoded_to_the_same_bits_at_any_length_depth_and_rate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.flac");
        for (frames, hz) in [(2, 44_100), (31, 192_000), (4_096, 48_000), (4_097, 96_000), (20_000, 176_400)] {
            for (samples, scale) in [(SampleFormat::Int16, 32_768.0_f32), (SampleFormat::Int24, 8_388_608.0)] {
                let rate = SampleRate::new(hz).unwrap();
                let whole = |sample: &f32| (sample * scale).round().clamp(-scale, scale - 1.0) / scale;
                let left: Vec<f32> = signals::white_noise(1, 1.0, frames).iter().map(whole).collect();
                let right: Vec<f32> = signals::pink_noise(2, 0.2, frames).iter().map(whole).collect();
                let audio = AudioBuffer::from_channels(&[left, right]);
                let mut bytes = Vec::new();
                Quantiser::new(samples, 2, rate, None, false).write(&audio.block(), &mut bytes);
                let file = std::fs::File::create(&path).unwrap();
                let mut writer = FlacWriter::new(file, samples, rate, &[("TITLE", "é".into())]).unwrap();
                // In odd pieces, of whole frames.
                bytes.chunks(777 * writer.frame_bytes()).for_each(|part| writer.write(part).unwrap());
                writer.finish().unwrap();
                let mut reader = StemReader::open(&path, Fold::Keep).unwrap();
                assert_eq!((reader.info().frames, reader.sample_rate()), (Some(frames as u64), rate));
                let mut back = AudioBuffer::new(2, frames);
                assert_eq!(reader.read(&mut back.block_mut()).unwrap(), frames);
                assert_eq!(back, audio, "{frames} frames, {hz} Hz, {samples:?}");
            }
        }
    }
}

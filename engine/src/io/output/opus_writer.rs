//! Writes an Ogg Opus file front to back (RFC 7845): stereo, 48 kHz. Its pre-skip and end are
//! stored so that a decoder returns as many frames.

use crate::audio::Block;
use opus_pure::{Application, MAX_PACKET_BYTES, OggOpusWriter, OpusEncoder, OpusHead, OpusTags};
use std::io::{self, Write};

/// The only rate that is written, in hertz.
pub(crate) const OPUS_RATE_HZ: u32 = 48_000;
/// Frames of a packet: 20 ms.
const PACKET_FRAMES: usize = 960;
/// Bits per second: stereo music without audible loss for nearly all listeners.
const BITRATE_BPS: i32 = 192_000;
/// From 5 on, opus-pure 0.2.2 filters pitch before it encodes, and damages tonal sound. For a bass
/// guitar, a decoder returned peaks a million times too high. Up to 4 it does not, and the decoded
/// signal is as near to the input as from libopus, or nearer.
const COMPLEXITY: i32 = 4;
/// Serial number of the stream. A file has one stream, and a constant makes equal masters equal in
/// bytes.
const SERIAL: u32 = 1;

/// The writer.
pub(crate) struct OpusWriter<W: Write> {
    encoder: OpusEncoder,
    writer: OggOpusWriter<W>,
    pre_skip: u64,
    /// Interleaved frames of a packet that is not full yet.
    waiting: Vec<f32>,
    packet: Vec<u8>,
    frames: u64,
    /// Frames written in packets.
    packed: u64,
}

#[allow(clippy::needless_pass_by_value)] // The form that `map_err` takes.
fn failed(error: opus_pure::Error) -> io::Error {
    io::Error::other(format!("Opus: {error}"))
}

impl<W: Write> OpusWriter<W> {
    /// Starts a file with tags: names and values.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn new(file: W, tags: &[(&str, String)]) -> io::Result<Self> {
        let mut encoder = OpusEncoder::new(OPUS_RATE_HZ as i32, 2, Application::Audio).map_err(failed)?;
        encoder.bitrate_bps = BITRATE_BPS;
        encoder.complexity = COMPLEXITY;
        let head = OpusHead::for_encoder(&encoder, OPUS_RATE_HZ);
        let pre_skip = u64::from(head.pre_skip);
        let mut comment = OpusTags::new();
        for (name, value) in tags {
            comment.push(name, value).map_err(failed)?;
        }
        let writer = OggOpusWriter::with_serial(file, head, comment, SERIAL).map_err(failed)?;
        let packet = vec![0; MAX_PACKET_BYTES];
        Ok(Self { encoder, writer, pre_skip, waiting: Vec::new(), packet, frames: 0, packed: 0 })
    }

    /// Appends a stereo block.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&mut self, block: &Block<'_>) -> io::Result<()> {
        self.waiting.extend(block.channel(0).iter().zip(block.channel(1)).flat_map(|(left, right)| [*left, *right]));
        self.frames += block.frames() as u64;
        let waiting = std::mem::take(&mut self.waiting);
        // The last packet marks the end of the sound, so one is always held back.
        let mut rest = waiting.as_slice();
        while rest.len() > 2 * PACKET_FRAMES {
            let (packet, later) = rest.split_at(2 * PACKET_FRAMES);
            let length = self.encode(packet)?;
            self.writer.write_packet(&self.packet[..length]).map_err(failed)?;
            rest = later;
        }
        self.waiting.extend_from_slice(rest);
        Ok(())
    }

    fn encode(&mut self, samples: &[f32]) -> io::Result<usize> {
        self.packed += PACKET_FRAMES as u64;
        self.encoder.encode(samples, PACKET_FRAMES, &mut self.packet).map_err(failed)
    }

    /// Writes the rest and the frames that the encoder still holds. The stream ends with the last
    /// frame.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let end = self.pre_skip + self.frames;
        loop {
            let left = (end - self.packed).min(PACKET_FRAMES as u64);
            let mut samples = std::mem::take(&mut self.waiting);
            let rest = samples.split_off(samples.len().min(2 * PACKET_FRAMES));
            samples.resize(2 * PACKET_FRAMES, 0.0);
            self.waiting = rest;
            let length = self.encode(&samples)?;
            if self.packed >= end {
                let packet = &self.packet[..length];
                self.writer.write_packet_with_duration(packet, left as u32).map_err(failed)?;
                break;
            }
            self.writer.write_packet(&self.packet[..length]).map_err(failed)?;
        }
        self.writer.finish().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use crate::io::{Fold, StemReader};
    use crate::process::Source;
    use mixdown_fixtures::signals;

    /// Returns the level of the difference between decoded and encoded audio, in dB below the
    /// latter.
    fn residue_db(path: &std::path::Path, audio: &AudioBuffer) -> f64 {
        let mut reader = StemReader::open(path, Fold::Keep).unwrap();
        let mut back = AudioBuffer::new(2, audio.frames());
        assert_eq!(reader.read(&mut back.block_mut()).unwrap(), audio.frames());
        let (mut apart, mut whole) = (0.0, 0.0);
        for channel in 0..2 {
            for (x, y) in audio.channel(channel).iter().zip(back.channel(channel)) {
                apart += f64::from(x - y).powi(2);
                whole += f64::from(*x).powi(2);
            }
        }
        10.0 * (apart / whole).log10()
    }

    #[test]
    fn tonal_sound_is_decoded_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.opus");
        let stems = ["dull/band-bass.ogg", "band/bass.flac", "dull/unheard-keys.ogg", "band/vocals.flac"];
        for stem in stems {
            let path_in = mixdown_fixtures::path(format!("stems/{stem}"));
            let mut reader = StemReader::open(&path_in, Fold::Stereo).unwrap();
            let mut source = AudioBuffer::new(reader.channels(), 480_000);
            assert_eq!(reader.read(&mut source.block_mut()).unwrap(), 480_000, "{stem}");
            let sides = [0, reader.channels() - 1].map(|channel| source.channel(channel).to_vec());
            let audio = AudioBuffer::from_channels(&sides);
            let mut writer = OpusWriter::new(std::fs::File::create(&path).unwrap(), &[]).unwrap();
            writer.write(&audio.block()).unwrap();
            writer.finish().unwrap();
            let residue_db = residue_db(&path, &audio);
            assert!(residue_db < -18.0, "{stem}: {residue_db:.1} dB");
        }
    }

    #[test]
    fn a_file_is_decoded_to_as_many_frames_in_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.opus");
        for frames in [648, 960, 1_000, 48_000, 50_001] {
            let left = signals::sine(48_000.0, 440.0, 0.5, 0.0, frames);
            let right = signals::pink_noise(1, 0.05, frames);
            let audio = AudioBuffer::from_channels(&[left.clone(), right]);
            let mut writer = OpusWriter::new(std::fs::File::create(&path).unwrap(), &[]).unwrap();
            for start in (0..frames).step_by(333) {
                writer.write(&audio.block().slice(start..frames.min(start + 333))).unwrap();
            }
            writer.finish().unwrap();
            let mut reader = StemReader::open(&path, Fold::Keep).unwrap();
            let mut back = AudioBuffer::new(2, frames + 10);
            assert_eq!(reader.read(&mut back.block_mut()).unwrap(), frames, "{frames}");
            // In place: a sine delayed by one frame leaves 2·sin(π·440/48000) of itself, 5.8 % at
            // most.
            let apart: f64 = left.iter().zip(back.channel(0)).map(|(a, b)| f64::from(a - b).powi(2)).sum();
            let whole: f64 = left.iter().map(|a| f64::from(*a).powi(2)).sum();
            assert!((apart / whole).sqrt() < 0.03, "{frames}: {}", (apart / whole).sqrt());
        }
    }
}

//! Conversion of a finished WAV master to FLAC or Opus, and measurement of the decoded result.

use super::verify::ReadBack;
use super::written::WrittenMaster;
use crate::audio::{AudioBuffer, Block, Quantiser};
use crate::io::wav::{WavFormat, WavWriter, WrittenSamples};
use crate::io::{DecodeError, ENCODER_TAG, FlacWriter, Fold, OpusWriter, OutputError, StemReader};
use crate::meter::Measurement;
use crate::process::Source;
use crate::render::error::RenderError;
use crate::session::OutputSettings;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Frames processed at a time.
const BLOCK_FRAMES: usize = 16_384;
/// The loudness that `ReplayGain` 2.0 tags refer to, in LUFS.
const REPLAY_GAIN_LUFS: f64 = -18.0;
/// The loudness that `R128_TRACK_GAIN` refers to, in LUFS: RFC 7845, section 5.2.1.
const R128_GAIN_LUFS: f64 = -23.0;

/// A tag's name and value.
pub(crate) type Tag = (&'static str, String);

/// Returns the tags by which players level a FLAC file.
pub(crate) fn replay_gain(measured: &Measurement) -> Vec<Tag> {
    let gain = measured.integrated_lufs.map(|lufs| REPLAY_GAIN_LUFS - lufs);
    let gain = gain.map(|db| ("REPLAYGAIN_TRACK_GAIN", format!("{db:.2} dB")));
    let peak = measured.true_peak_dbtp.map(|dbtp| 10.0_f64.powf(dbtp / 20.0));
    let peak = peak.map(|peak| ("REPLAYGAIN_TRACK_PEAK", format!("{peak:.6}")));
    gain.into_iter().chain(peak).chain([encoder()]).collect()
}

/// Returns the tag by which players level an Opus file: Q7.8 decibels.
pub(crate) fn r128_gain(measured: &Measurement) -> Vec<Tag> {
    let gain =
        measured.integrated_lufs.map(|lufs| ((R128_GAIN_LUFS - lufs) * 256.0).round().clamp(-32_768.0, 32_767.0));
    gain.map(|gain| ("R128_TRACK_GAIN", format!("{gain:.0}"))).into_iter().chain([encoder()]).collect()
}

/// Returns the tags of title and artist.
pub(crate) fn names(settings: &OutputSettings) -> Vec<Tag> {
    let named = [("TITLE", settings.title()), ("ARTIST", settings.artist.as_deref())];
    named.into_iter().filter_map(|(tag, text)| Some((tag, text?.to_owned()))).collect()
}

/// Returns the tag by which a later render recognises a file of mixdown.
fn encoder() -> Tag {
    (ENCODER_TAG.0, ENCODER_TAG.1.to_owned())
}

/// Encodes the samples of a WAV file: `frames` frames from a byte on.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn flac(
    file: impl Write + Seek,
    wav: &Path,
    (data_start, frames): (u64, u64),
    format: WavFormat,
    tags: &[Tag],
) -> io::Result<()> {
    let mut writer = FlacWriter::new(file, format.samples, format.sample_rate, tags)?;
    let mut source = File::open(wav)?;
    source.seek(SeekFrom::Start(data_start))?;
    let frame_bytes = usize::from(format.channels) * usize::from(format.samples.bits() / 8);
    let mut bytes = vec![0; BLOCK_FRAMES * frame_bytes];
    let mut left = frames;
    while left > 0 {
        let count = left.min(BLOCK_FRAMES as u64);
        let part = &mut bytes[..count as usize * frame_bytes];
        source.read_exact(part)?;
        writer.write(part)?;
        left -= count;
    }
    writer.finish().map(|_| ())
}

/// Returns true if a file decodes to exactly these samples.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn is_same(packed: &Path, samples: &mut WrittenSamples, frames: u64) -> Result<bool, RenderError> {
    let mut decoded = StemReader::open_at_least(packed, Fold::Keep, 1)?;
    if decoded.channels() != 2 {
        return Ok(false);
    }
    let (mut block, mut expected) = (AudioBuffer::new(2, BLOCK_FRAMES), AudioBuffer::new(2, BLOCK_FRAMES));
    let mut done = 0;
    loop {
        let count = decoded.read(&mut block.block_mut())?;
        if done + count as u64 > frames {
            return Ok(false);
        }
        samples.read(&mut expected.first_mut(count)).map_err(RenderError::PremasterSpill)?;
        let (block, expected) = (block.first(count), expected.first(count));
        if (0..2).any(|channel| block.channel(channel) != expected.channel(channel)) {
            return Ok(false);
        }
        done += count as u64;
        if count < BLOCK_FRAMES {
            return Ok(done == frames);
        }
    }
}

/// Encodes `frames` frames.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn opus(file: impl Write, samples: &mut WrittenSamples, frames: u64, tags: &[Tag]) -> io::Result<()> {
    let mut writer = OpusWriter::new(file, tags)?;
    let mut block = AudioBuffer::new(2, BLOCK_FRAMES);
    let mut left = frames;
    while left > 0 {
        let count = left.min(BLOCK_FRAMES as u64) as usize;
        samples.read(&mut block.first_mut(count))?;
        writer.write(&block.first(count))?;
        left -= count as u64;
    }
    writer.finish()?.flush()
}

/// Power of the mix, and of the difference to the decoded audio, block by block.
#[derive(Default)]
struct CodecDifference {
    blocks: Vec<(f64, f64)>,
}

impl CodecDifference {
    /// Power (-60 dBFS) below which a difference is not counted.
    const MIN_POWER: f64 = 1e-6;

    fn observe(&mut self, mix: &Block<'_>, decoded: &Block<'_>) {
        let (mut power, mut difference) = (0.0, 0.0);
        for channel in 0..2 {
            for (x, y) in mix.channel(channel).iter().zip(decoded.channel(channel)) {
                power += f64::from(*x).powi(2);
                difference += f64::from(x - y).powi(2);
            }
        }
        self.blocks.push((power, difference));
    }

    /// Returns the first block whose difference has more power than the mix has there and in both
    /// neighbours. Neighbours count since a codec spreads an onset a little.
    fn first_damaged(&self) -> Option<usize> {
        let power = |n: usize| self.blocks.get(n).map_or(0.0, |block| block.0);
        (0..self.blocks.len()).find(|n| {
            let around = power(n.wrapping_sub(1)) + power(*n) + power(n + 1);
            self.blocks[*n].1 > around.max(Self::MIN_POWER * 2.0 * BLOCK_FRAMES as f64)
        })
    }
}

/// Measures the decoded audio of a packed file and, unless only the mix is requested, draws it.
/// Errors name the file as `named`. The decoded samples are stored in a temporary file in `folder`.
///
/// # Errors
/// When a file cannot be read or written, or the decoded audio differs from the mix.
pub(crate) fn measured(
    (packed, named): (&Path, &Path),
    mix: &mut WrittenSamples,
    folder: &Path,
    format: WavFormat,
    mix_only: bool,
) -> Result<WrittenMaster, RenderError> {
    let damaged = |frames: u64| RenderError::Encoded { path: named.into(), time_s: format.sample_rate.seconds(frames) };
    let mut decoded = StemReader::open_at_least(packed, Fold::Keep, 1)?;
    let temporary = tempfile::NamedTempFile::new_in(folder).map_err(RenderError::PremasterSpill)?;
    let mut writer =
        temporary.reopen().and_then(|file| WavWriter::new(file, format)).map_err(RenderError::PremasterSpill)?;
    let file = temporary.reopen().map_err(RenderError::PremasterSpill)?;
    let mut back = ReadBack::new(file, writer.data_start(), format, folder).map_err(RenderError::PremasterSpill)?;
    if !mix_only {
        back = back.drawing(format, folder)?;
    }
    let mut quantiser = Quantiser::new(format.samples, 2, format.sample_rate, None, false);
    let (mut block, mut bytes) = (AudioBuffer::new(2, BLOCK_FRAMES), Vec::new());
    let (mut expected, mut difference) = (AudioBuffer::new(2, BLOCK_FRAMES), CodecDifference::default());
    let mut frames = 0;
    loop {
        let count = match decoded.read(&mut block.block_mut()) {
            Err(DecodeError::NonFinite { .. } | DecodeError::TooLoud { .. }) => return Err(damaged(frames)),
            read => read?,
        };
        mix.read(&mut expected.first_mut(count))
            .map_err(|source| RenderError::Output(OutputError::Io { path: named.into(), source }))?;
        difference.observe(&expected.first(count), &block.first(count));
        frames += count as u64;
        bytes.clear();
        quantiser.write(&block.first(count), &mut bytes);
        writer.write(&bytes).and_then(|()| back.read_next(count, [None, None])).map_err(RenderError::PremasterSpill)?;
        back.store_pages().map_err(RenderError::MeterLog)?;
        if count < BLOCK_FRAMES {
            break;
        }
    }
    match difference.first_damaged() {
        Some(block) => Err(damaged((block * BLOCK_FRAMES) as u64)),
        None => back.into_written().map_err(RenderError::MeterLog),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_fixtures::signals::{pink_noise, sine};

    /// Returns the first damaged block when `burst` is added to the decoded file at a frame.
    fn damage(burst: f32, at: usize) -> Option<usize> {
        let mix = sine(48_000.0, 110.0, 0.2, 0.0, 8 * BLOCK_FRAMES);
        let mut decoded: Vec<f32> = mix.iter().zip(pink_noise(1, 0.01, mix.len())).map(|(x, y)| x + y).collect();
        decoded[at..at + 2_000].iter_mut().for_each(|x| *x += burst);
        let (mix, decoded) = (AudioBuffer::from_channels(&[mix.clone(), mix]), {
            AudioBuffer::from_channels(&[decoded.clone(), decoded])
        });
        let mut difference = CodecDifference::default();
        for start in (0..mix.frames()).step_by(BLOCK_FRAMES) {
            let part = start..start + BLOCK_FRAMES;
            difference.observe(&mix.block().slice(part.clone()), &decoded.block().slice(part));
        }
        difference.first_damaged()
    }

    #[test]
    fn a_burst_beyond_the_mix_is_located() {
        assert_eq!(damage(0.0, 0), None);
        assert_eq!(damage(0.1, 0), None, "a codec's noise");
        assert_eq!(damage(2.0, 3 * BLOCK_FRAMES), Some(3));
        assert_eq!(damage(2.0, 0), Some(0));
        assert_eq!(damage(2.0, 7 * BLOCK_FRAMES + 100), Some(7));
    }
}

//! Stems in memory: samples of a program, or the bytes of a file of any kind that is read.

use crate::units::SampleRate;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use thiserror::Error;

/// Bytes that a header takes at most.
const HEADER_BYTES: usize = 128;

/// Samples that do not form a stem.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MemoryStemError {
    /// There are no channels, or too many.
    #[error("{channels} channels: a stem has 1 to {}", MemoryStem::MAX_CHANNELS)]
    Channels {
        /// Number of channels.
        channels: usize,
    },
    /// Channels differ in length.
    #[error("channel {channel} has {frames} frames, the first one {first}: give all the same length")]
    Lengths {
        /// Number of the channel, from 0.
        channel: usize,
        /// Its length.
        frames: usize,
        /// Length of channel 0.
        first: usize,
    },
    /// The strides reach beyond the end of the samples.
    #[error("frame {frame} of channel {channel} lies beyond the {samples} samples: check the strides")]
    Strides {
        /// Number of the channel, from 0.
        channel: usize,
        /// Number of the frame, from 0.
        frame: usize,
        /// Number of samples.
        samples: usize,
    },
    /// The samples take 4 GiB or more.
    #[error("{frames} frames of {channels} channels take 4 GiB or more: write them to a file, or split them")]
    Size {
        /// Number of frames.
        frames: usize,
        /// Number of channels.
        channels: usize,
    },
}

/// Shape of samples in one slice: sample `frame × frame_stride + channel × channel_stride`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strides {
    /// Number of frames.
    pub frames: usize,
    /// Number of channels.
    pub channels: usize,
    /// Samples between two frames of a channel.
    pub frame_stride: usize,
    /// Samples between two channels of a frame.
    pub channel_stride: usize,
}

impl Strides {
    /// Creates the shape of interleaved samples: frame after frame.
    pub fn interleaved(frames: usize, channels: usize) -> Self {
        Self { frames, channels, frame_stride: channels, channel_stride: 1 }
    }

    /// Creates the shape of planar samples: channel after channel.
    pub fn planar(frames: usize, channels: usize) -> Self {
        Self { frames, channels, frame_stride: 1, channel_stride: frames }
    }
}

/// A stem in memory. It is treated as a file with the same samples: the same checks, conversions
/// and errors. A clone shares its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct MemoryStem(Arc<[u8]>);

impl fmt::Debug for MemoryStem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MemoryStem({} bytes)", self.0.len())
    }
}

impl MemoryStem {
    /// Most channels of samples.
    pub const MAX_CHANNELS: usize = 64;

    /// Takes the bytes of a file of any kind that is read.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// Reads a file of any kind to its end.
    ///
    /// # Errors
    /// When the reader fails; nothing that was read up to there is used.
    pub fn from_reader(mut reader: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        Ok(Self(bytes.into()))
    }

    /// Copies planar samples, one slice per channel, full scale ±1.
    ///
    /// # Errors
    /// See [`MemoryStemError`].
    pub fn from_planar(rate: SampleRate, channels: &[&[f32]]) -> Result<Self, MemoryStemError> {
        let frames = channels.first().map_or(0, |channel| channel.len());
        if let Some((channel, samples)) = channels.iter().enumerate().find(|(_, samples)| samples.len() != frames) {
            return Err(MemoryStemError::Lengths { channel, frames: samples.len(), first: frames });
        }
        Self::from_samples(rate, frames, channels.len(), |channel, frame| channels[channel][frame])
    }

    /// Copies samples of any strides, full scale ±1.
    ///
    /// # Errors
    /// See [`MemoryStemError`].
    pub fn from_strided(rate: SampleRate, samples: &[f32], shape: Strides) -> Result<Self, MemoryStemError> {
        let Strides { frames, channels, frame_stride, channel_stride } = shape;
        if frames > 0 && channels > 0 {
            let (frame, channel) = (frames - 1, channels - 1);
            let last = frame.checked_mul(frame_stride).zip(channel.checked_mul(channel_stride));
            let last = last.and_then(|(frame, channel)| frame.checked_add(channel));
            if last.is_none_or(|last| last >= samples.len()) {
                return Err(MemoryStemError::Strides { channel, frame, samples: samples.len() });
            }
        }
        let sample = |channel: usize, frame: usize| samples[frame * frame_stride + channel * channel_stride];
        Self::from_samples(rate, frames, channels, sample)
    }

    /// Builds a WAV file of 32-bit floats, which holds every bit of the samples.
    fn from_samples(
        rate: SampleRate,
        frames: usize,
        channels: usize,
        sample: impl Fn(usize, usize) -> f32,
    ) -> Result<Self, MemoryStemError> {
        if channels == 0 || channels > Self::MAX_CHANNELS {
            return Err(MemoryStemError::Channels { channels });
        }
        let size = MemoryStemError::Size { frames, channels };
        // A WAV file holds 4 GiB.
        let bytes = frames.checked_mul(channels).and_then(|samples| samples.checked_mul(size_of::<f32>()));
        let bytes = bytes.filter(|bytes| u32::try_from(bytes + HEADER_BYTES).is_ok()).ok_or(size.clone())?;
        let spec = hound::WavSpec {
            channels: channels as u16,
            sample_rate: rate.hz(),
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut file = Cursor::new(Vec::with_capacity(bytes + HEADER_BYTES));
        let write = |file: &mut Cursor<Vec<u8>>| -> hound::Result<()> {
            let mut writer = hound::WavWriter::new(file, spec)?;
            for frame in 0..frames {
                (0..channels).try_for_each(|channel| writer.write_sample(sample(channel, frame)))?;
            }
            writer.finalize()
        };
        write(&mut file).map_err(|_| size)?;
        Ok(Self(file.into_inner().into()))
    }

    /// Returns the number of bytes, header included.
    pub(crate) fn length(&self) -> u64 {
        self.0.len() as u64
    }

    /// Returns the bytes.
    pub(in crate::io) fn bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.0)
    }
}

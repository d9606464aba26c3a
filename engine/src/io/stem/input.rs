//! The two sources of samples: uncompressed ones come directly from the file, all others through a
//! demuxer and a decoder.

use super::StemSource;
use super::fingerprint::PartialHash;
use crate::audio::{BlockMut, Queue};
use crate::io::DecodeError;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::pcm::file::PcmFile;
use crate::io::codec::{DecodeStep, Facts, Filled, PacketDecoder, PlainPcm};
use crate::io::container::header::Header;
use crate::io::container::timing::StreamTiming;
use crate::units::SampleRate;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Frames queued at a time where there are no packets.
const PLAIN_FRAMES: usize = 1_024;

/// One audio track of one file.
pub(in crate::io) enum StemInput {
    Coded(Box<PacketDecoder>),
    PlainSource(Box<PlainSource>),
}

/// Uncompressed samples, read directly from the file.
pub(in crate::io) struct PlainSource {
    path: PathBuf,
    pcm: PlainPcm,
    is_integer: bool,
}

impl StemInput {
    /// Opens the file that a header describes. Packets decoded to find the rate and the channels
    /// are left in the queue. Also returns the number of packets lost before them.
    pub(in crate::io) fn open(
        source: &StemSource,
        file: StemBytes,
        len: u64,
        mut header: Header,
        span: Range<u64>,
    ) -> Result<(Self, Queue, Facts, u64), DecodeError> {
        if let Some(pcm) = header.container.pcm.take() {
            let (plain, queue, facts) = PlainSource::open(source.path(), file, len, &pcm)?;
            return Ok((Self::PlainSource(Box::new(plain)), queue, facts, 0));
        }
        let (decoder, queue, facts, lost) = PacketDecoder::open(source, file, len, header, span)?;
        Ok((Self::Coded(Box::new(decoder)), queue, facts, lost))
    }

    /// Returns the frames left out at the end because of a packet's stated duration.
    pub(in crate::io) fn cut(&self) -> u64 {
        match self {
            Self::Coded(decoder) => decoder.cut(),
            Self::PlainSource(_) => 0,
        }
    }

    /// Reads past the length that the header names. Returns a sentence if more follows than the
    /// encoder's last padding.
    pub(in crate::io) fn beyond(&mut self) -> Result<Option<String>, DecodeError> {
        match self {
            Self::Coded(decoder) => decoder.beyond(),
            Self::PlainSource(_) => Ok(None),
        }
    }

    /// Returns true if blocks can be filled without a queue, see [`StemInput::fill`].
    pub(in crate::io) fn is_plain(&self) -> bool {
        matches!(self, Self::PlainSource(_))
    }

    /// Starts hashing the file while it is read, where that needs no second reading.
    pub(in crate::io) fn hash_while_reading(&mut self) -> Result<(), DecodeError> {
        match self {
            Self::Coded(_) => Ok(()),
            Self::PlainSource(plain) => {
                let PlainSource { path, pcm, .. } = &mut **plain;
                pcm.hash_while_reading().map_err(|error| DecodeError::from_io(path, &error))
            }
        }
    }

    /// Returns the hash so far; `None` where none is taken.
    pub(in crate::io) fn along(&self) -> Option<PartialHash> {
        match self {
            Self::Coded(_) => None,
            Self::PlainSource(plain) => plain.pcm.along(),
        }
    }

    /// Returns true if every sample is sure to be a number within full scale, and none is
    /// subnormal.
    pub(in crate::io) fn is_integer(&self) -> bool {
        match self {
            Self::Coded(decoder) => decoder.is_integer(),
            Self::PlainSource(plain) => plain.is_integer,
        }
    }

    /// Fills the start of a block with the next frames, where samples are plain. Returns the number
    /// of frames, or how the file ends.
    pub(in crate::io) fn fill(&mut self, out: &mut BlockMut<'_>) -> Result<Result<usize, Option<String>>, DecodeError> {
        let Self::PlainSource(plain) = self else { return Ok(Err(None)) };
        let PlainSource { path, pcm, .. } = &mut **plain;
        match pcm.fill(out).map_err(|error| DecodeError::from_io(path, &error))? {
            Filled::Frames(0) => Ok(Err(None)),
            Filled::Frames(frames) => Ok(Ok(frames)),
            Filled::Short => Ok(Err(Some("the file breaks off in the middle of a packet".into()))),
        }
    }

    /// Appends the next frames to the queue.
    pub(in crate::io) fn next(&mut self, queue: &mut Queue) -> Result<DecodeStep, DecodeError> {
        if let Self::Coded(decoder) = self {
            return decoder.next(queue);
        }
        let filled = self.fill(&mut queue.append_block(PLAIN_FRAMES))?;
        queue.drop_last(PLAIN_FRAMES - filled.as_ref().copied().unwrap_or(0));
        Ok(filled.map_or_else(DecodeStep::End, |_| DecodeStep::Decoded))
    }
}

impl PlainSource {
    fn open(path: &Path, mut file: StemBytes, len: u64, stored: &PcmFile) -> Result<(Self, Queue, Facts), DecodeError> {
        let from_io = |error| DecodeError::from_io(path, &error);
        let details = stored.track.and_then(|track| stored.container.track(&mut file, len, track));
        let (coding, channels) = (stored.coding.pcm(), stored.layout.count());
        let pcm = PlainPcm::in_parts(file, &stored.parts, coding, channels).map_err(from_io)?;
        let sample_rate = SampleRate::new(stored.rate_hz)
            .map_err(|_| DecodeError::Rate { path: path.into(), rate_hz: stored.rate_hz })?;
        let timing = StreamTiming::uncompressed(stored.rate_hz, stored.frames);
        let facts = Facts {
            container: stored.name,
            codec: stored.coding.name(),
            sample_rate,
            layout: stored.layout.clone(),
            bits: stored.coding.stored_bits(),
            plan: timing.plan(stored.container, details.as_ref()),
        };
        Ok((Self { path: path.into(), pcm, is_integer: coding.is_integer() }, Queue::new(channels), facts))
    }
}

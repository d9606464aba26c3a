//! The song as segments that overlap.

use super::{CHANNELS, OVERLAP_FRAMES, RATE_HZ, SEGMENT_FRAMES};
use crate::SeparateError;
use crate::audio::SongStream;

/// Frames from the start of one segment to that of the next.
pub(super) const HOP_FRAMES: usize = SEGMENT_FRAMES - OVERLAP_FRAMES;
/// The same in seconds.
pub(super) const HOP_S: f64 = HOP_FRAMES as f64 / RATE_HZ as f64;

/// Returns how many segments a song has that lasts so many seconds.
pub(super) fn count(duration_s: f64) -> usize {
    let frames = duration_s * f64::from(RATE_HZ);
    ((frames - OVERLAP_FRAMES as f64) / HOP_FRAMES as f64).ceil().max(1.0) as usize
}

/// Segments of a stream of two channels, in order. The last is filled up with silence.
pub(super) struct Segments {
    stream: SongStream,
    /// Per channel, samples from the start of the present segment on.
    waiting: Vec<Vec<f32>>,
    /// The present segment: one channel after the other.
    samples: Vec<f32>,
    index: Option<usize>,
    has_ended: bool,
}

impl Segments {
    /// Creates the segments of a stream at 44.1 kHz.
    pub(super) fn new(stream: SongStream) -> Self {
        Self {
            stream,
            waiting: vec![Vec::new(); CHANNELS],
            samples: vec![0.0; CHANNELS * SEGMENT_FRAMES],
            index: None,
            has_ended: false,
        }
    }

    /// Moves on to the next segment. Returns false if the one before reached the end of the song.
    ///
    /// # Errors
    /// If the song cannot be read on.
    pub(super) fn advance(&mut self) -> Result<bool, SeparateError> {
        if self.index.is_some() {
            let is_last = self.has_ended && self.waiting[0].len() <= SEGMENT_FRAMES;
            if is_last {
                return Ok(false);
            }
            self.waiting.iter_mut().for_each(|waiting| drop(waiting.drain(..HOP_FRAMES)));
        }
        self.index = Some(self.index.map_or(0, |index| index + 1));
        // One frame more, to see whether another segment follows.
        while !self.has_ended && self.waiting[0].len() <= SEGMENT_FRAMES {
            let block = self.stream.read()?;
            self.has_ended = block.frames() == 0;
            for (channel, waiting) in self.waiting.iter_mut().enumerate() {
                waiting.extend_from_slice(block.channel(channel));
            }
        }
        let frames = self.song_frames().min(SEGMENT_FRAMES);
        for (samples, waiting) in self.samples.chunks_mut(SEGMENT_FRAMES).zip(&self.waiting) {
            samples[..frames].copy_from_slice(&waiting[..frames]);
            samples[frames..].fill(0.0);
        }
        Ok(frames > 0)
    }

    /// Returns the index of the present segment.
    pub(super) fn index(&self) -> usize {
        self.index.unwrap_or(0)
    }

    /// Returns the samples of the present segment: one channel after the other.
    pub(super) fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Returns the frames of the song from the start of the present segment on, as far as they are
    /// read: more than [`SEGMENT_FRAMES`] if another segment follows.
    pub(super) fn song_frames(&self) -> usize {
        self.waiting[0].len()
    }
}

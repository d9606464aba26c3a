//! Parts against the song: their delay, their files, what their sum leaves.

use crate::audio::{BLOCK_FRAMES, PartFile, SongStream};
use crate::document::Residual;
use crate::placement::{Correlator, Placement};
use crate::residual::ResidualMeter;
use crate::{Part, SeparateError, Song, Watch};
use std::path::{Path, PathBuf};

/// A stem may end this much before its song, in seconds: codecs add and cut that much.
const MOST_MISSING_S: f64 = 0.5;

/// Parts that were placed.
pub(crate) struct Placed {
    pub(crate) placement: Placement,
    /// Sum of squares of each part.
    pub(crate) energies: Vec<f64>,
}

/// A file as planar blocks of exactly as many frames as requested: moved by a delay, then silence.
struct Lane {
    stream: SongStream,
    channels: usize,
    /// Frames to leave out before the first.
    skip: u64,
    waiting: Vec<Vec<f32>>,
    /// Frames of the file so far.
    read: u64,
}

impl Lane {
    fn new(stream: SongStream, channels: usize, delay: i64) -> Self {
        let silence = usize::try_from(-delay).unwrap_or(0);
        let skip = u64::try_from(delay).unwrap_or(0);
        Self { stream, channels, skip, waiting: vec![vec![0.0; silence]; channels], read: 0 }
    }

    /// Makes the next `frames` frames available.
    fn fill(&mut self, frames: usize) -> Result<(), SeparateError> {
        while self.waiting[0].len() < frames {
            let block = self.stream.read()?;
            let read = block.frames();
            if read == 0 {
                self.waiting.iter_mut().for_each(|waiting| waiting.resize(frames, 0.0));
                break;
            }
            let skipped = self.skip.min(read as u64) as usize;
            for (channel, waiting) in self.waiting.iter_mut().enumerate() {
                waiting.extend_from_slice(&block.channel(channel)[skipped..]);
            }
            self.skip -= skipped as u64;
            self.read += read as u64;
        }
        Ok(())
    }

    fn channel(&self, channel: usize, frames: usize) -> &[f32] {
        &self.waiting[channel][..frames]
    }

    fn block(&self, frames: usize) -> Vec<&[f32]> {
        (0..self.channels).map(|channel| self.channel(channel, frames)).collect()
    }

    fn drop_first(&mut self, frames: usize) {
        self.waiting.iter_mut().for_each(|waiting| drop(waiting.drain(..frames)));
    }
}

/// Song and parts in step, as long as the song lasts.
struct Lanes {
    song: Lane,
    parts: Vec<Lane>,
    left: u64,
    total: u64,
}

impl Lanes {
    fn open<'a>(song: &Song, paths: impl Iterator<Item = &'a Path>, delay: i64) -> Result<Self, SeparateError> {
        let lane = |path: &Path| Ok(Lane::new(SongStream::open(path, song.rate, song.channels)?, song.channels, delay));
        Ok(Self {
            song: Lane::new(song.open()?, song.channels, 0),
            parts: paths.map(lane).collect::<Result<_, SeparateError>>()?,
            left: song.frames,
            total: song.frames,
        })
    }

    /// Makes the next block available, and returns its frames: 0 at the end of the song.
    fn advance(&mut self) -> Result<usize, SeparateError> {
        let frames = self.left.min(BLOCK_FRAMES as u64) as usize;
        for lane in self.parts.iter_mut().chain([&mut self.song]) {
            lane.fill(frames)?;
        }
        self.left -= frames as u64;
        Ok(frames)
    }

    fn drop_first(&mut self, frames: usize) {
        self.parts.iter_mut().chain([&mut self.song]).for_each(|lane| lane.drop_first(frames));
    }

    /// Returns the sum of the parts in the present block, per channel.
    fn sum(&self, frames: usize) -> Vec<Vec<f64>> {
        let mut sums = vec![vec![0.0; frames]; self.song.channels];
        for (channel, sum) in sums.iter_mut().enumerate() {
            for part in &self.parts {
                let samples = part.channel(channel, frames);
                sum.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += f64::from(*sample));
            }
        }
        sums
    }

    fn share(&self) -> f64 {
        1.0 - self.left as f64 / self.total.max(1) as f64
    }
}

/// Returns the frames by which the sum of the parts is late; `None` where song and sum have too
/// little in common.
///
/// # Errors
/// If a part cannot be read or is much shorter than the song, or `watch` stopped it.
pub(crate) fn find_delay(song: &Song, parts: &[Part], watch: &mut Watch<'_>) -> Result<Option<i64>, SeparateError> {
    let mut lanes = Lanes::open(song, parts.iter().map(|part| &*part.path), 0)?;
    let mut correlator = Correlator::new(song.channels);
    loop {
        let frames = lanes.advance()?;
        if frames == 0 {
            break;
        }
        for (channel, sum) in lanes.sum(frames).iter().enumerate() {
            let sum: Vec<f32> = sum.iter().map(|sample| *sample as f32).collect();
            correlator.push(channel, [lanes.song.channel(channel, frames), &sum]);
        }
        lanes.drop_first(frames);
        watch.reached(lanes.share())?;
    }
    for (part, lane) in parts.iter().zip(&lanes.parts) {
        let missing_s = song.rate.seconds(song.frames.saturating_sub(lane.read));
        if missing_s > MOST_MISSING_S.min(song.rate.seconds(song.frames) / 2.0) {
            return Err(SeparateError::Short { path: part.path.clone(), missing_s });
        }
    }
    Ok(Placement::delay_of(&correlator.finish()))
}

/// Writes the parts, moved by the delay and as long as the song, and returns their position.
///
/// # Errors
/// If a file cannot be read or written, or `watch` stopped it.
pub(crate) fn place(
    song: &Song,
    parts: &[Part],
    mut files: Vec<PartFile>,
    delay: Option<i64>,
    watch: &mut Watch<'_>,
) -> Result<Placed, SeparateError> {
    let mut lanes = Lanes::open(song, parts.iter().map(|part| &*part.path), delay.unwrap_or(0))?;
    let mut energies = vec![0.0; parts.len()];
    let (mut products, mut of_song, mut of_sum) = (0.0, 0.0, 0.0);
    loop {
        let frames = lanes.advance()?;
        if frames == 0 {
            break;
        }
        for (channel, sum) in lanes.sum(frames).iter().enumerate() {
            for (song, sum) in lanes.song.channel(channel, frames).iter().zip(sum) {
                let song = f64::from(*song);
                products += song * sum;
                of_song += song * song;
                of_sum += sum * sum;
            }
        }
        for ((lane, file), energy) in lanes.parts.iter().zip(&mut files).zip(&mut energies) {
            let block = lane.block(frames);
            *energy += block.iter().copied().flatten().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
            file.write(&block)?;
        }
        lanes.drop_first(frames);
        watch.reached(lanes.share())?;
    }
    files.into_iter().try_for_each(PartFile::finish)?;
    Ok(Placed { placement: Placement::new(delay, products, of_song, of_sum), energies })
}

/// Returns what the sum of the written files, times `factor`, leaves of the song.
///
/// # Errors
/// If a file cannot be read, or `watch` stopped it.
pub(crate) fn measure(
    song: &Song,
    written: &[PathBuf],
    factor: f64,
    watch: &mut Watch<'_>,
) -> Result<Residual, SeparateError> {
    let mut lanes = Lanes::open(song, written.iter().map(|path| &**path), 0)?;
    let mut meter = ResidualMeter::new(song.rate, song.channels, factor);
    loop {
        let frames = lanes.advance()?;
        if frames == 0 {
            break;
        }
        meter.push(&lanes.song.block(frames), &lanes.sum(frames));
        lanes.drop_first(frames);
        watch.reached(lanes.share())?;
    }
    Ok(meter.finish())
}

//! A stem as a stream of planar f32: opened, trimmed, checked sample by sample, folded.

use super::StemSource;
use super::error::MIN_FRAMES;
use super::fold::FoldMatrix;
use super::input::StemInput;
use super::later::{self, Later, Part, Programme};
use crate::audio::{BlockMut, ChannelLayout, Queue};
use crate::io::bytes::patched::HeaderPatches;
use crate::io::bytes::stem_bytes::StemBytes;
use crate::io::codec::DecodeStep;
use crate::io::container::cuts::Cuts;
use crate::io::container::header::Header;
use crate::io::container::names::{self, Refusal};
use crate::io::container::programmes::{self, Programmes};
use crate::io::container::timing::TrimPlan;
use crate::io::{DecodeError, Fingerprint, Fold, StemInfo, StemOutcome};
use crate::process::Source;
use crate::units::SampleRate;
use std::path::Path;

/// Most frames per byte of file that are plausible: the densest codec, FLAC on silence, packs under
/// 6000.
const MAX_FRAMES_A_BYTE: u64 = 8_192;

/// One audio file, read from its first frame to its last. The samples do not depend on the sizes of
/// the requested blocks.
pub struct StemReader {
    source: StemSource,
    info: StemInfo,
    outcome: StemOutcome,
    decoder: StemInput,
    queue: Queue,
    fold: Option<FoldMatrix>,
    plan: TrimPlan,
    /// Edits to apply, where there are several.
    cuts: Option<Cuts>,
    /// Programmes after this one in the same file.
    later: Option<Box<Later>>,
    /// Frames accepted after the trim at the start, read or not.
    accepted: u64,
    ended: bool,
}

impl StemReader {
    /// Fewest frames of a stem: with one there is nothing to align, filter or resample.
    pub const MIN_FRAMES: u64 = MIN_FRAMES;

    /// Opens a file and decodes its first packet. The format is determined by the file's content,
    /// not by its extension. Memory is bounded by a few packets, whatever the header claims.
    /// Control thread; blocks on the disk.
    ///
    /// # Errors
    /// When the file is missing, not audio, damaged at its start, of an unknown codec, or without
    /// channels. Also when its rate is impossible, or it is shorter than
    /// [`StemReader::MIN_FRAMES`].
    pub fn open(path: &Path, fold: Fold) -> Result<Self, DecodeError> {
        Self::open_at_least(path, fold, Self::MIN_FRAMES)
    }

    /// As [`StemReader::open`], for a stem that may be in memory.
    ///
    /// # Errors
    /// As [`StemReader::open`].
    pub fn open_source(source: &StemSource, fold: Fold) -> Result<Self, DecodeError> {
        Self::open_source_at_least(source, fold, Self::MIN_FRAMES)
    }

    /// As [`StemReader::open`], for readers that take any length: a meter can measure a single
    /// frame.
    ///
    /// # Errors
    /// As [`StemReader::open`], with `least` frames (1 or more) in the place of
    /// [`StemReader::MIN_FRAMES`].
    pub fn open_at_least(path: &Path, fold: Fold, least: u64) -> Result<Self, DecodeError> {
        Self::open_source_at_least(&path.into(), fold, least)
    }

    fn open_source_at_least(source: &StemSource, fold: Fold, least: u64) -> Result<Self, DecodeError> {
        let path = source.path();
        let (mut file, len) = source.open()?;
        let header = Header::read(path, &mut file, len)?;
        let found = Self::programmes(&header, path, &mut file, len)?;
        let Some(Programmes { spans, edits }) = found else {
            let refusal = programmes::refusal(&mut file, len).map_err(|error| DecodeError::from_io(path, &error))?;
            if let Some(Refusal { container, codec, reason }) = refusal {
                return Err(DecodeError::Unsupported {
                    path: path.into(),
                    container: container.into(),
                    codec: codec.into(),
                    reason: reason.into(),
                });
            }
            return Err(DecodeError::NotAudio { path: path.into(), what: names::describe(&header.first_bytes) });
        };
        let mut stem =
            Self::begin(source, fold, (file, len, header), edits, &Part { span: spans[0].clone(), pass: 0 })?;
        stem.prepare(least)?;
        let parts = later::parts(&spans, stem.plan.passes.len());
        if !parts.is_empty() {
            let has_programmes = spans.len() > 1;
            let later = Later::new(source, &stem.info, fold, parts, Self::open_part);
            let (frames, sentence) = later.survey(stem.info.source_channels);
            stem.info.frames = stem.info.frames.zip(frames).map(|(own, later)| own.saturating_add(later));
            stem.info.programmes = has_programmes.then_some(sentence);
            stem.later = Some(Box::new(later));
        }
        Ok(stem)
    }

    /// Opens one programme of a file.
    fn open_part(source: &StemSource, fold: Fold, part: &Part) -> Result<Box<dyn Programme>, DecodeError> {
        let path = source.path();
        let (mut file, len) = source.open()?;
        let header = Header::read(path, &mut file, len)?;
        let found = Self::programmes(&header, path, &mut file, len)?;
        let edits = found.map(|found| found.edits).unwrap_or_default();
        let mut stem = Self::begin(source, fold, (file, len, header), edits, part)?;
        stem.prepare(1)?;
        Ok(Box::new(stem))
    }

    /// Returns the programmes of a file; uncompressed samples are one, wherever they are.
    fn programmes(
        header: &Header,
        path: &Path,
        file: &mut StemBytes,
        len: u64,
    ) -> Result<Option<Programmes>, DecodeError> {
        if header.container.pcm.is_some() {
            return Ok(Some(Programmes::one(0..len)));
        }
        programmes::find(file, len).map_err(|error| DecodeError::from_io(path, &error))
    }

    /// Decodes the first packet of a programme.
    fn begin(
        source: &StemSource,
        fold: Fold,
        (file, len, mut header): (StemBytes, u64, Header),
        edits: HeaderPatches,
        part: &Part,
    ) -> Result<Self, DecodeError> {
        header.container.edits.extend(edits);
        let pcm = header.container.pcm.as_ref();
        let time_stamp = pcm.and_then(|pcm| pcm.time_stamp.clone());
        let remarks = pcm.map(|pcm| pcm.remarks.clone()).unwrap_or_default();
        let (decoder, queue, facts, lost) = StemInput::open(source, file, len, header, part.span.clone())?;

        let plan = facts.plan;
        let matrix = FoldMatrix::new(&facts.layout, fold);
        let source_channels = facts.layout.count();
        let densest = match facts.bits {
            Some(bits) if facts.codec.starts_with("pcm_") => {
                len * 8 / (u64::from(bits) * source_channels as u64).max(1)
            }
            _ => len.saturating_mul(MAX_FRAMES_A_BYTE),
        };
        let info = StemInfo {
            path: source.path().to_path_buf(),
            container: facts.container.into(),
            codec: facts.codec,
            sample_rate: facts.sample_rate,
            source_channels,
            fold: matrix.is_some().then(|| FoldMatrix::sentence(&facts.layout)),
            source_layout: facts.layout.clone(),
            layout: if matrix.is_some() { ChannelLayout::stereo() } else { facts.layout },
            bits: facts.bits,
            frames: plan.expected.filter(|&frames| frames <= densest),
            trim: plan.trim.clone(),
            time_reference: time_stamp.as_ref().and_then(|stamp| stamp.plausible(facts.sample_rate)),
            remarks,
            time_stamp,
            programmes: None,
        };
        let outcome = StemOutcome { corrupt_packets: lost, ..StemOutcome::default() };
        let cuts = plan.passes.get(part.pass).cloned();
        if cuts.as_ref().is_some_and(|cuts| cuts.silence() > densest) {
            return Err(DecodeError::damaged(
                source.path(),
                "its edit list requires more silence than the file can hold sound",
            ));
        }
        let mut stem = Self {
            source: source.clone(),
            info,
            outcome,
            decoder,
            queue,
            fold: matrix,
            plan,
            cuts,
            later: None,
            accepted: 0,
            ended: false,
        };
        stem.accept(0)?;
        Ok(stem)
    }

    /// Decodes until `least` frames are ready.
    fn prepare(&mut self, least: u64) -> Result<(), DecodeError> {
        while (self.ready() as u64) < least.max(1) && !self.ended {
            self.pull()?;
        }
        let path = || self.info.path.clone();
        match self.ready() as u64 {
            0 => Err(DecodeError::NoAudio { path: path() }),
            frames if frames < least => Err(DecodeError::TooShort { path: path(), frames }),
            _ => Ok(()),
        }
    }

    /// Returns the properties that the file states.
    pub fn info(&self) -> &StemInfo {
        &self.info
    }

    /// Returns the result of reading; complete once [`Source::read`] has returned fewer frames than
    /// requested.
    pub fn outcome(&self) -> &StemOutcome {
        &self.outcome
    }

    /// Starts hashing the file while it is read, where its samples are stored plainly.
    /// [`StemReader::fingerprint`] has less to read then. Reads the header again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn hash_while_reading(&mut self) -> Result<(), DecodeError> {
        self.decoder.hash_while_reading()
    }

    /// Returns the hash of the file, to be finished once no more is read.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(self.source.clone(), self.decoder.along())
    }

    /// Returns the frames that can be read without decoding more.
    fn ready(&self) -> usize {
        let held = if self.ended { 0 } else { self.plan.hold as usize };
        self.queue.frames().saturating_sub(held)
    }

    /// Decodes one packet.
    fn pull(&mut self) -> Result<(), DecodeError> {
        let before = self.queue.frames();
        if let Some(frames) = self.cuts.as_mut().and_then(|cuts| cuts.add_silence(&mut self.queue)) {
            self.accepted += frames;
            self.ended = self.cuts.as_ref().is_some_and(Cuts::is_done);
            return Ok(());
        }
        match self.decoder.next(&mut self.queue) {
            Ok(DecodeStep::Decoded) => {}
            Ok(DecodeStep::Lost) => self.outcome.corrupt_packets += 1,
            Ok(DecodeStep::End(reason)) => {
                self.end(reason);
                return Ok(());
            }
            Err(error) => return Err(self.give_up(error)),
        }
        self.accept(before)
    }

    /// Trims and checks the frames after the first `before` of the queue.
    fn accept(&mut self, before: usize) -> Result<(), DecodeError> {
        let mut new = self.queue.frames() - before;
        if self.plan.skip > 0 {
            // Nothing waits while the start is being trimmed, so the queue contains the new frames
            // alone.
            let skipped = self.plan.skip.min(new as u64) as usize;
            self.queue.take(skipped);
            self.plan.skip -= skipped as u64;
            new -= skipped;
        }
        if let Some(cuts) = &mut self.cuts {
            new = cuts.apply(&mut self.queue, new);
            self.ended = cuts.is_done();
        }
        let room = self.plan.keep.map_or(u64::MAX, |keep| keep.saturating_sub(self.accepted));
        if new as u64 >= room {
            let excess = new - room as usize;
            self.queue.drop_last(excess);
            new -= excess;
            let trim = &mut self.info.trim;
            if trim.source.is_some() && trim.end_frames == 0 {
                trim.end_frames = excess as u64;
            }
            self.ended = true;
            self.outcome.truncated = self.decoder.beyond()?;
        }
        let clean = if self.decoder.is_integer() {
            Ok(())
        } else {
            let from = self.queue.frames() - new;
            clean(&mut self.queue.block_mut(from))
        };
        if let Err(odd) = clean {
            let error = self.refusal_of(&odd);
            return Err(self.give_up(error));
        }
        self.accepted += new as u64;
        Ok(())
    }

    /// Returns true if blocks can be filled past the queue.
    fn is_direct(&self) -> bool {
        self.decoder.is_plain()
            && self.fold.is_none()
            && self.plan.skip == 0
            && self.plan.hold == 0
            && self.cuts.is_none()
    }

    /// Fills the start of a block past the queue, which is empty. Returns the number of frames.
    fn read_directly(&mut self, out: &mut BlockMut<'_>) -> Result<usize, DecodeError> {
        let room = self.plan.keep.map_or(u64::MAX, |keep| keep.saturating_sub(self.accepted));
        let wanted = room.min(out.frames() as u64) as usize;
        let mut out = out.slice_mut(0..wanted);
        let frames = match self.decoder.fill(&mut out) {
            Ok(Ok(frames)) => frames,
            Ok(Err(reason)) => {
                self.end(reason);
                return Ok(0);
            }
            Err(error) => return Err(self.give_up(error)),
        };
        if !self.decoder.is_integer()
            && let Err(odd) = clean(&mut out.slice_mut(0..frames))
        {
            let error = self.refusal_of(&odd);
            return Err(self.give_up(error));
        }
        self.accepted += frames as u64;
        self.ended = frames as u64 >= room;
        Ok(frames)
    }

    fn refusal_of(&self, odd: &OddSample) -> DecodeError {
        let frame = self.accepted + odd.at as u64;
        let (path, time_s) = (self.info.path.clone(), self.info.sample_rate.seconds(frame));
        let (channel, value) = (odd.channel, odd.value);
        if value.is_finite() {
            return DecodeError::TooLoud { path, frame, time_s, channel, value };
        }
        DecodeError::NonFinite { path, frame, time_s, channel, value }
    }

    /// Handles the end of the stream.
    fn end(&mut self, reason: Option<String>) {
        self.ended = true;
        let held = (self.plan.hold as usize).min(self.queue.frames());
        self.queue.drop_last(held);
        self.accepted -= (held as u64).min(self.accepted);
        if self.info.trim.source.is_some() {
            self.info.trim.end_frames = self.info.trim.end_frames.max(self.decoder.cut());
        }
        let rate = self.info.sample_rate;
        let expected = self.plan.expected.filter(|_| self.cuts.is_none());
        let missing = expected.filter(|&expected| self.accepted < expected);
        self.outcome.truncated = match (missing, reason) {
            (Some(expected), reason) => Some(format!(
                "holds {:.3} s of the {:.3} s that its header promises; what is there was read{}",
                rate.seconds(self.accepted),
                rate.seconds(expected),
                reason.map(|reason| format!(" ({reason})")).unwrap_or_default(),
            )),
            (None, Some(reason)) if self.plan.expected.is_none() => {
                Some(format!("ends at {:.3} s: {reason}", rate.seconds(self.accepted)))
            }
            (None, _) => expected.filter(|&expected| self.accepted > expected).map(|expected| {
                let (held, promised) = (rate.seconds(self.accepted), rate.seconds(expected));
                format!("holds {held:.3} s although its header promises {promised:.3} s; all of it was read")
            }),
        };
    }

    /// Fills the start of a block from the programmes that follow.
    fn read_later(&mut self, out: &mut BlockMut<'_>) -> Result<usize, DecodeError> {
        let Some(later) = &mut self.later else { return Ok(0) };
        let read = later.read(out);
        if read.as_ref().map_or(true, |&frames| frames < out.frames()) {
            self.outcome.corrupt_packets += later.corrupt_packets;
            self.outcome.truncated = self.outcome.truncated.take().or(later.note.take());
            self.later = None;
        }
        read
    }

    fn give_up(&mut self, error: DecodeError) -> DecodeError {
        self.ended = true;
        self.queue.take(self.queue.frames());
        error
    }
}

impl Source for StemReader {
    type Error = DecodeError;

    fn channels(&self) -> usize {
        self.info.layout.count()
    }

    fn sample_rate(&self) -> SampleRate {
        self.info.sample_rate
    }

    /// Fills the start of `out`; fewer frames than requested mean the end. After an error every
    /// further call returns 0.
    ///
    /// # Panics
    /// When `out` has other channels than [`Source::channels`].
    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, DecodeError> {
        assert_eq!(out.channels(), self.channels(), "channels of the block");
        let mut done = 0;
        while done < out.frames() {
            let ready = self.ready();
            if ready == 0 {
                if self.ended {
                    let later = self.read_later(&mut out.slice_mut(done..out.frames()))?;
                    done += later;
                    self.outcome.frames += later as u64;
                    self.outcome.finished = done < out.frames();
                    break;
                }
                if self.is_direct() {
                    let count = self.read_directly(&mut out.slice_mut(done..out.frames()))?;
                    done += count;
                    self.outcome.frames += count as u64;
                } else {
                    self.pull()?;
                }
                continue;
            }
            let count = ready.min(out.frames() - done);
            let block = self.queue.block(0).slice(0..count);
            let mut part = out.slice_mut(done..done + count);
            match &self.fold {
                Some(fold) => fold.apply(&block, &mut part),
                None => part.copy_from(&block),
            }
            self.queue.take(count);
            done += count;
            self.outcome.frames += count as u64;
        }
        Ok(done)
    }
}

impl Programme for StemReader {
    fn info(&self) -> &StemInfo {
        self.info()
    }

    fn outcome(&self) -> &StemOutcome {
        self.outcome()
    }
}

/// Largest magnitude of sound, +40 dBFS. Higher ones come from integers read as floats or bytes in
/// the wrong order.
const LOUDEST: f32 = 100.0;

/// A sample that is not a number, or beyond [`LOUDEST`].
struct OddSample {
    /// Frames before it in the block.
    at: usize,
    channel: usize,
    value: f32,
}

/// Refuses samples that are not finite or beyond [`LOUDEST`]. Those below 1.2e-38, −759 dBFS,
/// become 0: some processors take a hundred times as long over each of them.
fn clean(block: &mut BlockMut<'_>) -> Result<(), OddSample> {
    // Without a branch first: almost every block is clean. A comparison with NaN is false.
    let is_sound = |sample: &f32| sample.abs() <= LOUDEST;
    let is_clean = |samples: &[f32]| samples.iter().fold(true, |all, s| all & is_sound(s) & !s.is_subnormal());
    if (0..block.channels()).all(|channel| is_clean(block.channel(channel))) {
        return Ok(());
    }
    let bad_in = |channel: usize| block.channel(channel).iter().position(|s| !is_sound(s)).map(|at| (at, channel));
    if let Some((at, channel)) = (0..block.channels()).filter_map(bad_in).min() {
        return Err(OddSample { at, channel, value: block.channel(channel)[at] });
    }
    for channel in 0..block.channels() {
        let subnormal = block.channel_mut(channel).iter_mut().filter(|sample| sample.is_subnormal());
        subnormal.for_each(|sample| *sample = 0.0);
    }
    Ok(())
}

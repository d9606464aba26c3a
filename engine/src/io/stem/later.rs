//! Programmes after the first one of a file, read one after the other at the first one's rate and
//! channels.

use super::StemSource;
use crate::audio::{AudioBuffer, BlockMut, Channel, ChannelLayout};
use crate::io::{DecodeError, Fold, StemInfo, StemOutcome};
use crate::process::Source;
use crate::resample::RateConverter;
use crate::units::SampleRate;
use std::collections::VecDeque;
use std::ops::Range;

/// Frames read from a programme at once.
const BLOCK_FRAMES: usize = 1_024;

/// Location of a programme, and the pass over its media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::io) struct Part {
    pub(in crate::io) span: Range<u64>,
    pub(in crate::io) pass: usize,
}

/// An opened programme.
pub(in crate::io) trait Programme: Source<Error = DecodeError> + Send {
    /// Returns the properties that the file states.
    fn info(&self) -> &StemInfo;

    /// Returns the result of reading so far.
    fn outcome(&self) -> &StemOutcome;
}

/// Opens one programme of a file.
pub(in crate::io) type OpenPart = fn(&StemSource, Fold, &Part) -> Result<Box<dyn Programme>, DecodeError>;

/// All programmes after the first.
pub(in crate::io) struct Later {
    source: StemSource,
    fold: Fold,
    open_part: OpenPart,
    layout: ChannelLayout,
    rate: SampleRate,
    parts: VecDeque<Part>,
    current: Option<RateConverter<Matched>>,
    /// Corrupt packets in the programmes that were read.
    pub(in crate::io) corrupt_packets: u64,
    pub(in crate::io) note: Option<String>,
}

impl Later {
    /// Prepares to read `parts` after a first programme.
    pub(in crate::io) fn new(
        source: &StemSource,
        first: &StemInfo,
        fold: Fold,
        parts: Vec<Part>,
        open_part: OpenPart,
    ) -> Self {
        Self {
            source: source.clone(),
            // Programmes for one or two channels are folded by the rules for files.
            fold: if first.layout.count() <= 2 { Fold::Stereo } else { fold },
            open_part,
            layout: first.layout.clone(),
            rate: first.sample_rate,
            parts: parts.into(),
            current: None,
            corrupt_packets: 0,
            note: None,
        }
    }

    /// Returns the frames expected of all of them, if every one states its length, and a sentence
    /// about them.
    pub(in crate::io) fn survey(&self, source_channels: usize) -> (Option<u64>, String) {
        let mut frames = Some(0_u64);
        let mut converted = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            let Ok(stem) = (self.open_part)(&self.source, self.fold, part) else { continue };
            let info = stem.info();
            let ratio = (u64::from(self.rate.hz()), u64::from(info.sample_rate.hz()));
            let at_rate = |frames: u64| {
                ((u128::from(frames) * u128::from(ratio.0) + u128::from(ratio.1) / 2) / u128::from(ratio.1)) as u64
            };
            frames = frames.zip(info.frames).map(|(sum, own)| sum.saturating_add(at_rate(own)));
            if info.sample_rate != self.rate || info.source_channels != source_channels {
                let (rate, channels) = (info.sample_rate.hz(), channels(info.source_channels));
                converted.push(format!("number {} has {rate} Hz and {channels}", index + 2));
            }
        }
        let count = self.parts.len() + 1;
        let mut sentence = format!("{count} programmes follow each other in the file and are read one after the other");
        if !converted.is_empty() {
            const NAMED: usize = 3;
            let more = converted.len().saturating_sub(NAMED);
            converted.truncate(NAMED);
            let more = if more > 0 { format!(", {more} more differ too") } else { String::new() };
            let (rate, channels) = (self.rate.hz(), channels(source_channels));
            sentence +=
                &format!(": {}{more}; converted to the first one's {rate} Hz and {channels}", converted.join(", "));
        }
        (frames, sentence)
    }

    /// Fills the start of `out`; fewer frames than requested mean the end of the last programme.
    pub(in crate::io) fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, DecodeError> {
        let mut done = 0;
        while done < out.frames() {
            let Some(current) = &mut self.current else {
                match self.parts.pop_front() {
                    Some(part) => self.open(&part),
                    None => break,
                }
                continue;
            };
            let wanted = out.frames() - done;
            let got = current.read(&mut out.slice_mut(done..done + wanted))?;
            done += got;
            if got < wanted {
                let outcome = current.source().stem.outcome().clone();
                self.corrupt_packets += outcome.corrupt_packets;
                self.note = self.note.take().or(outcome.truncated.map(|why| format!("a later programme {why}")));
                self.current = None;
            }
        }
        Ok(done)
    }

    fn open(&mut self, part: &Part) {
        let opened = (self.open_part)(&self.source, self.fold, part).map_err(|error| error.to_string());
        let matched = opened.map(|stem| Matched::new(stem, &self.layout));
        match matched.and_then(|matched| RateConverter::new(matched, self.rate).map_err(|error| error.to_string())) {
            Ok(current) => self.current = Some(current),
            Err(why) => self.note = self.note.take().or(Some(format!("a later programme is left out: {why}"))),
        }
    }
}

fn channels(count: usize) -> String {
    if count == 1 { "1 channel".into() } else { format!("{count} channels") }
}

/// Programme converted to the channels of another.
struct Matched {
    stem: Box<dyn Programme>,
    /// For each channel, the stem's channels summed in it and their gains; `None` where they are
    /// the same.
    mix: Option<Vec<Vec<(usize, f32)>>>,
    block: AudioBuffer,
    channels: usize,
}

impl Matched {
    fn new(stem: Box<dyn Programme>, to: &ChannelLayout) -> Self {
        let from = &stem.info().layout;
        let mix = (from != to).then(|| to.channels().iter().map(|&channel| weights(from, to, channel)).collect());
        let block = AudioBuffer::new(from.count(), if mix.is_some() { BLOCK_FRAMES } else { 0 });
        Self { stem, mix, block, channels: to.count() }
    }
}

/// Returns the channels of `from` that form a channel of `to`, with their gains. Mono feeds left
/// and right, stereo becomes its mean in mono, and otherwise each channel feeds its own.
fn weights(from: &ChannelLayout, to: &ChannelLayout, channel: Channel) -> Vec<(usize, f32)> {
    match (from.count(), to.count()) {
        (1, 1) => vec![(0, 1.0)],
        (1, _) if matches!(channel, Channel::Left | Channel::Right) => vec![(0, 1.0)],
        (2, 1) => vec![(0, 0.5), (1, 0.5)],
        _ => from.channels().iter().position(|&own| own == channel).map(|own| (own, 1.0)).into_iter().collect(),
    }
}

impl Source for Matched {
    type Error = DecodeError;

    fn channels(&self) -> usize {
        self.channels
    }

    fn sample_rate(&self) -> SampleRate {
        self.stem.sample_rate()
    }

    fn read(&mut self, out: &mut BlockMut<'_>) -> Result<usize, DecodeError> {
        let Some(mix) = &self.mix else { return self.stem.read(out) };
        let mut done = 0;
        while done < out.frames() {
            let wanted = (out.frames() - done).min(BLOCK_FRAMES);
            let got = self.stem.read(&mut self.block.first_mut(wanted))?;
            for (index, sources) in mix.iter().enumerate() {
                let channel = &mut out.channel_mut(index)[done..done + got];
                channel.fill(0.0);
                for &(source, weight) in sources {
                    let samples = self.block.channel(source);
                    channel.iter_mut().zip(samples).for_each(|(sum, &sample)| *sum += weight * sample);
                }
            }
            done += got;
            if got < wanted {
                break;
            }
        }
        Ok(done)
    }
}

/// Returns the parts of a file: each span once, and the first one once for each further pass.
pub(in crate::io) fn parts(spans: &[Range<u64>], passes: usize) -> Vec<Part> {
    let again = (1..passes).map(|pass| Part { span: spans[0].clone(), pass });
    again.chain(spans[1..].iter().map(|span| Part { span: span.clone(), pass: 0 })).collect()
}

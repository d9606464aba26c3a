//! Features of a stem, kept while it is decoded: its mono sum, the same at a fraction of the rate,
//! and its levels.

use super::band_levels::Levels;
use super::decimate::Decimator;
use super::spooled_samples::Samples;
use super::thresholds::THRESHOLDS;
use crate::align::decide::origin::DigitalSilence;
use crate::audio::Block;
use crate::process::Tap;
use crate::units::SampleRate;
use std::ops::Range;

/// Stem in mono, at the session rate, for [`align`](crate::align::pipeline::align()).
///
/// Pass it every block of the stem from session time 0. Channels are averaged (a stem whose
/// channels cancel is silent here); samples that are not finite count as silence. Samples beyond
/// the memory limit are written to an unlinked temporary file. If that cannot be written, only the
/// beginning counts.
#[derive(Debug)]
pub struct StemFeatures {
    rate: SampleRate,
    samples: Samples,
    decimator: Decimator,
    decimated: Samples,
    levels: Levels,
    /// The last samples, from frame `recent_from` on, which decimated frames and levels still need.
    recent: Vec<f32>,
    recent_from: i64,
    frames: u64,
    peak: f32,
    first_sound: Option<u64>,
    begin: u64,
    time_reference: Option<i64>,
    silence: DigitalSilence,
    mono: Vec<f32>,
}

impl StemFeatures {
    /// Default limit: 2 MiB per stem, half of it for the full rate. It holds 5.5 s at 48 kHz, and
    /// 44 s at an eighth of that. Sixteen stems take 32 MiB, however long they are.
    pub const DEFAULT_MAX_BYTES: usize = 2 << 20;

    /// Creates an empty stem that holds at most `max_bytes` of samples in memory. Control thread.
    pub fn new(rate: SampleRate, max_bytes: usize) -> Self {
        let (decimator, levels) = (Decimator::new(rate.as_f64()), Levels::new(rate.as_f64()));
        let recent_from = decimator.support(0..1).start.min(levels.support(0..1).start);
        Self {
            rate,
            samples: Samples::new(max_bytes / 2),
            decimator,
            decimated: Samples::new(max_bytes / 2),
            levels,
            recent: vec![0.0; usize::try_from(-recent_from).unwrap_or(0)],
            recent_from,
            frames: 0,
            peak: 0.0,
            first_sound: None,
            begin: 0,
            time_reference: None,
            silence: DigitalSilence::default(),
            mono: Vec::new(),
        }
    }

    /// Sets the session frame at which the file begins; before it is the session's silence. Call it
    /// before the first block.
    pub fn set_begin(&mut self, frame: u64) {
        self.begin = frame;
    }

    /// Sets the time of day at which the file began, if the file contains it. It is the file's time
    /// reference, in frames at `rate`, the rate of the file.
    pub fn set_time_reference(&mut self, reference: Option<u64>, rate: SampleRate) {
        let at_session_rate = |frames: u64| (frames as f64 * self.rate.as_f64() / rate.as_f64()).round() as i64;
        self.time_reference = reference.map(at_session_rate);
    }

    /// Returns the time of day of session frame 0 in frames, if the file contains its own.
    pub(crate) fn time_of_start(&self) -> Option<i64> {
        self.time_reference.map(|reference| reference - self.begin as i64)
    }

    /// Returns the session frame at which the file begins.
    pub(crate) fn begin(&self) -> u64 {
        self.begin
    }

    /// Returns the frames of the file itself.
    pub(crate) fn own_frames(&self) -> u64 {
        self.frames.saturating_sub(self.begin)
    }

    /// Returns the digital silence of the file itself.
    pub(crate) fn digital_silence(&self) -> DigitalSilence {
        self.silence
    }

    /// Returns the session rate.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Returns the number of frames observed.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Returns the first frame whose mono sum is above −100 dBFS. `None` if there is no such frame
    /// yet.
    pub fn first_sound(&self) -> Option<u64> {
        self.first_sound
    }

    /// Returns the number of frames that can be read.
    pub(crate) fn kept(&self) -> usize {
        self.samples.len()
    }

    /// Returns the largest absolute sample kept.
    pub(crate) fn peak(&self) -> f32 {
        self.peak
    }

    /// Copies the samples from frame `start` on, which may be negative; silence where there are
    /// none.
    pub(crate) fn read(&self, start: i64, out: &mut [f32]) {
        self.samples.read(start, out);
    }

    /// Returns the decimator of the stem.
    pub(crate) fn decimator(&self) -> &Decimator {
        &self.decimator
    }

    /// Returns the decimated frames that no longer change.
    pub(crate) fn decimated(&self) -> &Samples {
        &self.decimated
    }

    /// Returns the decimated frames at the end, which extend into the silence after it.
    pub(crate) fn last_decimated(&self) -> Vec<f32> {
        let last = self.decimated.len()..self.kept().div_ceil(self.decimator.factor());
        let mut out = Vec::new();
        self.decimator.make(&self.supporting(self.decimator.support(last.clone())), last.len(), &mut out);
        out
    }

    /// Returns the levels up to the end.
    pub(crate) fn levels(&self) -> Levels {
        let mut levels = self.levels.clone();
        let last = levels.frames()..self.kept().div_ceil(levels.hop());
        levels.follow(&self.supporting(levels.support(last.clone())), last.len());
        levels
    }

    fn supporting(&self, frames: Range<i64>) -> Vec<f32> {
        let mut samples = vec![0.0; (frames.end - frames.start) as usize];
        self.read(frames.start, &mut samples);
        samples
    }

    /// Appends samples.
    fn keep(&mut self, more: &[f32]) {
        self.samples.push(more);
        self.recent.extend_from_slice(more);
        let end = self.kept();
        let from = |frames: Range<i64>, recent_from: i64| (frames.start - recent_from) as usize;

        let ready = self.decimated.len()..self.decimator.ready(end).max(self.decimated.len());
        let mut made = Vec::new();
        if !ready.is_empty() {
            let start = from(self.decimator.support(ready.clone()), self.recent_from);
            self.decimator.make(&self.recent[start..], ready.len(), &mut made);
            self.decimated.push(&made);
        }
        let ready = self.levels.frames()..self.levels.ready(end).max(self.levels.frames());
        if !ready.is_empty() {
            let start = from(self.levels.support(ready.clone()), self.recent_from);
            self.levels.follow(&self.recent[start..], ready.len());
        }

        let next = |done: usize| done..done + 1;
        let needed = self.decimator.support(next(self.decimated.len())).start;
        let needed = needed.min(self.levels.support(next(self.levels.frames())).start);
        self.recent.drain(..from(needed..needed, self.recent_from).min(self.recent.len()));
        self.recent_from = needed;
    }
}

impl Tap for StemFeatures {
    /// Appends a block. Offline: the memory grows up to its limit, then a file does.
    fn observe(&mut self, block: &Block<'_>) {
        let start = self.frames;
        self.frames += block.frames() as u64;
        if self.samples.is_broken() {
            return;
        }
        self.mono.clear();
        self.mono.resize(block.frames(), 0.0);
        for channel in 0..block.channels() {
            for (sum, sample) in self.mono.iter_mut().zip(block.channel(channel)) {
                *sum += if sample.is_finite() { sample / block.channels() as f32 } else { 0.0 };
            }
        }
        if self.first_sound.is_none() {
            let first = self.mono.iter().position(|sample| sample.abs() > THRESHOLDS.start_amplitude);
            self.first_sound = first.map(|at| start + at as u64);
        }
        let own = usize::try_from(self.begin.saturating_sub(start)).unwrap_or(usize::MAX).min(self.mono.len());
        self.silence.observe(&self.mono[own..]);
        self.peak = self.mono.iter().fold(self.peak, |peak, sample| peak.max(sample.abs()));
        let mono = std::mem::take(&mut self.mono);
        self.keep(&mono);
        self.mono = mono;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use mixdown_fixtures::signals;

    #[test]
    fn the_mean_of_the_channels_is_kept_beyond_what_memory_holds() {
        let mut stem = StemFeatures::new(SampleRate::new(8_000).unwrap(), 5 * size_of::<f32>());
        let stereo = AudioBuffer::from_channels(&[vec![0.0, 0.5, f32::NAN, 0.0], vec![0.0, 0.5, 1.0, -1.0]]);
        stem.observe(&stereo.block());
        stem.observe(&Block::mono(&[0.25, 0.75, 1.0]));
        stem.observe(&Block::mono(&[2.0]));
        let mut all = [9.0; 12];
        stem.read(-2, &mut all);
        assert_eq!(all, [0.0, 0.0, 0.0, 0.5, 0.5, -0.5, 0.25, 0.75, 1.0, 2.0, 0.0, 0.0]);
        assert_eq!((stem.frames(), stem.kept(), stem.first_sound()), (8, 8, Some(1)));
        let mut part = [0.0; 2];
        stem.read(6, &mut part);
        assert_eq!(part, [1.0, 2.0]);
    }

    #[test]
    fn the_pieces_in_which_a_stem_comes_change_no_bit() {
        let noise = signals::white_noise(8, 0.5, 33_333);
        let observed = |sizes: &[usize]| {
            let mut stem = StemFeatures::new(SampleRate::new(44_100).unwrap(), 4_096);
            let (mut rest, mut sizes) = (&noise[..], sizes.iter().cycle());
            while !rest.is_empty() {
                let (part, after) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                stem.observe(&Block::mono(part));
                rest = after;
            }
            let mut decimated = vec![0.0; stem.decimated().len()];
            stem.decimated().read(0, &mut decimated);
            decimated.extend(stem.last_decimated());
            assert!(stem.recent.len() < 33_333 / 4, "{}", stem.recent.len());
            (decimated, stem.levels().into_parts())
        };
        let at_once = observed(&[4_096]);
        assert_eq!(at_once.0.len(), 33_333_usize.div_ceil(8));
        assert_eq!(at_once.1.2.len(), 33_333_usize.div_ceil(441) + 1);
        assert!(at_once == observed(&[1, 7, 0, 1_500, 333]) && at_once == observed(&[33_333]));
    }

    #[test]
    fn decimated_frames_and_levels_hear_silence_around_a_stem() {
        let noise = signals::white_noise(9, 0.5, 5_000);
        let padded = [vec![0.0; 4_410], noise.clone(), vec![0.0; 4_410]].concat();
        let of = |samples: &[f32]| {
            let mut stem = StemFeatures::new(SampleRate::new(44_100).unwrap(), 1 << 20);
            stem.observe(&Block::mono(samples));
            stem
        };
        let (alone, padded) = (of(&noise).levels().into_parts(), of(&padded).levels().into_parts());
        // Frame 0 of the one is frame 10 of the other: in f32 and in pairs, as it happens.
        for (alone, padded) in alone.1.iter().zip(&padded.1) {
            assert_eq!(alone[..], padded[10..10 + alone.len()]);
        }
    }
}

//! True-peak limiter: settings and processor.

mod reduction;
mod style;
mod tally;

pub use style::LimiterStyle;
pub use tally::LimiterStats;

use super::gain_kernel::{octaves_to_gains, peaks_to_octaves};
use super::gain_stage::{CHUNK, GainStage};
use super::ranges::RELEASE_MS;
use super::true_peak_detector::{DELAY, TruePeakDetector};
use crate::audio::{Block, BlockMut};
use crate::dsp::decibel_math::{DB_PER_OCTAVE, exp2};
use crate::dsp::laws::LawCase;
use crate::dsp::settings::{Settings, settings};
use crate::process::{BuildError, ProcessSpec, Processor, Stage, Tail, same_kind};
use crate::units::Decibels;
use reduction::Reduction;
use std::ops::RangeInclusive;
use tally::Tally;

/// Accepted ceilings, in dBTP.
pub(crate) const CEILING_DBTP: RangeInclusive<f64> = -30.0..=0.0;

/// Accepted links of the channels, in percent.
pub(crate) const STEREO_LINK_PERCENT: RangeInclusive<f64> = 0.0..=100.0;

settings! {
    /// Settings of the true-peak limiter. Signals below the ceiling pass unchanged.
    pub struct LimiterSettings;

    /// Ceiling: highest true peak of the output, in dBTP.
    ceiling_dbtp: f64 = -1.0, in CEILING_DBTP;
    /// Look-ahead, in milliseconds; delays the signal, and the mix compensates for it.
    look_ahead_ms: f64 = 5.0, in 0.5..=20.0;
    /// Time constant of rising gain after a single peak, in milliseconds; longer after sustained
    /// limiting.
    release_ms: f64 = 80.0, in RELEASE_MS;
    /// Way in which it turns down: clean distorts least, balanced lies closer to the source and is
    /// louder, loud is the loudest.
    style: LimiterStyle = LimiterStyle::Clean;
    /// Link of the channels, in percent: at 100 all have the same gain, at 0 each has its own.
    stereo_link_percent: f64 = 100.0, in STEREO_LINK_PERCENT;
}

impl LimiterSettings {
    pub(crate) fn laws() -> Vec<LawCase<Self>> {
        vec![
            LawCase::new(Self { ceiling_dbtp: -20.0, ..Self::default() }).exchanged(),
            LawCase::new(Self::default()),
            LawCase::new(Self { ceiling_dbtp: -12.0, look_ahead_ms: 0.5, release_ms: 1.0, ..Self::default() }),
            LawCase::new(Self { ceiling_dbtp: -30.0, look_ahead_ms: 20.0, release_ms: 500.0, ..Self::default() }),
            LawCase::new(Self { ceiling_dbtp: -20.0, style: LimiterStyle::Balanced, ..Self::default() }).exchanged(),
            LawCase::new(Self {
                ceiling_dbtp: -24.0,
                style: LimiterStyle::Loud,
                stereo_link_percent: 0.0,
                ..Self::default()
            })
            .exchanged(),
            LawCase::new(Self { ceiling_dbtp: -12.0, stereo_link_percent: 40.0, ..Self::default() }),
        ]
    }
}

impl Stage for LimiterSettings {
    fn build(&self, spec: &ProcessSpec) -> Result<Box<dyn Processor>, BuildError> {
        Ok(Box::new(Limiter::new(self, spec)?))
    }
}

/// True-peak limiter: true-peak detector, needed reduction, the reduction of a style, gain stage.
///
/// Channels that are linked in full share one detector and one reduction. Otherwise each has its
/// own, for what it needs itself or, by the link, for what the loudest one does.
///
/// The reduction is smoothed in decibels over the look-ahead, so that it has certainly arrived when
/// the peak does. It returns to exactly 0; signals below the ceiling pass bit for bit. The latency
/// is the look-ahead, at most that of the style, and the detector's 128 frames.
#[derive(Clone, Debug)]
pub struct Limiter {
    /// Ceiling as an amplitude.
    ceiling: f64,
    /// Link of the channels, 0 to 1.
    link: f64,
    /// One for all channels, or one for each.
    groups: Vec<Group>,
    stage: GainStage,
    tally: Tally,
    /// Frames of the current stretch that have passed: stretches of [`CHUNK`] frames count from the
    /// first frame, so that no bit depends on the lengths of blocks.
    passed: usize,
}

/// Channels with the same gain.
#[derive(Clone, Debug)]
struct Group {
    detector: TruePeakDetector,
    reduction: Reduction,
    /// Amplitude that the reduction at the begin of a stretch turns down to the ceiling throughout.
    held: f32,
    peaks: Box<[f32; CHUNK]>,
    /// Reductions in octaves, then gains.
    values: Box<[f64; CHUNK]>,
}

impl Group {
    fn reset(&mut self) {
        self.detector.reset();
        self.reduction.reset();
    }

    /// Reads the peaks of a block; returns true if one exceeds the ceiling.
    fn detect(&mut self, block: &Block<'_>, ceiling: f64) -> bool {
        let peaks = &mut self.peaks[..block.frames()];
        self.detector.process(block, (ceiling as f32, self.held), peaks);
        peaks.iter().any(|peak| f64::from(*peak) > ceiling)
    }

    /// Begins a stretch.
    fn begin(&mut self, ceiling: f64) {
        self.held = (ceiling * exp2(self.reduction.held_octaves())) as f32;
    }

    /// Turns the peaks of so many frames into the needed reductions.
    fn need(&mut self, frames: usize, ceiling: f64) {
        peaks_to_octaves(1.0 / ceiling, &self.peaks[..frames], &mut self.values[..frames]);
    }
}

impl Limiter {
    /// Builds a limiter. Control thread; allocates.
    ///
    /// # Errors
    /// [`BuildError::OutOfRange`] when a setting is out of its range.
    pub fn new(settings: &LimiterSettings, spec: &ProcessSpec) -> Result<Self, BuildError> {
        settings.check(spec.sample_rate)?;
        let times = settings.style.stage_times();
        let longest_ms = times.map_or(f64::INFINITY, |times| times.look_ahead_ms);
        let look_ahead = spec.sample_rate.frames(settings.look_ahead_ms.min(longest_ms) / 1_000.0) as usize;
        let linked = settings.stereo_link_percent >= *STEREO_LINK_PERCENT.end();
        let (count, channels) = if linked { (1, spec.channels) } else { (spec.channels, 1) };
        let group = Group {
            detector: TruePeakDetector::new(channels, reduction::hold(spec)),
            reduction: Reduction::new(times.as_ref(), settings.release_ms, look_ahead, spec),
            held: f32::INFINITY,
            peaks: Box::new([0.0; CHUNK]),
            values: Box::new([0.0; CHUNK]),
        };
        Ok(Self {
            ceiling: Decibels(settings.ceiling_dbtp).to_amplitude(),
            link: settings.stereo_link_percent / STEREO_LINK_PERCENT.end(),
            groups: vec![group; count],
            stage: GainStage::new(DELAY + look_ahead, spec),
            tally: Tally::default(),
            passed: 0,
        })
    }

    /// Returns the statistics since it was built or reset. Any thread that owns it; no allocation.
    pub fn stats(&self) -> LimiterStats {
        self.tally.stats()
    }

    /// Returns the largest gain reduction since the last call, 0 or more, in decibels: for a
    /// series. Audio thread.
    pub fn take_max_reduction_db(&mut self) -> f64 {
        std::mem::take(&mut self.tally.recent_octaves) * DB_PER_OCTAVE
    }

    /// Raises the needed reductions of every channel to a share of the largest.
    fn link(groups: &mut [Group], link: f64, frames: usize) {
        for frame in 0..frames {
            let most = groups.iter().map(|group| group.values[frame]).fold(0.0, f64::max);
            for group in &mut *groups {
                group.values[frame] = group.values[frame].max(link * most);
            }
        }
    }

    fn process_chunk(&mut self, block: &mut BlockMut<'_>) {
        let frames = block.frames();
        let Self { ceiling, link, groups, stage, tally, .. } = self;
        let idle = groups.iter().all(|group| group.reduction.is_idle());
        let mut over = false;
        match &mut groups[..] {
            [group] => over = group.detect(&block.as_block(), *ceiling),
            groups => {
                for (channel, group) in groups.iter_mut().enumerate() {
                    over |= group.detect(&Block::mono(block.channel(channel)), *ceiling);
                }
            }
        }
        if !over && idle {
            tally.add_unlimited(frames);
            stage.delay(block);
            return;
        }
        for group in groups.iter_mut() {
            group.need(frames, *ceiling);
        }
        if let [_, _, ..] = groups[..] {
            Self::link(groups, *link, frames);
        }
        for Group { reduction, values, .. } in groups.iter_mut() {
            reduction.process(&mut values[..frames]);
        }
        match &groups[..] {
            [group] => group.values[..frames].iter().for_each(|applied| tally.add(*applied)),
            groups => {
                for frame in 0..frames {
                    tally.add(groups.iter().map(|group| group.values[frame]).fold(0.0, f64::max));
                }
            }
        }
        for group in groups.iter_mut() {
            octaves_to_gains(&mut group.values[..frames]);
        }
        match &groups[..] {
            [group] => stage.process(block, &group.values[..frames]),
            groups => {
                for (channel, group) in groups.iter().enumerate() {
                    stage.process_channel(channel, block.channel_mut(channel), &group.values[..frames]);
                }
            }
        }
    }
}

impl Processor for Limiter {
    fn latency(&self) -> u64 {
        self.stage.latency()
    }

    fn tail(&self) -> Tail {
        Tail::Frames(self.stage.latency())
    }

    fn reset(&mut self) {
        self.groups.iter_mut().for_each(Group::reset);
        self.stage.reset();
        self.tally = Tally::default();
        self.passed = 0;
    }

    fn process(&mut self, block: &mut BlockMut<'_>) {
        let mut start = 0;
        while start < block.frames() {
            if self.passed == 0 {
                for group in &mut self.groups {
                    group.begin(self.ceiling);
                }
            }
            let end = block.frames().min(start + CHUNK - self.passed);
            self.process_chunk(&mut block.slice_mut(start..end));
            self.passed = (self.passed + end - start) % CHUNK;
            start = end;
        }
    }

    /// Continues under a new ceiling, release or link if the latency and the kind of reduction are
    /// the same; starts anew otherwise.
    fn inherit_state(&mut self, old: &dyn Processor) {
        let Some(old) = same_kind::<Self>(old) else { return };
        let alike = self.groups.len() == old.groups.len()
            && self.groups.iter().zip(&old.groups).all(|(group, old)| group.reduction.is_like(&old.reduction));
        if self.latency() != old.latency() || !alike {
            return;
        }
        for (group, old) in self.groups.iter_mut().zip(&old.groups) {
            group.detector.inherit_state(&old.detector);
            group.reduction.inherit_state(&old.reduction);
            group.held = old.held;
        }
        self.passed = old.passed;
        self.stage.inherit_state(&old.stage);
        self.tally = old.tally;
    }

    fn gain_reduction_db(&self) -> f64 {
        self.tally.last_octaves * DB_PER_OCTAVE
    }
}

#[cfg(test)]
mod tests;

//! A meter on a strip's output, for as long as its sound plays.

use super::clip::Clip;
use super::plan::Plan;
use crate::audio::{Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::mix::TrackStrip;
use crate::process::{TOGETHER, Tap};

/// It leaves out what comes before the output's start, and stops with the sound or the output.
pub(super) struct StripTap {
    pub(super) meter: ProgrammeMeter,
    /// How late the strip's output is, in frames.
    latency: u64,
    skip: u64,
    /// The session frame at which the output was asked to end.
    until: u64,
}

impl StripTap {
    pub(super) fn new(plan: &Plan, start: u64, latency: u64) -> Self {
        let rate = plan.sample_rate();
        Self {
            meter: ProgrammeMeter::with_series(rate, &ChannelLayout::stereo()),
            latency,
            skip: start + latency,
            until: plan.session().time.end_s.map_or(u64::MAX / 2, |seconds| rate.frames(seconds)),
        }
    }

    /// Takes in what was rendered after `before` frames; `end` is the session frame at which the sound ends, once known.
    pub(super) fn observe(&mut self, block: &Block<'_>, before: u64, end: Option<u64>) {
        let (meter, heard) = self.heard(block, before, end);
        meter.observe(&heard);
    }

    /// Takes in the last `frames` frames of several tracks, each by its own tap: the same bits as one after the other.
    pub(super) fn observe_tracks(taps: &mut [Option<Self>], tracks: &[TrackStrip<Clip>], frames: usize) {
        let mut heard = Vec::with_capacity(taps.len());
        for (tap, track) in taps.iter_mut().zip(tracks).filter_map(|(tap, track)| Some((tap.as_mut()?, track))) {
            let (before, end) = (track.rendered() - frames as u64, track.input.end());
            heard.push(tap.heard(&track.output(false, frames), before, end));
        }
        let (fours, rest) = heard.as_chunks_mut::<TOGETHER>();
        for four in fours {
            let blocks = four.each_ref().map(|(_, block)| *block);
            ProgrammeMeter::observe_together(&mut four.each_mut().map(|(meter, _)| &mut **meter), &blocks);
        }
        for (meter, block) in rest {
            meter.observe(block);
        }
    }

    /// The meter, and the part of a block that it is to hear.
    fn heard<'a>(&mut self, block: &Block<'a>, before: u64, end: Option<u64>) -> (&mut ProgrammeMeter, Block<'a>) {
        let end = end.map_or(self.until, |end| end.min(self.until));
        let sound = (end + self.latency).saturating_sub(before).min(block.frames() as u64) as usize;
        let skipped = self.skip.min(sound as u64) as usize;
        self.skip -= skipped as u64;
        (&mut self.meter, block.slice(skipped..sound))
    }
}

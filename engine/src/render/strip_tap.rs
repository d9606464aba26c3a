//! A meter on a strip's output, for as long as it sounds.

use super::plan::Plan;
use crate::audio::{Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::process::Tap;

/// A meter on a strip's output: it leaves out what comes before the output's start, and stops with the sound or the output.
pub(super) struct StripTap {
    pub(super) meter: ProgrammeMeter,
    /// How late the strip's output is, in frames.
    latency: u64,
    skip: u64,
    /// The session frame at which the output was asked to end.
    until: u64,
}

impl StripTap {
    /// `start` is the session frame at which the output begins. Allocates.
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
        let end = end.map_or(self.until, |end| end.min(self.until));
        let sound = (end + self.latency).saturating_sub(before).min(block.frames() as u64) as usize;
        let skipped = self.skip.min(sound as u64) as usize;
        self.skip -= skipped as u64;
        self.meter.observe(&block.slice(skipped..sound));
    }
}

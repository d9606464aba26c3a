//! Length of a mix: as requested, or until the last stem has ended and the inserts have died away.

use crate::mix::TrackStrip;
use crate::process::Tail;
use crate::render::clip::Clip;
use crate::render::plan::Plan;

/// Default limit of the tail after the last stem, in seconds.
const MAX_TAIL_S: f64 = 10.0;

/// Range of the output: requested, or determined while rendering.
#[derive(Clone)]
pub(crate) struct OutputRange {
    requested_end: Option<u64>,
    requested_tail: Option<u64>,
    longest_tail: u64,
    start: u64,
    /// Session frame at which rendering may stop, once known.
    pub(crate) end: Option<u64>,
    /// Session frame after the last stem, once known.
    pub(crate) stems_end: Option<u64>,
}

impl OutputRange {
    pub(crate) fn new(plan: &Plan, start: u64) -> Self {
        let rate = plan.sample_rate();
        let time = &plan.session().time;
        let requested_end = time.end_s.map(|seconds| rate.frames(seconds));
        let tail = match plan.tail() {
            Tail::Frames(frames) => frames,
            Tail::Infinite => u64::MAX,
        };
        Self {
            requested_end,
            requested_tail: time.tail_s.map(|seconds| rate.frames(seconds)),
            longest_tail: tail.min(rate.frames(MAX_TAIL_S)),
            start,
            end: requested_end,
            stems_end: None,
        }
    }

    /// Determines how far to render, once every stem has ended.
    pub(crate) fn update<'t>(&mut self, mut tracks: impl Iterator<Item = &'t mut TrackStrip<Clip>>) {
        if self.stems_end.is_none() {
            self.stems_end = tracks.try_fold(0, |last: u64, track| Some(last.max(track.input.end()?)));
        }
        if self.end.is_none() {
            self.end = self.stems_end.map(|end| end + self.requested_tail.unwrap_or(self.longest_tail));
        }
    }

    /// Returns the number of frames that certainly belong to the output: all so far while a stem
    /// still plays.
    pub(crate) fn confirmed_frames(&self, audible_until: u64) -> u64 {
        self.stems_end.map_or(u64::MAX, |_| self.output_end(audible_until) - self.start)
    }

    /// Returns the end of the output, never before its start.
    pub(crate) fn output_end(&self, audible_until: u64) -> u64 {
        self.session_end(audible_until).max(self.start)
    }

    /// Returns the end of the session: the requested one; otherwise the last stem's end, or later
    /// while the inserts still ring.
    pub(crate) fn session_end(&self, audible_until: u64) -> u64 {
        let stems_end = self.stems_end.unwrap_or(0);
        match (self.requested_end, self.requested_tail) {
            (Some(end), _) => end,
            (None, Some(tail)) => stems_end + tail,
            (None, None) => stems_end.max(audible_until),
        }
    }
}

//! A meter on a strip's output, for as long as its sound plays.

use crate::audio::{Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::mix::TrackStrip;
use crate::process::Tap;
use crate::render::clip::Clip;
use crate::render::plan::Plan;
use crate::render::spill::meter_log::METER_CAPACITY;
use std::ops::Range;

/// A meter that omits frames before the output's start, and stops with the sound or the output. Its
/// readings are moved to a [`MeterLog`](crate::render::spill::meter_log::MeterLog) after every
/// chunk.
pub(crate) struct StripMeter {
    pub(crate) meter: ProgrammeMeter,
    /// Latency of the strip's output, in frames.
    latency: u64,
    skip: u64,
    /// Session frame of the requested end of the output.
    until: u64,
}

impl StripMeter {
    /// Creates a meter; `start` is the session frame at which the output begins. Allocates.
    pub(crate) fn new(plan: &Plan, start: u64, latency: u64) -> Self {
        let rate = plan.sample_rate();
        Self {
            meter: ProgrammeMeter::with_room(rate, &ChannelLayout::stereo(), METER_CAPACITY),
            latency,
            skip: start + latency,
            until: plan.session().time.end_s.map_or(u64::MAX / 2, |seconds| rate.frames(seconds)),
        }
    }

    /// Meters a block rendered after `before` frames; `end` is the session frame at which the sound
    /// ends, once known.
    pub(crate) fn observe(&mut self, block: &Block<'_>, before: u64, end: Option<u64>) {
        let (meter, part) = self.measured_part(block, before, end);
        meter.observe(&part);
    }

    /// Meters a range of the last outputs of up to [`TRACKS_PER_BATCH`] tracks, each by its own
    /// meter. The result has the same bits as one after the other.
    pub(crate) fn observe_tracks(meters: &mut [Option<Self>], tracks: &[TrackStrip<Clip>], range: &Range<usize>) {
        let mut pairs = meters.iter_mut().zip(tracks);
        let mut next = || {
            let (meter, track) = pairs.next()?;
            let (before, end) = (track.rendered() - range.len() as u64, track.input.end());
            Some(meter.as_mut()?.measured_part(&track.output(false, range.end).slice(range.clone()), before, end))
        };
        match std::array::from_fn(|_| next()) {
            [Some(a), Some(b), Some(c), Some(d)] => {
                ProgrammeMeter::observe_batch(&mut [a, b, c, d]);
            }
            some => some.into_iter().flatten().for_each(|(meter, block)| meter.observe(&block)),
        }
    }

    /// Returns the meter, and the part of a block that it measures.
    fn measured_part<'a>(
        &mut self,
        block: &Block<'a>,
        before: u64,
        end: Option<u64>,
    ) -> (&mut ProgrammeMeter, Block<'a>) {
        let end = end.map_or(self.until, |end| end.min(self.until));
        let sound = (end + self.latency).saturating_sub(before).min(block.frames() as u64) as usize;
        let skipped = self.skip.min(sound as u64) as usize;
        self.skip -= skipped as u64;
        (&mut self.meter, block.slice(skipped..sound))
    }
}

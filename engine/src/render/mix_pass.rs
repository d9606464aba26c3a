//! Pass one: every track and bus is rendered and summed, chunk by chunk, into the scratch, and measured on the way.

use super::clip::Clip;
use super::error::RenderError;
use super::keeper::{Chunk, Keeper};
use super::offline::RenderOptions;
use super::plan::Plan;
use super::progress::{OnProgress, Phase, PhaseProgress};
use super::renderer::Renderer;
use super::scratch::Scratch;
use super::span::Span;
use super::strip_tap::StripTap;
use crate::io::StemOutcome;
use crate::meter::{Measurement, ProgrammeMeter};
use crate::mix::TrackStrip;
use crate::process::TOGETHER;
use rayon::prelude::*;
use std::path::PathBuf;

/// The mix before its master gain.
pub(super) struct Mixed {
    /// The sum, from the output's first frame on; may hold more than `frames`.
    pub(super) scratch: Scratch,
    /// How many frames of it are the output.
    pub(super) frames: u64,
    /// Session frame of the output's first frame.
    pub(super) start: u64,
    /// How late the signal path was, in frames; taken out.
    pub(super) latency: u64,
    /// The sum, measured.
    pub(super) measured: Measurement,
    /// A track each.
    pub(super) tracks: Vec<TrackResult>,
    /// A bus each, in session order: after the fader, until the last stem ends.
    pub(super) buses: Vec<ProgrammeMeter>,
}

/// What a track turned out to be.
pub(super) struct TrackResult {
    pub(super) outcome: StemOutcome,
    /// Session frame after its stem's last.
    pub(super) end: u64,
    pub(super) latency: u64,
    /// After the fader, as long as the stem plays; `None` when the mix is all that is asked for.
    pub(super) meter: Option<ProgrammeMeter>,
}

/// Renders a plan into scratch.
pub(super) fn run(
    plan: &Plan,
    options: &RenderOptions,
    folder: Option<PathBuf>,
    on_progress: &mut OnProgress<'_>,
) -> Result<Mixed, RenderError> {
    let rate = plan.sample_rate();
    let chunk = options.chunk_frames.max(1);
    let mut renderer = Renderer::new(plan, plan.open_clips()?, chunk)?;
    let latency = renderer.latency();
    let time = &plan.session().time;
    let start = rate.frames(time.start_s.unwrap_or(0.0));
    let tap = |track: &TrackStrip<Clip>| (!options.mix_only).then(|| StripTap::new(plan, start, track.latency()));
    let mut taps: Vec<Option<StripTap>> = renderer.tracks().iter().map(tap).collect();
    let buses = &plan.routing().buses;
    let mut bus_taps: Vec<StripTap> = buses.iter().map(|bus| StripTap::new(plan, start, bus.latency)).collect();
    let mut span = Span::new(plan, start);
    let expected = span.end.or(plan.expected_frames()).unwrap_or(0) + latency;
    let mut progress = PhaseProgress::start(on_progress, Phase::Mixing, expected)?;

    // The master's inserts run with the next chunk's tracks.
    let mut keeper = Keeper::new(rate, renderer.detach_master(), Scratch::new(options.scratch_frames, folder));
    let (mut ready, mut next) = (Chunk::empty(chunk), Chunk::empty(chunk));
    let mut position = 0;
    while span.end.is_none_or(|end| position < end + latency) {
        // Where the end is known, no frame beyond it is read: what a stem has given does not depend on the chunks.
        let left = span.end.map_or(chunk as u64, |end| end + latency - position);
        let frames = left.min(chunk as u64) as usize;
        let render = || {
            let tracks = renderer.tracks_mut().par_chunks_mut(TOGETHER).zip(taps.par_chunks_mut(TOGETHER));
            tracks.for_each(|(tracks, taps)| {
                TrackStrip::process_together(tracks, frames);
                StripTap::observe_tracks(taps, tracks, frames);
            });
        };
        rayon::join(|| keeper.take(&mut ready), render).0?;
        renderer.mix(&mut next.buffer.first_mut(frames));
        for (index, track) in renderer.tracks_mut().iter_mut().enumerate() {
            if let Some(source) = track.input.take_error() {
                return Err(RenderError::Stem { track: plan.session().tracks[index].title().into_owned(), source });
            }
        }
        span.update(renderer.tracks());
        for (block, tap) in renderer.bus_outputs(frames).zip(&mut bus_taps) {
            tap.observe(&block, position, span.stems_end);
        }
        // Output frame n of this chunk is session frame position + n − latency.
        let within =
            |session_frame: u64| (session_frame + latency).saturating_sub(position).min(frames as u64) as usize;
        let (first, last) = (within(start), span.end.map_or(frames, within));
        (next.rendered, next.frames) = (frames, first..last.max(first));
        next.at = (position + first as u64).saturating_sub(latency);
        std::mem::swap(&mut ready, &mut next);
        position += frames as u64;
        progress.at(position)?;
    }
    keeper.take(&mut ready)?;
    let kept = keeper.finish();

    let end = span.output_end(kept.heard_until);
    if end <= start {
        return Err(RenderError::Empty { end_s: rate.seconds(end), start_s: rate.seconds(start) });
    }
    let tracks = renderer.tracks().iter().zip(taps);
    let mut in_session_order: Vec<_> = buses.iter().map(|bus| bus.index).zip(bus_taps).collect();
    in_session_order.sort_by_key(|(index, _)| *index);
    Ok(Mixed {
        scratch: kept.scratch,
        frames: end - start,
        start,
        latency,
        measured: kept.meter.measurement(),
        tracks: tracks.map(|(track, tap)| TrackResult::new(track, tap)).collect(),
        buses: in_session_order.into_iter().map(|(_, tap)| tap.meter).collect(),
    })
}

impl TrackResult {
    fn new(track: &TrackStrip<Clip>, tap: Option<StripTap>) -> Self {
        Self {
            outcome: track.input.outcome().clone(),
            end: track.input.position(),
            latency: track.latency(),
            meter: tap.map(|tap| tap.meter),
        }
    }
}

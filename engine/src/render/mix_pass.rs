//! Pass one: every track and bus is rendered and summed, chunk by chunk, into the scratch, and measured on the way.

use super::clip::Clip;
use super::error::RenderError;
use super::offline::RenderOptions;
use super::plan::Plan;
use super::progress::{OnProgress, Phase, PhaseProgress};
use super::renderer::Renderer;
use super::scratch::Scratch;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::io::StemOutcome;
use crate::meter::{Measurement, ProgrammeMeter};
use crate::mix::TrackStrip;
use crate::process::{Tail, Tap};
use rayon::prelude::*;
use std::path::PathBuf;

/// The longest ring after the last stem, when nobody says otherwise, in seconds.
const MAX_TAIL_S: f64 = 10.0;
/// Below this the ring has ended: −90 dBFS.
const TAIL_FLOOR: f32 = 3.162_277_7e-5;

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
}

/// What a track turned out to be.
pub(super) struct TrackResult {
    pub(super) outcome: StemOutcome,
    /// Session frame after its stem's last.
    pub(super) end: u64,
    pub(super) latency: u64,
    /// After the fader, as long as the stem plays.
    pub(super) meter: ProgrammeMeter,
}

/// A meter on a track's output: it leaves out what comes before the output's start, and stops with the stem or the output.
struct TrackTap {
    meter: ProgrammeMeter,
    skip: u64,
    /// The session frame at which the output was asked to end.
    until: u64,
}

impl TrackTap {
    fn observe(&mut self, block: &Block<'_>, sound: usize) {
        let skipped = self.skip.min(sound as u64) as usize;
        self.skip -= skipped as u64;
        self.meter.observe(&block.slice(skipped..sound));
    }
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

    let mut taps: Vec<TrackTap> = renderer
        .tracks()
        .iter()
        .map(|track| TrackTap {
            meter: ProgrammeMeter::with_series(rate, &ChannelLayout::stereo()),
            skip: start + track.latency(),
            until: time.end_s.map_or(u64::MAX / 2, |seconds| rate.frames(seconds)),
        })
        .collect();
    let mut meter = ProgrammeMeter::new(rate, &ChannelLayout::stereo());
    let mut scratch = Scratch::new(options.scratch_frames, folder);
    let mut out = AudioBuffer::new(2, chunk);
    let mut span = Span::new(plan, start);
    let expected = plan.expected_frames().unwrap_or(0) + latency;
    let mut progress = PhaseProgress::start(on_progress, Phase::Mixing, expected)?;

    let mut position = 0;
    while span.end.is_none_or(|end| position < end + latency) {
        // Where the end is known, no frame beyond it is read: what a stem says it has given does not depend on the chunks.
        let left = span.end.map_or(chunk as u64, |end| end + latency - position);
        let frames = left.min(chunk as u64) as usize;
        renderer.tracks_mut().par_iter_mut().zip(&mut taps).for_each(|(track, tap)| tap.run(track, frames));
        renderer.mix(&mut out.first_mut(frames));
        for (index, track) in renderer.tracks_mut().iter_mut().enumerate() {
            if let Some(source) = track.input.take_error() {
                return Err(RenderError::Stem { track: plan.session().tracks[index].title().into_owned(), source });
            }
        }
        span.update(renderer.tracks());
        // Output frame n of this chunk is session frame position + n − latency.
        let within =
            |session_frame: u64| (session_frame + latency).saturating_sub(position).min(frames as u64) as usize;
        let (first, last) = (within(start), span.end.map_or(frames, within));
        if first < last {
            let block = out.block().slice(first..last);
            let at = position + first as u64 - latency;
            if let Some(frame) = first_not_finite(&block) {
                return Err(RenderError::NotFinite { time_s: rate.seconds(at + frame as u64) });
            }
            span.watch(&block, at);
            scratch.write(&block).map_err(RenderError::Scratch)?;
            meter.observe(&block);
        }
        position += frames as u64;
        progress.at(position)?;
    }

    let end = span.output_end();
    if end <= start {
        return Err(RenderError::Empty { end_s: rate.seconds(end), start_s: rate.seconds(start) });
    }
    let tracks = renderer.tracks().iter().zip(taps);
    Ok(Mixed {
        scratch,
        frames: end - start,
        start,
        latency,
        measured: meter.measurement(),
        tracks: tracks.map(|(track, tap)| TrackResult::new(track, tap)).collect(),
    })
}

impl TrackTap {
    /// Renders a track's next chunk and measures as much of it as the stem plays, latency included.
    fn run(&mut self, track: &mut TrackStrip<Clip>, frames: usize) {
        let before = track.rendered();
        track.process(frames);
        let end = track.input.end().map_or(self.until, |end| end.min(self.until));
        let heard = (end + track.latency()).saturating_sub(before).min(frames as u64) as usize;
        self.observe(&track.output(false, frames), heard);
    }
}

impl TrackResult {
    fn new(track: &TrackStrip<Clip>, tap: TrackTap) -> Self {
        Self {
            outcome: track.input.outcome().clone(),
            end: track.input.position(),
            latency: track.latency(),
            meter: tap.meter,
        }
    }
}

fn first_not_finite(block: &Block<'_>) -> Option<usize> {
    (0..block.channels()).filter_map(|channel| block.channel(channel).iter().position(|x| !x.is_finite())).min()
}

/// Where the output ends: asked for, or found out while rendering.
struct Span {
    asked_end: Option<u64>,
    asked_tail: Option<u64>,
    longest_tail: u64,
    start: u64,
    /// Session frame at which rendering may stop, once known.
    end: Option<u64>,
    /// Session frame after the last stem.
    stems_end: Option<u64>,
    /// Session frame after the last one above the floor.
    heard_until: u64,
}

impl Span {
    fn new(plan: &Plan, start: u64) -> Self {
        let rate = plan.sample_rate();
        let time = &plan.session().time;
        let asked_end = time.end_s.map(|seconds| rate.frames(seconds));
        let ring = match plan.tail() {
            Tail::Frames(frames) => frames,
            Tail::Infinite => u64::MAX,
        };
        Self {
            asked_end,
            asked_tail: time.tail_s.map(|seconds| rate.frames(seconds)),
            longest_tail: ring.min(rate.frames(MAX_TAIL_S)),
            start,
            end: asked_end,
            stems_end: None,
            heard_until: 0,
        }
    }

    /// Once every stem has ended, it is known how far to render.
    fn update(&mut self, tracks: &[TrackStrip<Clip>]) {
        if self.end.is_none() {
            let ends: Option<Vec<u64>> = tracks.iter().map(|track| track.input.end()).collect();
            self.stems_end = ends.map(|ends| ends.into_iter().max().unwrap_or(0));
            self.end = self.stems_end.map(|end| end + self.asked_tail.unwrap_or(self.longest_tail));
        }
    }

    fn watch(&mut self, block: &Block<'_>, at: u64) {
        for channel in 0..block.channels() {
            if let Some(last) = block.channel(channel).iter().rposition(|x| x.abs() > TAIL_FLOOR) {
                self.heard_until = self.heard_until.max(at + last as u64 + 1);
            }
        }
    }

    /// The end of the output: what was asked for; else the last stem's end, or later while the inserts still ring.
    fn output_end(&self) -> u64 {
        let stems_end = self.stems_end.unwrap_or(0);
        let end = match (self.asked_end, self.asked_tail) {
            (Some(end), _) => end,
            (None, Some(tail)) => stems_end + tail,
            (None, None) => stems_end.max(self.heard_until),
        };
        end.max(self.start)
    }
}

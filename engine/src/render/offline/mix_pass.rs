//! Pass one: every track and bus is rendered, summed chunk by chunk into a store, and measured on
//! the way.

use super::chunk::MixChunk;
use super::late_tracks::LateTracks;
use super::mix_sink::{MixSummer, PremasterSink};
use super::output_range::OutputRange;
use super::strip_meter::StripMeter;
use super::track_groups::TrackGroups;
use crate::io::wav::BroadcastExtension;
use crate::io::{Fingerprint, StemOutcome};
use crate::meter::Measurement;
use crate::mix::{ChainRoute, TrackStrip};
use crate::render::clip::Clip;
use crate::render::error::RenderError;
use crate::render::options::RenderOptions;
use crate::render::output::stem_files::{FinishedStems, StemFiles};
use crate::render::plan::Plan;
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use crate::render::spill::meter_log::{MeterLog, PAGE_ROWS};
use std::path::Path;

/// The mix before its master gain.
pub(crate) struct Mixed {
    /// Number of frames of the sum that belong to the output.
    pub(crate) frames: u64,
    /// Session frame of the output's first frame.
    pub(crate) start: u64,
    /// The signals of the sum, as files, if requested.
    pub(crate) stems: Option<FinishedStems>,
    /// Latency of the signal path, in frames; already removed.
    pub(crate) latency: u64,
    /// Measurement of the sum, if the target or the data need it.
    pub(crate) measured: Option<Measurement>,
    /// One result per track.
    pub(crate) tracks: Vec<TrackResult>,
    /// Hashes of the stems, in session order, as far as they were computed while reading.
    pub(crate) fingerprints: Vec<Fingerprint>,
    /// One measurement per bus, in session order: after the fader, until the last stem ends.
    pub(crate) buses: Vec<Measurement>,
    /// Meter readings of the tracks, then of the buses, in session order, then of the sum.
    pub(crate) log: MeterLog,
}

/// Result of a track.
pub(crate) struct TrackResult {
    pub(crate) outcome: StemOutcome,
    /// Session frame after the last one of its stem.
    pub(crate) end: u64,
    pub(crate) latency: u64,
    /// Measured after the fader, until the stem ends; `None` if only the mix is requested.
    pub(crate) measured: Option<Measurement>,
}

/// Renders a plan into a store, from the output's first frame on; the store may receive more than
/// the output. Temporary files are created in `folder`.
pub(crate) fn run<S: PremasterSink>(
    plan: &Plan,
    options: &RenderOptions,
    folder: Option<&Path>,
    store: S,
    on_progress: &mut OnProgress<'_>,
) -> Result<(Mixed, S), RenderError> {
    let rate = plan.sample_rate();
    let chunk = options.chunk_frames.max(1);
    let clips = if options.mix_only { plan.open_clips()? } else { plan.open_hashed_clips()? };
    let (mut tracks, summing) = (plan.track_strips(clips, chunk)?, plan.summing(chunk)?);
    let latency = summing.latency();
    let time = &plan.session().time;
    let start = rate.frames(time.start_s.unwrap_or(0.0));
    let strip_meter = |track: &ChainRoute| (!options.mix_only).then(|| StripMeter::new(plan, start, track.latency));
    let count = tracks.len();
    let mut meters: Vec<_> = plan.routing().tracks.iter().map(strip_meter).collect();
    let late = LateTracks::take(&mut tracks, &mut meters);
    let mut tracks = TrackGroups::new(tracks, meters);
    let buses = &plan.routing().buses;
    let sum = count + buses.len();
    let mut log = MeterLog::new(sum + 1, PAGE_ROWS, folder);
    let bus_meters = buses.iter().map(|bus| StripMeter::new(plan, start, bus.chain.latency)).collect();
    let mut span = OutputRange::new(plan, start);
    let expected = span.end.or(plan.expected_frames()).unwrap_or(0) + latency;
    let mut progress = PhaseProgress::start(on_progress, Phase::Mixing, expected)?;

    let measures = !options.mix_only || plan.session().master.target.loudness_lufs().is_some();
    let stems = match folder.filter(|_| options.stems) {
        Some(folder) => Some(StemFiles::new(plan, folder, options.bext(BroadcastExtension::STEM), start)?),
        None => None,
    };
    let mut summer = MixSummer::new(rate, (summing, late), bus_meters, chunk, (store, stems), measures);
    let outputs = tracks.spare_outputs();
    let track_ends = vec![None; count];
    let mut ready = MixChunk { outputs, track_ends, rendered: 0, position: 0, frames: 0..0, at: 0, span: span.clone() };
    let mut position = 0;
    while span.end.is_none_or(|end| position < end + latency) {
        // If the end is known, no frame beyond it is read, so that reading a stem does not depend
        // on the chunks.
        let left = span.end.map_or(chunk as u64, |end| end + latency - position);
        let frames = left.min(chunk as u64) as usize;
        rayon::join(|| summer.sum_chunk(&mut ready), || tracks.render(frames)).0?;
        for (index, track) in tracks.each().enumerate() {
            if let Some(source) = track.input.take_error() {
                return Err(RenderError::Stem { track: plan.session().tracks[index].title().into_owned(), source });
            }
        }
        for (strip, track_meter) in tracks.meters().enumerate() {
            track_meter
                .as_mut()
                .map_or(Ok(()), |track_meter| log.store_page(strip, &mut track_meter.meter))
                .map_err(RenderError::MeterLog)?;
        }
        for (track, meter) in summer.late_meters() {
            log.store_page(track, meter).map_err(RenderError::MeterLog)?;
        }
        for (bus, meter) in buses.iter().zip(summer.bus_meters()) {
            log.store_page(count + bus.index, meter).map_err(RenderError::MeterLog)?;
        }
        summer.sum_meter().map_or(Ok(()), |meter| log.store_page(sum, meter)).map_err(RenderError::MeterLog)?;
        span.update(tracks.each());
        // Output frame n of this chunk is session frame position + n − latency.
        let within =
            |session_frame: u64| (session_frame + latency).saturating_sub(position).min(frames as u64) as usize;
        let (first, last) = (within(start), span.end.map_or(frames, within));
        tracks.swap_outputs(&mut ready.outputs);
        ready.track_ends.iter_mut().zip(tracks.each()).for_each(|(end, track)| *end = track.input.end());
        (ready.rendered, ready.position, ready.frames) = (frames, position, first..last.max(first));
        ready.at = (position + first as u64).saturating_sub(latency);
        ready.span = span.clone();
        position += frames as u64;
        progress.at(position)?;
    }
    summer.sum_chunk(&mut ready)?;
    let totals = summer.finish();

    let output_end = span.output_end(totals.audible_until);
    if output_end <= start {
        let end_s = rate.seconds(span.session_end(totals.audible_until));
        return Err(RenderError::Empty { end_s, start_s: rate.seconds(start) });
    }
    let fingerprints = tracks.each().map(|track| track.input.fingerprint()).collect();
    let mut end = |strip: usize, meter| log.end(strip, meter).map_err(RenderError::MeterLog);
    let mut results = Vec::with_capacity(count);
    for (index, ((track, track_meter), late_meter)) in tracks.into_each().zip(totals.late.into_meters()).enumerate() {
        let measured = track_meter.or(late_meter).map(|track_meter| end(index, track_meter.meter)).transpose()?;
        results.push(TrackResult::new(&track, plan.routing().tracks[index].latency, measured));
    }
    let mut in_session_order: Vec<_> = buses.iter().map(|bus| bus.index).zip(totals.buses).collect();
    in_session_order.sort_by_key(|(index, _)| *index);
    let buses = in_session_order.into_iter().map(|(index, meter)| end(count + index, meter));
    let buses = buses.collect::<Result<_, _>>()?;
    let measured = totals.sum.map(|meter| end(sum, meter)).transpose()?;
    let stems = totals.stems.map(|stems| stems.finish(output_end - start)).transpose()?;
    let mixed = Mixed {
        stems,
        frames: output_end - start,
        start,
        latency,
        measured,
        fingerprints,
        tracks: results,
        buses,
        log,
    };
    Ok((mixed, totals.store))
}

impl TrackResult {
    fn new(track: &TrackStrip<Clip>, latency: u64, measured: Option<Measurement>) -> Self {
        Self { outcome: track.input.outcome().clone(), end: track.input.position(), latency, measured }
    }
}

//! Summing of a chunk while the tracks render the next one: through buses and the master's inserts,
//! past a meter, to the store.

use super::chunk::MixChunk;
use super::late_tracks::LateTracks;
use super::strip_meter::StripMeter;
use crate::audio::{AudioBuffer, Block, ChannelLayout};
use crate::meter::ProgrammeMeter;
use crate::mix::summing::Summing;
use crate::process::Tap;
use crate::render::error::RenderError;
use crate::render::output::stem_files::StemFiles;
use crate::render::spill::premaster::PremasterSpill;
use crate::units::SampleRate;

/// Level below which the tail of the inserts has ended: −90 dBFS.
const TAIL_FLOOR: f32 = 3.162_277_7e-5;

/// Destination of the sum, front to back, from the output's first frame on.
pub(crate) trait PremasterSink: Send {
    /// Appends frames and meters them. Frames before `confirmed` belong to the output; later ones
    /// may still be dropped.
    fn append(
        &mut self,
        block: &Block<'_>,
        confirmed: u64,
        meter: Option<&mut ProgrammeMeter>,
    ) -> Result<(), RenderError>;
}

impl PremasterSink for PremasterSpill {
    fn append(&mut self, block: &Block<'_>, _: u64, meter: Option<&mut ProgrammeMeter>) -> Result<(), RenderError> {
        let observe = || meter.map_or((), |meter| meter.observe(block));
        rayon::join(|| self.write(block), observe).0.map_err(RenderError::PremasterSpill)
    }
}

/// Result of a mix pass.
pub(crate) struct MixTotals<S> {
    pub(crate) store: S,
    pub(crate) stems: Option<StemFiles>,
    /// Meter of the sum, if it is measured.
    pub(crate) sum: Option<ProgrammeMeter>,
    /// Session frame after the last one above the floor.
    pub(crate) audible_until: u64,
    /// Meters of the buses, in the order of the routing.
    pub(crate) buses: Vec<ProgrammeMeter>,
    /// Tracks with keys.
    pub(crate) late: LateTracks,
}

/// The sum of the tracks, with meters on it and on its buses, and the store.
pub(crate) struct MixSummer<S> {
    rate: SampleRate,
    summing: Summing,
    late: LateTracks,
    bus_meters: Vec<StripMeter>,
    /// The sum, stereo.
    buffer: AudioBuffer,
    meter: Option<ProgrammeMeter>,
    store: S,
    /// Files of the signals of the sum, if requested.
    stems: Option<StemFiles>,
    audible_until: u64,
}

impl<S: PremasterSink> MixSummer<S> {
    /// Builds a summer for chunks of up to `chunk` frames; `measures` is true if the sum is
    /// measured. Allocates.
    pub(crate) fn new(
        rate: SampleRate,
        (summing, late): (Summing, LateTracks),
        bus_meters: Vec<StripMeter>,
        chunk: usize,
        (store, stems): (S, Option<StemFiles>),
        measures: bool,
    ) -> Self {
        let meter = measures.then(|| ProgrammeMeter::new(rate, &ChannelLayout::stereo()));
        Self {
            rate,
            summing,
            late,
            bus_meters,
            buffer: AudioBuffer::new(2, chunk),
            meter,
            store,
            stems,
            audible_until: 0,
        }
    }

    /// Sums the next chunk, and stores the sum.
    pub(crate) fn sum_chunk(&mut self, chunk: &mut MixChunk) -> Result<(), RenderError> {
        let Self { summing, late, bus_meters, buffer, .. } = self;
        let rendered = chunk.rendered;
        late.with(chunk, |tracks| summing.mix(tracks, &mut buffer.first_mut(rendered)));
        for (block, bus_meter) in summing.bus_outputs(chunk.rendered).zip(bus_meters) {
            bus_meter.observe(&block, chunk.position, chunk.span.stems_end);
        }
        if let Some(stems) = &mut self.stems {
            stems.append(chunk, summing)?;
        }
        let block = self.buffer.block().slice(chunk.frames.clone());
        for channel in 0..block.channels() {
            let samples = block.channel(channel);
            if let Some(frame) = samples.iter().position(|x| !x.is_finite()) {
                return Err(RenderError::NotFinite { time_s: self.rate.seconds(chunk.at + frame as u64) });
            }
            if let Some(last) = samples.iter().rposition(|x| x.abs() > TAIL_FLOOR) {
                self.audible_until = self.audible_until.max(chunk.at + last as u64 + 1);
            }
        }
        let confirmed = chunk.span.confirmed_frames(self.audible_until);
        self.store.append(&block, confirmed, self.meter.as_mut())
    }

    /// Returns the meters of the tracks with keys, each with its index in the session.
    pub(crate) fn late_meters(&mut self) -> impl Iterator<Item = (usize, &mut ProgrammeMeter)> {
        self.late.meters()
    }

    /// Returns the meters of the buses, in the order of their outputs.
    pub(crate) fn bus_meters(&mut self) -> impl Iterator<Item = &mut ProgrammeMeter> {
        self.bus_meters.iter_mut().map(|bus_meter| &mut bus_meter.meter)
    }

    /// Returns the meter of the sum, if it is measured.
    pub(crate) fn sum_meter(&mut self) -> Option<&mut ProgrammeMeter> {
        self.meter.as_mut()
    }

    /// Returns the result.
    pub(crate) fn finish(self) -> MixTotals<S> {
        let buses = self.bus_meters.into_iter().map(|bus_meter| bus_meter.meter).collect();
        let Self { store, stems, meter: sum, audible_until, late, .. } = self;
        MixTotals { store, stems, sum, audible_until, buses, late }
    }
}

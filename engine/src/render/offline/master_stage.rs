//! The last stage: gain and limiter, then the meters, the file and its read-back, each one block
//! behind the one before.

use super::mix_sink::PremasterSink;
use crate::analysis::{PhaseScope, SpectrumAnalyser};
use crate::audio::{AudioBuffer, Block, BlockMut, ChannelLayout, Queue};
use crate::dsp::dynamics::LimiterStats;
use crate::master::{MasterChain, ReductionSeries};
use crate::meter::{Measurement, MeterInput, ProgrammeMeter};
use crate::process::{ProcessSpec, Processor, Tap};
use crate::render::error::RenderError;
use crate::render::output::master_series::{MasterReadings, add_reductions};
use crate::render::output::sink::OpenSink;
use crate::render::spill::byte_log::{ByteLog, PAGE_BYTES};
use crate::render::spill::meter_log::{METER_CAPACITY, MeterLog, PAGE_ROWS};
use crate::units::SampleRate;
use std::io;
use std::ops::Range;
use std::path::Path;

/// Readings of the chain, besides the audio.
pub(crate) struct StageReadings {
    /// `None` if only the mix is requested.
    pub(crate) data: Option<MasterData>,
    /// Measurement of the whole by these readings, rounded; `None` likewise.
    pub(crate) predicted: Option<Measurement>,
    pub(crate) limiter: Option<LimiterStats>,
}

/// Readings of the master for the data files and the page.
pub(crate) struct MasterData {
    pub(crate) readings: MasterReadings,
    pub(crate) spectrum: SpectrumAnalyser,
    pub(crate) scope: PhaseScope,
}

struct DataMeters {
    meter: ProgrammeMeter,
    log: MeterLog,
    reduction: ByteLog,
    spectrum: SpectrumAnalyser,
    scope: PhaseScope,
}

impl DataMeters {
    fn new(rate: SampleRate, folder: Option<&Path>) -> Self {
        Self {
            meter: ProgrammeMeter::with_room(rate, &ChannelLayout::stereo(), METER_CAPACITY),
            log: MeterLog::new(1, PAGE_ROWS, folder),
            reduction: ByteLog::new(PAGE_BYTES, folder),
            spectrum: SpectrumAnalyser::new(rate, 2),
            scope: PhaseScope::new(),
        }
    }

    /// Moves full pages of meter readings, and the limiter's values, to the logs.
    fn store_pages(&mut self, reduction: &ReductionSeries) -> io::Result<()> {
        add_reductions(&mut self.reduction, reduction.values())?;
        self.log.store_page(0, &mut self.meter)
    }

    fn end(mut self, reduction: ReductionSeries) -> io::Result<MasterData> {
        add_reductions(&mut self.reduction, &reduction.into_values())?;
        let summary = self.log.end(0, self.meter)?.rounded();
        let readings = MasterReadings { log: self.log, reduction: self.reduction, summary };
        Ok(MasterData { readings, spectrum: self.spectrum, scope: self.scope })
    }
}

/// Last stage of a render: masters the sum into a sink that has been begun.
pub(crate) struct MasterStage<S> {
    chain: MasterChain,
    reduction: ReductionSeries,
    data: Option<DataMeters>,
    sink: S,
    ready: PendingBlock,
    next: PendingBlock,
    /// Frames processed by the chain.
    processed: u64,
    /// Frames that may or may not be part of the output.
    unconfirmed: Queue,
}

impl<S: OpenSink> MasterStage<S> {
    /// Builds a stage for up to `spec.max_block` frames at a time; temporary files are created in
    /// `folder`. Control thread; allocates.
    pub(crate) fn new(chain: MasterChain, spec: &ProcessSpec, sink: S, folder: Option<&Path>, mix_only: bool) -> Self {
        Self {
            reduction: ReductionSeries::new(spec.sample_rate, chain.latency()),
            chain,
            data: (!mix_only).then(|| DataMeters::new(spec.sample_rate, folder)),
            sink,
            ready: PendingBlock::new(spec),
            next: PendingBlock::new(spec),
            processed: 0,
            unconfirmed: Queue::new(2),
        }
    }

    /// Masters the next `frames` frames, which `fill` writes. Meanwhile the frames of the last call
    /// are measured and written, and the sum is metered.
    pub(crate) fn master(
        &mut self,
        frames: usize,
        fill: impl FnOnce(&mut BlockMut<'_>) -> Result<(), RenderError> + Send,
        sum: Option<MeterInput<'_>>,
    ) -> Result<(), RenderError> {
        let Self { chain, reduction, data, sink, ready, next, .. } = self;
        let block = ready.block();
        let master = || {
            let mut out = next.buffer.first_mut(frames);
            fill(&mut out)?;
            process(chain, &mut out, reduction);
            Ok(())
        };
        let consume = || match data {
            Some(DataMeters { meter, spectrum, scope, .. }) => {
                let draw = || {
                    spectrum.observe(&block);
                    scope.observe(&block);
                };
                rayon::join(|| sink.write(&block, [sum, Some((meter, block))]), draw).0
            }
            None => sink.write(&block, [sum, None]),
        };
        let (mastered, consumed) = rayon::join(master, consume);
        consumed.and(mastered)?;
        data.as_mut().map_or(Ok(()), |data| data.store_pages(reduction)).map_err(RenderError::MeterLog)?;
        reduction.forget_values();
        self.next.range = self.chain.latency().saturating_sub(self.processed).min(frames as u64) as usize..frames;
        self.processed += frames as u64;
        std::mem::swap(&mut self.ready, &mut self.next);
        Ok(())
    }

    /// Masters the frames held back, up to frame `until` of the output.
    fn master_unconfirmed(&mut self, until: u64) -> Result<(), RenderError> {
        let mut unconfirmed = std::mem::replace(&mut self.unconfirmed, Queue::new(2));
        while self.processed < until && unconfirmed.frames() > 0 {
            let max_frames = unconfirmed.frames().min(self.next.buffer.frames());
            let frames = (until - self.processed).min(max_frames as u64) as usize;
            let fill = |out: &mut BlockMut<'_>| {
                out.copy_from(&unconfirmed.block(0).slice(0..frames));
                Ok(())
            };
            self.master(frames, fill, None)?;
            unconfirmed.take(frames);
        }
        self.unconfirmed = unconfirmed;
        Ok(())
    }

    /// Ends the output after `frames` frames: flushes the frames still in the limiter and in the
    /// blocks of this stage. Returns the readings, and the sink to be finished.
    pub(crate) fn finish(mut self, frames: u64) -> Result<(StageReadings, S), RenderError> {
        self.master_unconfirmed(frames)?;
        let end = frames + self.chain.latency();
        while self.processed < end {
            let silence = (end - self.processed).min(self.next.buffer.frames() as u64) as usize;
            let fill = |out: &mut BlockMut<'_>| {
                out.fill(0.0);
                Ok(())
            };
            self.master(silence, fill, None)?;
        }
        self.master(0, |_| Ok(()), None)?;
        let data = self.data.map(|data| data.end(self.reduction)).transpose().map_err(RenderError::MeterLog)?;
        let predicted = data.as_ref().map(|data| data.readings.summary.clone());
        Ok((StageReadings { data, predicted, limiter: self.chain.limiter_stats() }, self.sink))
    }
}

impl<S: OpenSink> PremasterSink for MasterStage<S> {
    fn append(
        &mut self,
        block: &Block<'_>,
        confirmed: u64,
        mut meter: Option<&mut ProgrammeMeter>,
    ) -> Result<(), RenderError> {
        self.master_unconfirmed(confirmed)?;
        let now = match self.unconfirmed.frames() {
            0 => confirmed.saturating_sub(self.processed).min(block.frames() as u64) as usize,
            _ => 0,
        };
        if now > 0 {
            let fill = |out: &mut BlockMut<'_>| {
                out.copy_from(&block.slice(0..now));
                Ok(())
            };
            // The meter receives the whole block, though some of it may be mastered later.
            self.master(now, fill, meter.take().map(|meter| (meter, *block)))?;
        }
        if let Some(meter) = meter {
            meter.observe(block);
        }
        let later = block.slice(now..block.frames());
        self.unconfirmed.append_block(later.frames()).copy_from(&later);
        Ok(())
    }
}

/// Frames of the master on their way from the chain to the meters.
struct PendingBlock {
    buffer: AudioBuffer,
    /// Range of the frames that are part of the output.
    range: Range<usize>,
}

impl PendingBlock {
    fn new(spec: &ProcessSpec) -> Self {
        Self { buffer: AudioBuffer::new(2, spec.max_block), range: 0..0 }
    }

    fn block(&self) -> Block<'_> {
        self.buffer.first(self.range.end).slice(self.range.clone())
    }
}

/// Runs the chain, in pieces that end at the intervals of the series.
fn process(chain: &mut MasterChain, block: &mut BlockMut<'_>, reduction: &mut ReductionSeries) {
    let mut done = 0;
    while done < block.frames() {
        let piece = reduction.left().min((block.frames() - done) as u64) as usize;
        chain.process(&mut block.slice_mut(done..done + piece));
        reduction.add(piece as u64, chain.take_max_reduction_db());
        done += piece;
    }
}

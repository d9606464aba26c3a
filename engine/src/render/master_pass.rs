//! Pass two: static gain, limiter, taps and the file; repeated with a corrected gain until the loudness is met.

use super::error::RenderError;
use super::export::Sink;
use super::export::Written;
use super::mix_pass::Mixed;
use super::offline::RenderOptions;
use super::plan::Plan;
use super::progress::{OnProgress, Phase, PhaseProgress};
use super::scratch::Scratch;
use crate::analysis::{PhaseScope, SpectrumAnalyser};
use crate::audio::{AudioBuffer, Block, BlockMut, ChannelLayout};
use crate::dsp::dynamics::LimiterStats;
use crate::master::{Aim, GainPlan, MasterChain, ReductionSeries, TRUE_PEAK_TOLERANCE_DB};
use crate::meter::ProgrammeMeter;
use crate::process::{ProcessSpec, Processor, Tap};
use crate::units::SampleRate;
use std::ops::Range;

/// The most passes: the loudness of a limited mix is met in two or three.
const MAX_PASSES: usize = 8;

/// The master as written.
pub(super) struct Mastered {
    pub(super) taps: MasterTaps,
    pub(super) gain: GainPlan,
    pub(super) limiter: Option<LimiterStats>,
    /// Read back from the file, or from memory.
    pub(super) written: Written,
    pub(super) clipped_samples: u64,
    pub(super) passes: usize,
}

/// Everything that watches the master.
pub(super) struct MasterTaps {
    pub(super) meter: ProgrammeMeter,
    /// What only the data files show.
    pub(super) pictures: Option<PictureTaps>,
    /// The limiter's largest reduction of every 100 ms, in dB.
    pub(super) reduction_db: Vec<f64>,
}

/// What the pictures of a master are drawn from.
pub(super) struct PictureTaps {
    pub(super) spectrum: SpectrumAnalyser,
    pub(super) scope: PhaseScope,
}

impl MasterTaps {
    fn new(rate: SampleRate, mix_only: bool) -> Self {
        let stereo = ChannelLayout::stereo();
        let pictures =
            (!mix_only).then(|| PictureTaps { spectrum: SpectrumAnalyser::new(rate, 2), scope: PhaseScope::new() });
        let meter =
            if mix_only { ProgrammeMeter::new(rate, &stereo) } else { ProgrammeMeter::with_series(rate, &stereo) };
        Self { meter, pictures, reduction_db: Vec::new() }
    }

    fn observe(&mut self, block: &Block<'_>) {
        self.meter.observe(block);
        if let Some(pictures) = &mut self.pictures {
            pictures.spectrum.observe(block);
            pictures.scope.observe(block);
        }
    }
}

/// Masters a mix into a sink.
pub(super) fn run(
    plan: &Plan,
    mixed: &mut Mixed,
    aim: &Aim,
    sink: &mut Sink<'_>,
    options: &RenderOptions,
    on_progress: &mut OnProgress<'_>,
) -> Result<Mastered, RenderError> {
    let spec = plan.spec(2, options.chunk_frames.max(1));
    let mut gain = GainPlan::first(aim, mixed.measured.integrated_lufs, mixed.measured.true_peak_dbtp);
    let mut ceiling = aim.ceiling_dbtp;
    let mut passes = 0;
    loop {
        passes += 1;
        sink.restart()?;
        let mut chain = MasterChain::new(gain.gain_db, ceiling, &spec)?;
        let taps = pass(mixed, &mut chain, &spec, sink, options.mix_only, on_progress)?;
        let last_try = passes == MAX_PASSES;
        if !last_try && let Some(next) = gain.next(aim, taps.meter.measurement().integrated_lufs) {
            gain = next;
            continue;
        }
        let written = sink.finish(&taps.meter.measurement(), on_progress)?;
        if !last_try
            && let (Some(limit), Some(peak), Some(current)) =
                (aim.ceiling_dbtp, written.measurement.true_peak_dbtp, ceiling)
            && peak > limit + TRUE_PEAK_TOLERANCE_DB
        {
            ceiling = Some(current - (peak - limit) - TRUE_PEAK_TOLERANCE_DB / 2.0);
            continue;
        }
        let clipped_samples = sink.clipped_samples();
        return Ok(Mastered { taps, gain, limiter: chain.limiter_stats(), written, clipped_samples, passes });
    }
}

/// One pass over the whole scratch: a stretch is measured and written while the next one is mastered.
fn pass(
    mixed: &mut Mixed,
    chain: &mut MasterChain,
    spec: &ProcessSpec,
    sink: &mut Sink<'_>,
    mix_only: bool,
    on_progress: &mut OnProgress<'_>,
) -> Result<MasterTaps, RenderError> {
    let frames = mixed.frames;
    let mut progress = PhaseProgress::start(on_progress, Phase::Mastering, frames)?;
    mixed.scratch.rewind().map_err(RenderError::Scratch)?;
    let mut taps = MasterTaps::new(spec.sample_rate, mix_only);
    let mut mastering = Mastering {
        reduction: ReductionSeries::new(spec.sample_rate, chain.latency()),
        scratch: &mut mixed.scratch,
        chain,
        frames,
        read: 0,
    };
    let (mut ready, mut next) = (Stretch::new(spec), Stretch::new(spec));
    let mut written = 0;
    while written < frames {
        let block = ready.block();
        let take = || rayon::join(|| taps.observe(&block), || sink.write(&block)).1;
        let (mastered, taken) = rayon::join(|| mastering.next(&mut next), take);
        mastered.and(taken)?;
        written += ready.range.len() as u64;
        std::mem::swap(&mut ready, &mut next);
        progress.at(written)?;
    }
    taps.reduction_db = mastering.reduction.into_values();
    Ok(taps)
}

/// Frames of the master between the chain and what takes them.
struct Stretch {
    buffer: AudioBuffer,
    /// Those that are part of the output.
    range: Range<usize>,
}

impl Stretch {
    fn new(spec: &ProcessSpec) -> Self {
        Self { buffer: AudioBuffer::new(2, spec.max_block), range: 0..0 }
    }

    fn block(&self) -> Block<'_> {
        self.buffer.first(self.range.end).slice(self.range.clone())
    }
}

/// The scratch on its way through the chain.
struct Mastering<'a> {
    scratch: &'a mut Scratch,
    chain: &'a mut MasterChain,
    reduction: ReductionSeries,
    /// Frames of the mix.
    frames: u64,
    /// Frames that have gone into the chain.
    read: u64,
}

impl Mastering<'_> {
    /// Masters the next stretch; it is empty after the last one.
    fn next(&mut self, stretch: &mut Stretch) -> Result<(), RenderError> {
        let latency = self.chain.latency();
        let max_block = stretch.buffer.frames() as u64;
        let sound = self.frames.saturating_sub(self.read).min(max_block) as usize;
        self.scratch.read(&mut stretch.buffer.first_mut(sound)).map_err(RenderError::Scratch)?;
        // After the last frame, silence pushes out what the limiter still holds.
        let frames = if sound > 0 { sound } else { max_block.min(self.frames + latency - self.read) as usize };
        if sound == 0 {
            stretch.buffer.first_mut(frames).fill(0.0);
        }
        process(self.chain, &mut stretch.buffer.first_mut(frames), &mut self.reduction);
        stretch.range = latency.saturating_sub(self.read).min(frames as u64) as usize..frames;
        self.read += frames as u64;
        Ok(())
    }
}

/// Runs the chain, in pieces that end where the series asks.
fn process(chain: &mut MasterChain, block: &mut BlockMut<'_>, reduction: &mut ReductionSeries) {
    let mut done = 0;
    while done < block.frames() {
        let piece = reduction.left().min((block.frames() - done) as u64) as usize;
        chain.process(&mut block.slice_mut(done..done + piece));
        reduction.add(piece as u64, chain.take_max_reduction_db());
        done += piece;
    }
}

//! Pass two: static gain, limiter, taps and the file; repeated with a corrected gain until the loudness is met.

use super::error::RenderError;
use super::export::Sink;
use super::export::Written;
use super::mix_pass::Mixed;
use super::offline::RenderOptions;
use super::plan::Plan;
use super::progress::{OnProgress, Phase, PhaseProgress};
use crate::analysis::{PhaseScope, SpectrumAnalyser};
use crate::audio::{AudioBuffer, BlockMut, ChannelLayout};
use crate::dsp::dynamics::LimiterStats;
use crate::master::{Aim, GainPlan, MasterChain, ReductionSeries, TRUE_PEAK_TOLERANCE_DB};
use crate::meter::ProgrammeMeter;
use crate::process::{ProcessSpec, Processor, Tap};
use crate::units::SampleRate;

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
    pub(super) spectrum: SpectrumAnalyser,
    pub(super) scope: PhaseScope,
    /// The limiter's largest reduction of every 100 ms, in dB.
    pub(super) reduction_db: Vec<f64>,
}

impl MasterTaps {
    fn new(rate: SampleRate) -> Self {
        Self {
            meter: ProgrammeMeter::with_series(rate, &ChannelLayout::stereo()),
            spectrum: SpectrumAnalyser::new(rate, 2),
            scope: PhaseScope::new(),
            reduction_db: Vec::new(),
        }
    }

    fn observe(&mut self, block: &crate::audio::Block<'_>) {
        self.meter.observe(block);
        self.spectrum.observe(block);
        self.scope.observe(block);
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
        let taps = pass(mixed, &mut chain, &spec, sink, on_progress)?;
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

/// One pass over the whole scratch.
fn pass(
    mixed: &mut Mixed,
    chain: &mut MasterChain,
    spec: &ProcessSpec,
    sink: &mut Sink<'_>,
    on_progress: &mut OnProgress<'_>,
) -> Result<MasterTaps, RenderError> {
    let mut progress = PhaseProgress::start(on_progress, Phase::Mastering, mixed.frames)?;
    mixed.scratch.rewind().map_err(RenderError::Scratch)?;
    let mut taps = MasterTaps::new(spec.sample_rate);
    let mut buffer = AudioBuffer::new(2, spec.max_block);
    let latency = chain.latency();
    let mut reduction = ReductionSeries::new(spec.sample_rate, latency);
    let (mut read, mut written) = (0, 0);
    while written < mixed.frames {
        let left = mixed.frames.saturating_sub(read);
        let sound = left.min(spec.max_block as u64) as usize;
        mixed.scratch.read(&mut buffer.first_mut(sound)).map_err(RenderError::Scratch)?;
        // After the last frame, silence pushes out what the limiter still holds.
        let frames = if sound > 0 { sound } else { spec.max_block.min((mixed.frames + latency - read) as usize) };
        if sound == 0 {
            buffer.first_mut(frames).fill(0.0);
        }
        process(chain, &mut buffer.first_mut(frames), &mut reduction);
        let skip = latency.saturating_sub(read).min(frames as u64) as usize;
        read += frames as u64;
        let block = buffer.first(frames);
        let block = block.slice(skip..frames);
        taps.observe(&block);
        sink.write(&block)?;
        written += block.frames() as u64;
        progress.at(written)?;
    }
    taps.reduction_db = reduction.into_values();
    Ok(taps)
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

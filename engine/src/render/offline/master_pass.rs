//! Pass two, for a target loudness or a missed ceiling: the stored mix passes gain and limiter,
//! again with another gain or ceiling until the file meets the request.

use super::master_stage::{MasterStage, StageReadings};
use crate::dsp::dynamics::LIMITER_CEILING_DBTP;
use crate::master::{GainPlan, MasterChain, MasterTarget, TRUE_PEAK_TOLERANCE_DB};
use crate::meter::Measurement;
use crate::process::{BuildError, ProcessSpec};
use crate::render::error::RenderError;
use crate::render::options::RenderOptions;
use crate::render::output::sink::{MasterSink, OpenSink};
use crate::render::output::written::WrittenMaster;
use crate::render::progress::{OnProgress, Phase, PhaseProgress};
use crate::render::spill::premaster::PremasterSpill;
use std::path::Path;

/// Largest number of passes. The loudness of a mix that is limited now and then is met in two or
/// three, that of a dense one in five.
const MAX_PASSES: usize = 16;

/// The master as written.
pub(crate) struct Mastered {
    pub(crate) readings: StageReadings,
    pub(crate) gain: GainPlan,
    /// Read back from the file, or from memory.
    pub(crate) written: WrittenMaster,
    pub(crate) passes: usize,
}

/// The current gain and ceiling, and the number of passes so far.
pub(crate) struct MasterAttempts<'a> {
    target: &'a MasterTarget,
    gain: GainPlan,
    ceiling: Option<f64>,
    passes: usize,
}

impl<'a> MasterAttempts<'a> {
    /// Creates the first attempt for a sum with this measurement; without a target no measurement
    /// is needed.
    pub(crate) fn first(target: &'a MasterTarget, sum: Option<&Measurement>) -> Self {
        let (loudness, peak) = sum.map_or((None, None), |sum| (sum.integrated_lufs, sum.true_peak_dbtp));
        Self { target, gain: GainPlan::first(target, loudness, peak), ceiling: target.ceiling_dbtp, passes: 0 }
    }

    /// Returns the chain of the current attempt.
    pub(crate) fn chain(&mut self, spec: &ProcessSpec) -> Result<MasterChain, BuildError> {
        self.passes += 1;
        MasterChain::new(self.gain.gain_db, self.ceiling, self.target.limiter, spec)
    }

    /// Returns true if the file meets the request as closely as possible; otherwise chooses the
    /// next gain or ceiling.
    pub(crate) fn is_done(&mut self, written: &Measurement) -> bool {
        if self.passes == MAX_PASSES {
            return true;
        }
        if self.gain.needs_another_pass(self.target, written.integrated_lufs) {
            return false;
        }
        if let (Some(limit), Some(peak), Some(current)) =
            (self.target.ceiling_dbtp, written.true_peak_dbtp, self.ceiling)
            && peak > limit + TRUE_PEAK_TOLERANCE_DB
        {
            let lower = current - (peak - limit) - TRUE_PEAK_TOLERANCE_DB / 2.0;
            // If the limiter cannot be set as low, the ceiling is reported as missed.
            if lower >= *LIMITER_CEILING_DBTP.start() {
                self.ceiling = Some(lower);
                self.gain.restart();
                return false;
            }
        }
        true
    }

    /// Returns the result of the last attempt.
    pub(crate) fn end(self, readings: StageReadings, written: WrittenMaster) -> Mastered {
        Mastered { readings, gain: self.gain, written, passes: self.passes }
    }
}

/// Masters a mix of `frames` frames into a sink; temporary files are created in `folder`.
pub(crate) fn run(
    spec: ProcessSpec,
    (frames, premaster): (u64, &mut PremasterSpill),
    mut attempts: MasterAttempts<'_>,
    (sink, folder): (&mut impl MasterSink, Option<&Path>),
    options: &RenderOptions<'_>,
    on_progress: &mut OnProgress<'_>,
) -> Result<Mastered, RenderError> {
    loop {
        let mut progress = PhaseProgress::start(on_progress, Phase::Mastering, frames)?;
        premaster.rewind();
        let mut stage = MasterStage::new(attempts.chain(&spec)?, &spec, sink.begin()?, folder, options.mix_only);
        let mut done = 0;
        while done < frames {
            let piece = (frames - done).min(spec.max_block as u64);
            stage.master(piece as usize, |out| premaster.read(out).map_err(RenderError::PremasterSpill), None)?;
            done += piece;
            progress.at(done)?;
        }
        let (readings, open) = stage.finish(frames)?;
        let written = open.finish(frames, on_progress)?;
        if attempts.is_done(&written.measurement) {
            return Ok(attempts.end(readings, written));
        }
    }
}

#[cfg(test)]
mod tests;

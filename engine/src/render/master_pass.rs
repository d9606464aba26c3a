//! Pass two, where a loudness is asked for: the scratch through gain and limiter, again with a corrected gain until the file has it.

use super::error::RenderError;
use super::export::{Sink, Written};
use super::master_line::{MasterLine, MasterTaps};
use super::mix_pass::Mixed;
use super::offline::RenderOptions;
use super::plan::Plan;
use super::progress::{OnProgress, Phase, PhaseProgress};
use super::scratch::Scratch;
use crate::master::{Aim, GainPlan, MasterChain, TRUE_PEAK_TOLERANCE_DB};
use crate::meter::Measurement;
use crate::process::{BuildError, ProcessSpec};
use std::path::Path;

/// The most passes: the loudness of a limited mix is met in two or three.
const MAX_PASSES: usize = 8;

/// The master as written.
pub(super) struct Mastered {
    pub(super) taps: MasterTaps,
    pub(super) gain: GainPlan,
    /// Read back from the file, or from memory.
    pub(super) written: Written,
    pub(super) clipped_samples: u64,
    pub(super) passes: usize,
}

/// The gain and the ceiling that are tried, and how often others were.
pub(super) struct Tries<'a> {
    aim: &'a Aim,
    gain: GainPlan,
    ceiling: Option<f64>,
    passes: usize,
}

impl<'a> Tries<'a> {
    /// What to try first for a sum of this measure; without a target no measure is asked for.
    pub(super) fn first(aim: &'a Aim, sum: Option<&Measurement>) -> Self {
        let (loudness, peak) = sum.map_or((None, None), |sum| (sum.integrated_lufs, sum.true_peak_dbtp));
        Self { aim, gain: GainPlan::first(aim, loudness, peak), ceiling: aim.ceiling_dbtp, passes: 0 }
    }

    /// The chain to try now.
    pub(super) fn chain(&mut self, spec: &ProcessSpec) -> Result<MasterChain, BuildError> {
        self.passes += 1;
        MasterChain::new(self.gain.gain_db, self.ceiling, spec)
    }

    /// Whether what was written is what was asked for, or as near as can be; else what is tried next is something else.
    pub(super) fn are_over(&mut self, written: &Measurement) -> bool {
        if self.passes == MAX_PASSES {
            return true;
        }
        if let Some(next) = self.gain.next(self.aim, written.integrated_lufs) {
            self.gain = next;
            return false;
        }
        if let (Some(limit), Some(peak), Some(current)) = (self.aim.ceiling_dbtp, written.true_peak_dbtp, self.ceiling)
            && peak > limit + TRUE_PEAK_TOLERANCE_DB
        {
            self.ceiling = Some(current - (peak - limit) - TRUE_PEAK_TOLERANCE_DB / 2.0);
            return false;
        }
        true
    }

    /// The last try, as what it came to.
    pub(super) fn end(self, taps: MasterTaps, written: Written, sink: &Sink<'_>) -> Mastered {
        Mastered { taps, gain: self.gain, written, clipped_samples: sink.clipped_samples(), passes: self.passes }
    }
}

/// Masters a mix into a sink; what has to wait waits in the folder.
pub(super) fn run(
    plan: &Plan,
    (mixed, scratch): (&Mixed, &mut Scratch),
    mut tries: Tries<'_>,
    (sink, folder): (&mut Sink<'_>, Option<&Path>),
    options: &RenderOptions<'_>,
    on_progress: &mut OnProgress<'_>,
) -> Result<Mastered, RenderError> {
    let spec = plan.spec(2, options.chunk_frames.max(1));
    let frames = mixed.frames;
    loop {
        let mut progress = PhaseProgress::start(on_progress, Phase::Mastering, frames)?;
        scratch.rewind();
        let mut line = MasterLine::new(tries.chain(&spec)?, &spec, sink, folder, options.mix_only)?;
        let mut done = 0;
        while done < frames {
            let piece = (frames - done).min(spec.max_block as u64);
            line.master(piece as usize, |out| scratch.read(out).map_err(RenderError::Scratch), None)?;
            done += piece;
            progress.at(done)?;
        }
        let taps = line.finish(frames)?;
        let written = sink.finish(frames, on_progress)?;
        if tries.are_over(&written.measurement) {
            return Ok(tries.end(taps, written, sink));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::ChannelLayout;
    use crate::meter::ProgrammeMeter;
    use crate::units::SampleRate;

    const AIM: Aim = Aim { target_lufs: None, ceiling_dbtp: Some(-1.0), max_limiting_db: 6.0 };

    fn written(true_peak_dbtp: f64) -> Measurement {
        let meter = ProgrammeMeter::new(SampleRate::new(48_000).unwrap(), &ChannelLayout::stereo());
        Measurement { true_peak_dbtp: Some(true_peak_dbtp), ..meter.measurement() }
    }

    #[test]
    fn a_file_above_the_ceiling_is_written_again_under_a_lower_one_a_bounded_number_of_times() {
        let spec = ProcessSpec { sample_rate: SampleRate::new(48_000).unwrap(), max_block: 16, channels: 2 };
        let mut tries = Tries::first(&AIM, None);
        tries.chain(&spec).unwrap();
        assert!(tries.are_over(&written(-0.99)), "within the tolerance");
        let mut ceiling = AIM.ceiling_dbtp;
        for _ in 2..MAX_PASSES {
            tries.chain(&spec).unwrap();
            assert!(!tries.are_over(&written(-0.9)));
            assert!(tries.ceiling < ceiling, "{:?} after {ceiling:?}", tries.ceiling);
            ceiling = tries.ceiling;
        }
        tries.chain(&spec).unwrap();
        assert!(tries.are_over(&written(-0.9)));
    }
}

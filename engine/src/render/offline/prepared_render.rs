//! A session prepared for rendering: checked, aligned, planned.

use super::master_pass::MasterAttempts;
use super::master_pass::Mastered;
use super::master_stage::MasterStage;
use super::mix_pass::Mixed;
use super::{align_pass, master_pass, mix_pass};
use crate::align::Alignment;
use crate::master::MasterTarget;
use crate::render::error::RenderError;
use crate::render::options::RenderOptions;
use crate::render::output::sink::{MasterSink, OpenSink};
use crate::render::plan::Plan;
use crate::render::progress::OnProgress;
use crate::render::progress::Phase;
use crate::render::progress::PhaseProgress;
use crate::render::spill::premaster::PremasterSpill;
use crate::session::Session;
use std::path::Path;

/// A prepared session: checked, compared, its clips in place.
pub(crate) struct PreparedRender {
    pub(crate) plan: Plan,
    pub(crate) alignment: Option<Alignment>,
    pub(crate) aim: MasterTarget,
}

impl PreparedRender {
    pub(super) fn prepare(session: Session, on_progress: &mut OnProgress<'_>) -> Result<Self, RenderError> {
        let aim = MasterTarget::of_session(&session);
        let (plan, alignment) = prepare(session, on_progress)?;
        Ok(Self { plan, alignment, aim })
    }

    /// Mixes and masters into a sink; temporary files are created in `folder`.
    pub(super) fn master(
        &self,
        sink: &mut impl MasterSink,
        folder: Option<&Path>,
        options: &RenderOptions<'_>,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<(Mixed, Mastered), RenderError> {
        let Self { plan, aim, .. } = self;
        let mut tries = MasterAttempts::first(aim, None);
        // Without a target loudness, the gain is known before the mix: a single pass is enough.
        if aim.target_lufs.is_none() {
            let spec = plan.spec(2, options.chunk_frames.max(1));
            let line = MasterStage::new(tries.chain(&spec)?, &spec, sink.begin()?, folder, options.mix_only);
            let (mixed, line) = mix_pass::run(plan, options, folder, line, on_progress)?;
            let mut progress = PhaseProgress::start(on_progress, Phase::Mastering, mixed.frames)?;
            let (taps, open) = line.finish(mixed.frames)?;
            progress.at(mixed.frames)?;
            let written = open.finish(mixed.frames, on_progress)?;
            if tries.is_done(&written.measurement) {
                return Ok((mixed, tries.end(taps, written)));
            }
        }
        let scratch = PremasterSpill::new(options.memory_frames, folder);
        let (mixed, mut scratch) = mix_pass::run(plan, options, folder, scratch, on_progress)?;
        if aim.target_lufs.is_some() {
            tries = MasterAttempts::first(aim, mixed.measured.as_ref());
        }
        let spec = plan.spec(2, options.chunk_frames.max(1));
        let waiting = (mixed.frames, &mut scratch);
        let mastered = master_pass::run(spec, waiting, tries, (sink, folder), options, on_progress)?;
        Ok((mixed, mastered))
    }
}

/// Checks a session, opens its stems and aligns them as the session requires; returns the plan and
/// the alignment. Control thread; uses rayon's pool.
///
/// # Errors
/// See [`RenderError`].
pub fn prepare(session: Session, on_progress: &mut OnProgress<'_>) -> Result<(Plan, Option<Alignment>), RenderError> {
    let mut loading = PhaseProgress::start(on_progress, Phase::Loading, 1)?;
    let mut plan = Plan::new(session)?;
    loading.at(1)?;
    let analysed = match plan.session().align.mode.comparison() {
        Some(mode) if plan.stems().len() > 1 => Some(align_pass::run(&plan, mode, on_progress)?),
        _ => None,
    };
    let alignment = analysed.map(|analysed| {
        plan.apply(&analysed.alignment, &analysed.first_sounds);
        analysed.alignment
    });
    Ok((plan, alignment))
}

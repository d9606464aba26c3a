//! A session prepared for rendering: checked, aligned, planned.

use super::master_pass::MasterAttempts;
use super::master_pass::Mastered;
use super::master_stage::MasterStage;
use super::mix_pass::Mixed;
use super::stems_analysed::StemsAnalysed;
use super::{master_pass, mix_pass};
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
use crate::session::{Container, Session};
use std::path::Path;

/// A prepared session: checked, compared, its clips in place.
pub(crate) struct PreparedRender {
    pub(crate) plan: Plan,
    pub(crate) alignment: Option<Alignment>,
    pub(crate) target: MasterTarget,
}

impl PreparedRender {
    pub(super) fn prepare(session: Session, on_progress: &mut OnProgress<'_>) -> Result<Self, RenderError> {
        let target = MasterTarget::of_session(&session);
        let (plan, alignment) = prepare(session, on_progress)?;
        Ok(Self { plan, alignment, target })
    }

    /// Mixes and masters into a sink; temporary files are created in `folder`.
    pub(super) fn master(
        &self,
        sink: &mut impl MasterSink,
        folder: Option<&Path>,
        options: &RenderOptions<'_>,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<(Mixed, Mastered), RenderError> {
        let Self { plan, target, .. } = self;
        let mut attempts = MasterAttempts::first(target, None);
        // Without a target loudness, the gain is known before the mix: a single pass is enough.
        if target.target_lufs.is_none() {
            let spec = plan.spec(2, options.chunk_frames.max(1));
            let stage = MasterStage::new(attempts.chain(&spec)?, &spec, sink.begin()?, folder, options.mix_only);
            let (mixed, stage) = mix_pass::run(plan, options, folder, stage, on_progress)?;
            let mut progress = PhaseProgress::start(on_progress, Phase::Mastering, mixed.frames)?;
            let (readings, open) = stage.finish(mixed.frames)?;
            progress.at(mixed.frames)?;
            let written = open.finish(mixed.frames, on_progress)?;
            if attempts.is_done(&written.measurement) {
                return Ok((mixed, attempts.end(readings, written)));
            }
        }
        let premaster = PremasterSpill::new(options.memory_frames, folder);
        let (mixed, mut premaster) = mix_pass::run(plan, options, folder, premaster, on_progress)?;
        if target.target_lufs.is_some() {
            attempts = MasterAttempts::first(target, mixed.measured.as_ref());
        }
        let spec = plan.spec(2, options.chunk_frames.max(1));
        let stored = (mixed.frames, &mut premaster);
        let mastered = master_pass::run(spec, stored, attempts, (sink, folder), options, on_progress)?;
        Ok((mixed, mastered))
    }
}

/// Checks a session, opens its stems and aligns them as the session requires; returns the plan and
/// the alignment. Control thread; uses rayon's pool.
///
/// # Errors
/// See [`RenderError`].
pub(crate) fn prepare(
    session: Session,
    on_progress: &mut OnProgress<'_>,
) -> Result<(Plan, Option<Alignment>), RenderError> {
    if cfg!(not(feature = "opus")) && session.output.format.container() == Container::Opus {
        return Err(RenderError::NoOpus);
    }
    let mut loading = PhaseProgress::start(on_progress, Phase::Loading, 1)?;
    let mut plan = Plan::new(session)?;
    loading.at(1)?;
    let alignment = analyse(&mut plan, on_progress)?.map(|analysed| {
        plan.apply(&analysed.alignment, &analysed.first_sounds);
        analysed.alignment
    });
    Ok((plan, alignment))
}

/// Compares the stems as the session requires.
#[cfg(feature = "align")]
fn analyse(plan: &mut Plan, on_progress: &mut OnProgress<'_>) -> Result<Option<StemsAnalysed>, RenderError> {
    match plan.session().align.mode.comparison() {
        Some(mode) if plan.stems().len() > 1 => super::align_pass::run(plan, mode, on_progress).map(Some),
        _ => Ok(None),
    }
}

/// Leaves the stems where the session puts them, with a warning where it might move some, and
/// refuses a session that requires alignment.
#[cfg(not(feature = "align"))]
fn analyse(plan: &mut Plan, _: &mut OnProgress<'_>) -> Result<Option<StemsAnalysed>, RenderError> {
    use crate::session::AlignMode;
    match plan.session().align.mode {
        AlignMode::Off => {}
        _ if plan.stems().len() < 2 => {}
        AlignMode::Auto => plan.warn("built without alignment: every stem stays where the session puts it"),
        AlignMode::Recordings | AlignMode::Microphones => return Err(RenderError::NoAlignment),
    }
    Ok(None)
}

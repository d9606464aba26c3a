//! Progress reports of a render, and stopping it.

use serde::Serialize;
use std::ops::ControlFlow;

/// The parts of a render, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Stems are opened and the session is checked.
    Loading,
    /// Stems are compared with each other.
    Aligning,
    /// Tracks are decoded, processed and summed.
    Mixing,
    /// The sum is brought to its loudness, limited and written.
    Mastering,
    /// The written file is read back and measured.
    Verifying,
    /// The other files are written, and all files are given their names.
    Exporting,
}

/// Progress of a render.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// The running part.
    pub phase: Phase,
    /// Completed fraction of that part, 0 to 1.
    pub fraction: f64,
}

/// Called repeatedly with the progress; returns whether to continue.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// A stop was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped on request; nothing was written")]
pub struct Stopped;

/// Reports one phase to a callback.
pub(super) struct PhaseProgress<'a, 'b> {
    on_progress: &'a mut OnProgress<'b>,
    phase: Phase,
    total: f64,
}

impl<'a, 'b> PhaseProgress<'a, 'b> {
    /// Starts a phase of `total` steps of any kind.
    pub(super) fn start(on_progress: &'a mut OnProgress<'b>, phase: Phase, total: u64) -> Result<Self, Stopped> {
        let mut this = Self { on_progress, phase, total: total.max(1) as f64 };
        this.at(0)?;
        Ok(this)
    }

    /// Reports that `done` steps are complete.
    pub(super) fn at(&mut self, done: u64) -> Result<(), Stopped> {
        let fraction = (done as f64 / self.total).min(1.0);
        match (self.on_progress)(Progress { phase: self.phase, fraction }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }
}

//! What a render says about itself while it runs, and how it is stopped.

use serde::Serialize;
use std::ops::ControlFlow;

/// The parts of a render, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// The other files are written and everything gets its name.
    Exporting,
}

/// How far a render is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// The part that is running.
    pub phase: Phase,
    /// How much of that part is done, 0 to 1.
    pub fraction: f64,
}

/// Called now and then with the progress; answers whether to go on.
pub type OnProgress<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Somebody asked to stop.
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

    /// Says that `done` steps are behind.
    pub(super) fn at(&mut self, done: u64) -> Result<(), Stopped> {
        let fraction = (done as f64 / self.total).min(1.0);
        match (self.on_progress)(Progress { phase: self.phase, fraction }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }
}

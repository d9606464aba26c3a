//! Work beside the engine: commands are sent, and events are reported.

use super::arguments::PlayArguments;
use super::mixer::Mixer;
use crate::cli::{Failure, terminal};
use crossbeam_channel::Receiver;
use mixdown_engine::live::{Control, Event, LoopRange, Reading, Timed};
use mixdown_engine::render::Plan;
use mixdown_service::warning;

/// End of watching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// The mix has ended, or its end was requested.
    Over,
    /// Nothing takes the sound any more.
    DeviceLost,
}

/// State of the work beside the engine.
pub(super) struct EngineWatch<'a> {
    pub(super) arguments: &'a PlayArguments,
    pub(super) plan: &'a Plan,
    /// The loop at the start.
    pub(super) loop_range: Option<LoopRange>,
    pub(super) control: &'a mut Control,
    pub(super) script: Script,
    pub(super) readings: Receiver<Reading>,
    pub(super) events: Receiver<Event>,
    pub(super) warnings: Vec<String>,
    /// The mixer, while nothing is shown.
    pub(super) mixer: Option<Mixer>,
}

impl EngineWatch<'_> {
    /// Reports the events since the last call; returns true if the device was lost.
    pub(super) fn poll(&mut self) -> bool {
        let mut lost = false;
        let tracks = &self.plan.session().tracks;
        for event in self.events.try_iter() {
            lost |= matches!(event, Event::DeviceLost { .. });
            if let Some(warning) = warning(&event, tracks) {
                print_warning(self.arguments, &warning);
                self.warnings.push(warning);
            }
        }
        lost
    }

    /// Reports a reaction to an event.
    #[cfg(any(feature = "device", target_os = "macos", windows))]
    pub(super) fn warn(&mut self, warning: String) {
        match &mut self.mixer {
            Some(mixer) => mixer.message.clone_from(&warning),
            None => print_warning(self.arguments, &warning),
        }
        self.warnings.push(warning);
    }
}

fn print_warning(arguments: &PlayArguments, warning: &str) {
    if !arguments.quiet && !arguments.json {
        terminal::warn(warning);
    }
}

/// Commands that are sent as there is room for them.
pub(super) struct Script {
    pub(super) commands: Vec<Timed>,
    pub(super) sent: usize,
}

impl Script {
    pub(super) fn send(&mut self, control: &mut Control) -> Result<(), Failure> {
        /// Commands sent ahead; the rest of the queue is for those of the mixer.
        const AHEAD: usize = 256;
        while self.sent < self.commands.len() && self.sent < control.recording().len() + AHEAD {
            let sent = control.send(self.commands[self.sent].clone());
            sent.map_err(|error| Failure::Other(format!("command {} of the list: {error}", self.sent + 1)))?;
            self.sent += 1;
        }
        Ok(())
    }
}

//! The loop beside a live engine: on a terminal the mixer, else nothing visible.

use super::arguments::PlayArguments;
use super::engine_watch::{EngineWatch, Watched};
use super::screen;
use crate::cli::{Failure, interrupt};
use std::io::{IsTerminal, stdin, stdout};
use std::time::Duration;

/// Sends the commands of the list and handles events, in a mixer if there is a terminal, until it
/// is done or interrupted.
pub(super) fn run(watch: &mut EngineWatch<'_>, is_done: &mut dyn FnMut() -> bool) -> Result<Watched, Failure> {
    let PlayArguments { quiet, json, freewheel, .. } = *watch.arguments;
    if !quiet && !json && !freewheel && stdin().is_terminal() && stdout().is_terminal() {
        return screen::run(watch, is_done);
    }
    while !is_done() && !interrupt::requested() {
        watch.script.send(watch.control)?;
        watch.control.collect();
        watch.readings.try_iter().for_each(drop);
        if watch.poll() {
            return Ok(Watched::DeviceLost);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Watched::Over)
}

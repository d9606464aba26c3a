//! A recorded list of commands, played again as fast as the machine goes: the same bits as when it
//! was recorded.

use super::audio_thread::event::{Event, Motion};
use super::control::command::{CommandError, Timed};
use super::open::{Live, LiveError};
use super::stream::input::LiveInput;
use crate::audio::{AudioBuffer, Block};
use std::ops::ControlFlow;
use thiserror::Error;

/// A list that cannot be played.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The engine could not be made.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// A command of it makes no sense.
    #[error("command {index} of the list: {source}")]
    Command {
        /// Counted from 0.
        index: usize,
        /// Why not.
        source: CommandError,
    },
}

/// Commands sent ahead of their time.
const AHEAD: usize = 256;

/// Plays an engine that waits for nothing, block by block, with commands at their frames; a list in
/// the order of its times. Ends when the mix has ended, when nothing plays and no command is due,
/// or when `hear` says so. Control thread.
///
/// # Errors
/// See [`ReplayError`].
pub fn replay<I: LiveInput>(
    live: &mut Live<I>,
    commands: &[Timed],
    block_frames: usize,
    mut hear: impl FnMut(&Block<'_>) -> ControlFlow<()>,
) -> Result<(), ReplayError> {
    let mut out = AudioBuffer::new(2, block_frames.max(1));
    let mut sent = 0;
    loop {
        while sent < commands.len() && sent < live.control.recording().len() + AHEAD {
            let send = live.control.send(commands[sent].clone());
            send.map_err(|source| ReplayError::Command { index: sent, source })?;
            sent += 1;
        }
        let before = live.engine.counters().frame();
        live.engine.process(&mut out.block_mut());
        let rendered = (live.engine.counters().frame() - before) as usize;
        if hear(&out.first(rendered.min(out.frames()))).is_break() {
            return Ok(());
        }
        let ended = live.events.try_iter().any(|event| matches!(event, Event::Ended { .. }));
        // What is timed for a frame that is never rendered is never heard.
        if ended || (live.engine.motion() == Motion::Still && rendered == 0) {
            return Ok(());
        }
    }
}

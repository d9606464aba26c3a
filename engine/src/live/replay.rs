//! Replay of recorded commands as fast as the machine allows: the same bits as in the recording.

use super::audio_thread::event::{Event, Motion};
use super::control::command::{CommandError, Timed};
use super::open::{Live, LiveError};
use super::stream::input::LiveInput;
use crate::audio::{AudioBuffer, Block};
use std::ops::ControlFlow;
use thiserror::Error;

/// A list of commands that cannot be replayed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The engine could not be built.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// A command of the list cannot be carried out.
    #[error("command {index} of the list: {source}")]
    Command {
        /// Index of the command, from 0.
        index: usize,
        /// The reason.
        source: CommandError,
    },
}

/// Commands sent in advance.
const AHEAD: usize = 256;

/// Plays an engine that never waits, block by block, with commands at their frames. `commands` are
/// in the order of their times. Ends when the mix has ended, when nothing plays and no command is
/// due, or when the callback returns `Break`. Control thread.
///
/// # Errors
/// See [`ReplayError`].
pub fn replay<I: LiveInput>(
    live: &mut Live<I>,
    commands: &[Timed],
    block_frames: usize,
    mut on_block: impl FnMut(&Block<'_>) -> ControlFlow<()>,
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
        if on_block(&out.first(rendered.min(out.frames()))).is_break() {
            return Ok(());
        }
        let ended = live.events.try_iter().any(|event| matches!(event, Event::Ended { .. }));
        // A command for a frame that is never rendered has no effect.
        if ended || (live.engine.motion() == Motion::Still && rendered == 0) {
            return Ok(());
        }
    }
}

//! The terminal: keys in, the mixer out, and everything as it was before at the end.

use super::draw::draw;
use super::mixer::{Asked, Mixer};
use super::watch::{Watch, warning};
use crate::cli::{Failure, interrupt};
use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};
use std::io;
use std::time::Duration;

/// Between two pictures.
const FRAME: Duration = Duration::from_millis(33);

/// Shows the mixer until somebody quits or the mix has ended.
pub(super) fn run(watch: &mut Watch<'_>, is_done: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
    let Watch { plan, control, script, readings, events, .. } = watch;
    let tracks = &plan.session().tracks;
    let mut mixer = Mixer::new(control, plan.sample_rate(), plan.expected_frames());
    // The progress bar has left its line unfinished.
    eprintln!();
    // Also restores the terminal when something panics.
    let mut terminal = ratatui::try_init().map_err(|error| terminal_error(&error))?;
    let mut show = || -> io::Result<Result<(), Failure>> {
        while !is_done() && !interrupt::asked() {
            readings.try_iter().for_each(|reading| mixer.show(&reading));
            for event in events.try_iter() {
                mixer.note(&event, warning(&event, tracks));
            }
            if let Err(failure) = script.send(control) {
                return Ok(Err(failure));
            }
            control.collect();
            mixer.refresh(control);
            terminal.draw(|frame| {
                let area = frame.area();
                draw(&mixer, area, frame.buffer_mut());
            })?;
            if !event::poll(FRAME)? {
                continue;
            }
            let Input::Key(key) = event::read()? else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match mixer.key(key) {
                Asked::Quit => break,
                Asked::Nothing => {}
                Asked::Commands(commands) => {
                    for command in commands {
                        if let Err(error) = control.now(command) {
                            mixer.message = error.to_string();
                        }
                    }
                }
            }
        }
        Ok(Ok(()))
    };
    let shown = show();
    ratatui::restore();
    shown.map_err(|error| terminal_error(&error))?
}

fn terminal_error(error: &io::Error) -> Failure {
    Failure::Other(format!("the terminal cannot be used: {error}; --quiet plays without it"))
}

//! The terminal: keys in, the mixer out, and everything as it was before at the end.

use super::engine_watch::{EngineWatch, Watched};
use super::mixer::{Mixer, Request};
use super::mixer_view::draw;
use crate::cli::{Failure, interrupt};
use mixdown_engine::live::Event;
use mixdown_service::warning;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};
use std::io;
use std::time::Duration;

/// Interval between two pictures.
const FRAME: Duration = Duration::from_millis(33);

/// Shows the mixer until the user quits, the mix has ended, or the device is lost.
pub(super) fn run(watch: &mut EngineWatch<'_>, is_done: &mut dyn FnMut() -> bool) -> Result<Watched, Failure> {
    let new = || Mixer::new(watch.control, watch.plan.sample_rate(), watch.plan.expected_frames(), watch.loop_range);
    let mut mixer = watch.mixer.take().unwrap_or_else(new);
    // The progress bar has left its line unfinished.
    eprintln!();
    // Also restores the terminal when something panics.
    let mut terminal = ratatui::try_init().map_err(|error| terminal_error(&error))?;
    let shown = show(&mut terminal, &mut mixer, watch, is_done);
    ratatui::restore();
    watch.mixer = Some(mixer);
    shown.map_err(|error| terminal_error(&error))?
}

fn show(
    terminal: &mut DefaultTerminal,
    mixer: &mut Mixer,
    watch: &mut EngineWatch<'_>,
    is_done: &mut dyn FnMut() -> bool,
) -> io::Result<Result<Watched, Failure>> {
    let EngineWatch { plan, control, script, readings, events, warnings, .. } = watch;
    let tracks = &plan.session().tracks;
    while !is_done() && !interrupt::requested() {
        readings.try_iter().for_each(|reading| mixer.show(&reading));
        for event in events.try_iter() {
            let sentence = warning(&event, tracks);
            warnings.extend(sentence.clone());
            mixer.note(&event, sentence);
            if matches!(event, Event::DeviceLost { .. }) {
                return Ok(Ok(Watched::DeviceLost));
            }
        }
        if let Err(failure) = script.send(control) {
            return Ok(Err(failure));
        }
        control.collect();
        mixer.refresh(control);
        terminal.draw(|frame| {
            let area = frame.area();
            draw(mixer, area, frame.buffer_mut());
        })?;
        if !event::poll(FRAME)? {
            continue;
        }
        let Input::Key(key) = event::read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match mixer.key(key) {
            Request::Quit => break,
            Request::Nothing => {}
            Request::Commands(commands) => {
                for command in commands {
                    if let Err(error) = control.now(command) {
                        mixer.message = error.to_string();
                    }
                }
            }
        }
    }
    Ok(Ok(Watched::Over))
}

fn terminal_error(error: &io::Error) -> Failure {
    Failure::Other(format!("the terminal cannot be used: {error}; --quiet plays without it"))
}

//! The terminal: keys in, the mixer out, and everything as it was before at the end.

use super::draw::draw;
use super::mixer::{Asked, Mixer};
use super::{interrupt, warning};
use crate::cli::Failure;
use mixdown_engine::render::Plan;
use mixdown_engine::render::live::{Control, Event, Reading};
use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};
use std::io;
use std::time::Duration;

/// Between two pictures.
const FRAME: Duration = Duration::from_millis(33);

/// Shows the mixer until somebody quits or the mix has ended.
pub(super) fn run(
    plan: &Plan,
    control: &mut Control,
    readings: &crossbeam_channel::Receiver<Reading>,
    events: &crossbeam_channel::Receiver<Event>,
    has_ended: &mut dyn FnMut() -> bool,
) -> Result<(), Failure> {
    let names: Vec<String> = plan.session().tracks.iter().map(|track| track.title().into_owned()).collect();
    let mut mixer = Mixer::new(control, plan.sample_rate(), plan.expected_frames());
    // Also restores the terminal when something panics.
    let mut terminal = ratatui::try_init().map_err(|error| terminal_error(&error))?;
    let mut show = || -> io::Result<()> {
        while !has_ended() && !interrupt::asked() {
            readings.try_iter().for_each(|reading| mixer.show(&reading));
            for event in events.try_iter() {
                mixer.note(&event, warning(&event, &names));
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
        Ok(())
    };
    let shown = show();
    ratatui::restore();
    shown.map_err(|error| terminal_error(&error))
}

fn terminal_error(error: &io::Error) -> Failure {
    Failure::Other(format!("the terminal cannot be used: {error}; --quiet plays without it"))
}

//! Shows how far a render is: a bar a phase on a terminal, a line a phase elsewhere, on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use mixdown_engine::render::{Phase, Progress};
use std::io::{IsTerminal, stderr};
use std::time::Duration;

/// Steps of a bar.
const STEPS: u64 = 1_000;

/// What is shown.
pub(super) struct ProgressDisplay {
    shown: Shown,
    phase: Option<Phase>,
}

enum Shown {
    Nothing,
    Lines,
    Bar(ProgressBar),
}

impl ProgressDisplay {
    /// A display that fits standard error; nothing when `quiet`.
    pub(super) fn new(quiet: bool) -> Self {
        let shown = if quiet {
            Shown::Nothing
        } else if stderr().is_terminal() {
            Shown::Bar(bar())
        } else {
            Shown::Lines
        };
        Self { shown, phase: None }
    }

    /// Shows where the render is now.
    pub(super) fn show(&mut self, progress: Progress) {
        let new_phase = self.phase.replace(progress.phase) != Some(progress.phase);
        match &self.shown {
            Shown::Lines if new_phase => eprintln!("{} …", doing(progress.phase)),
            Shown::Nothing | Shown::Lines => {}
            Shown::Bar(bar) => {
                if new_phase {
                    bar.set_message(doing(progress.phase));
                    bar.reset_eta();
                }
                bar.set_position((progress.fraction * STEPS as f64) as u64);
            }
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    if let Ok(style) = ProgressStyle::with_template("{msg:<22} {wide_bar} {percent:>3} %  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Loading => "Opening the stems",
        Phase::Aligning => "Comparing the stems",
        Phase::Mixing => "Mixing",
        Phase::Mastering => "Mastering",
        Phase::Verifying => "Measuring the result",
        Phase::Exporting => "Writing the data",
    }
}

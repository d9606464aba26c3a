//! Shows progress on standard error: bars on a terminal, one line per stage elsewhere.

use super::terminal;
use indicatif::{ProgressBar, ProgressStyle};
use mixdown_engine::render::{Phase, Progress};
use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Steps of a bar.
const STEPS: u64 = 1_000;
/// Returns the template of a bar while its stage runs, with the time left. That of a finished
/// stage, with the time that it took, is [`done`].
fn running() -> String {
    format!("  {{msg:<22}} {{wide_bar{}}} {{percent:>3}} %  {{eta:>4}} left", coloured(":.cyan/dim"))
}

fn done() -> String {
    format!("✓ {{msg:<22}} {{wide_bar{}}} {{percent:>3}} %  in {{elapsed:>4}}", coloured(":.green/dim"))
}

fn coloured(style: &'static str) -> &'static str {
    if terminal::has_colours() { style } else { "" }
}

/// The stages of a render, one bar per stage.
pub(super) struct ProgressDisplay {
    shown: Shown,
    phase: Option<Phase>,
}

enum Shown {
    Nothing,
    Lines,
    /// The bar of the running stage; those before it stay above.
    Bars(Option<ProgressBar>),
}

impl ProgressDisplay {
    /// Creates a display that fits standard error; it shows nothing when `quiet`.
    pub(super) fn new(quiet: bool) -> Self {
        let shown = if quiet {
            Shown::Nothing
        } else if stderr().is_terminal() {
            Shown::Bars(None)
        } else {
            Shown::Lines
        };
        Self { shown, phase: None }
    }

    /// Shows the progress of the render.
    pub(super) fn show(&mut self, progress: Progress) {
        let new_phase = self.phase.replace(progress.phase) != Some(progress.phase);
        match &mut self.shown {
            Shown::Nothing => {}
            Shown::Lines => {
                if new_phase {
                    terminal::print_note(&format!("{} …", doing(progress.phase)));
                }
            }
            Shown::Bars(running) => {
                if new_phase {
                    finish(running.take());
                    *running = Some(bar(doing(progress.phase)));
                }
                if let Some(bar) = running {
                    bar.set_position((progress.fraction * STEPS as f64) as u64);
                }
            }
        }
    }

    /// Marks the last stage as done; without it, its bar disappears.
    pub(super) fn finished(mut self) {
        if let Shown::Bars(running) = &mut self.shown {
            finish(running.take());
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        if let Shown::Bars(Some(running)) = &self.shown {
            running.finish_and_clear();
        }
    }
}

fn finish(bar: Option<ProgressBar>) {
    if let Some(bar) = bar {
        if let Ok(style) = ProgressStyle::with_template(&done()) {
            bar.set_style(style);
        }
        bar.finish();
    }
}

fn bar(doing: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    if let Ok(style) = ProgressStyle::with_template(&running()) {
        bar.set_style(style);
    }
    bar.set_message(doing);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Loading => "Opening the stems",
        Phase::Aligning => "Comparing the stems",
        Phase::Mixing => "Decoding and mixing",
        Phase::Mastering => "Mastering",
        Phase::Verifying => "Measuring the result",
        Phase::Exporting => "Writing the data",
        _ => "Working",
    }
}

/// Several files at once under one bar, on a terminal; nothing elsewhere.
pub(super) struct FilesProgress {
    bar: Option<ProgressBar>,
}

impl FilesProgress {
    /// Creates a bar for this many files.
    pub(super) fn new(files: usize, quiet: bool) -> Self {
        Self::named("Measuring", files, quiet)
    }

    /// Creates a bar of another name.
    pub(super) fn named(doing: &'static str, files: usize, quiet: bool) -> Self {
        let bar = (!quiet && stderr().is_terminal()).then(|| {
            let bar = bar(doing);
            bar.set_length(files as u64 * STEPS);
            bar
        });
        Self { bar }
    }

    /// Returns the share of one file; when it is dropped, the file is done.
    pub(super) fn file(&self) -> FileProgress<'_> {
        FileProgress { bar: self.bar.as_ref(), counted: AtomicU64::new(0) }
    }
}

impl Drop for FilesProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// One file's part of the bar.
pub(super) struct FileProgress<'a> {
    bar: Option<&'a ProgressBar>,
    counted: AtomicU64,
}

impl FileProgress<'_> {
    /// Sets the number of frames read, of those expected.
    pub(super) fn at(&self, done: u64, expected: Option<u64>) {
        self.reached(expected.map_or(0.0, |expected| done as f64 / expected.max(1) as f64));
    }

    /// Sets the share that is done, 0 to 1.
    pub(super) fn reached(&self, fraction: f64) {
        self.count((fraction.min(1.0) * STEPS as f64) as u64);
    }

    fn count(&self, steps: u64) {
        let before = self.counted.fetch_max(steps, Ordering::Relaxed);
        if let Some(bar) = self.bar {
            bar.inc(steps.saturating_sub(before));
        }
    }
}

impl Drop for FileProgress<'_> {
    fn drop(&mut self) {
        self.count(STEPS);
    }
}

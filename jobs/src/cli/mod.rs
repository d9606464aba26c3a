//! The command line: arguments in, exit code out. 0 is done, 1 failed, 2 wrong usage.

#![allow(clippy::doc_markdown)] // Doc comments of arguments are help texts, shown as they are.

mod align;
mod destination;
mod interrupt;
mod jobs;
mod measure;
mod origination;
mod outcome;
mod outputs;
mod panic;
mod play;
mod progress;
mod render;
mod session;
mod table;
mod waveform;

use clap::{Parser, Subcommand};
use outcome::Failure;
use std::process::ExitCode;

/// Stems in, master out: a mixing engine.
///
/// Decodes stems, puts them in time with each other, processes and sums them, brings the sum to a loudness under a true-peak
/// ceiling, and writes final_mix.wav with its waveform, spectrum and meter data.
#[derive(Debug, Parser)]
#[command(name = "mixdown", version, after_help = EXAMPLES, max_term_width = 110, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  mixdown render drums.wav bass.flac vox.mp3 --out mix
  mixdown session drums.wav bass.flac vox.mp3 --out mix.toml    then edit mix.toml, and
  mixdown render --session mix.toml --out mix
  mixdown measure mix/final_mix.wav
  mixdown play --session mix.toml --null
  mixdown align boom.wav lavalier.wav --write in-time

Each command explains itself: mixdown render --help";

#[derive(Debug, Subcommand)]
enum Command {
    Align(align::AlignArguments),
    Render(render::RenderArguments),
    Play(play::PlayArguments),
    Session(session::SessionArguments),
    Measure(measure::MeasureArguments),
    Waveform(waveform::WaveformArguments),
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    panic::silence_decoders();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not mistakes: clap knows which stream and code each has.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let (json, result) = match &arguments.command {
        Command::Align(align) => (align.json, align::run(align)),
        Command::Render(render) => (render.json, render::run(render)),
        Command::Play(play) => (play.json, play::run(play)),
        Command::Session(session) => (false, session::run(session)),
        Command::Measure(measure) => (measure.json, measure::run(measure)),
        Command::Waveform(waveform) => (false, waveform::run(waveform)),
        Command::Jobs(command) => jobs::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}

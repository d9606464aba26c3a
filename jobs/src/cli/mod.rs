//! The command line: arguments in, exit code out. 0 is done, 1 failed, 2 wrong usage, 75 try again.

#![allow(clippy::doc_markdown)] // Doc comments of arguments are help texts, shown as they are.

mod align;
mod analyse;
mod completions;
mod csv;
mod destination;
mod diff;
mod dry_run;
mod flags;
mod interrupt;
mod jobs;
mod library;
mod log;
mod match_eq;
mod mcp;
mod measure;
mod notate;
mod number;
mod origination;
mod outcome;
mod outputs;
mod panic;
mod plan_text;
mod play;
mod progress;
mod relative;
mod render;
mod separate;
mod serve;
mod session;
mod standard_streams;
mod stems;
mod table;
mod terminal;
mod threads;
mod to_stdout;
mod urls;
mod waveform;
mod work;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use outcome::Failure;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

/// Stems in, master out: a mixing engine.
///
/// Decodes stems, puts them in time with each other, processes and sums them. Brings the sum to a
/// loudness under a true-peak ceiling, and writes final_mix.wav with its waveform, spectrum and
/// meter data.
#[derive(Debug, Parser)]
#[command(name = "mixdown", version, after_help = EXAMPLES, max_term_width = 110)]
struct Arguments {
    #[command(flatten)]
    terminal: terminal::TerminalArguments,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  mixdown render drums.wav bass.flac vox.mp3 --out mix
  mixdown session drums.wav bass.flac vox.mp3 --out mix.toml    then edit mix.toml, and
  mixdown render --session mix.toml --out mix
  mixdown measure mix/final_mix.wav
  mixdown analyse drums.wav bass.flac vox.mp3
  mixdown play --session mix.toml --null
  mixdown serve    and open the page it names
  mixdown align boom.wav lavalier.wav --write in-time
  mixdown diff golden.wav new.wav --tolerance-db -90

Each command explains itself: mixdown render --help";

#[derive(Debug, Subcommand)]
enum Command {
    Align(align::AlignArguments),
    Analyse(analyse::AnalyseArguments),
    Separate(separate::SeparateArguments),
    Notate(notate::NotateArguments),
    Render(render::RenderArguments),
    Play(play::PlayArguments),
    Serve(serve::ServeArguments),
    Mcp(mcp::McpArguments),
    Work(work::WorkArguments),
    Session(session::SessionArguments),
    Measure(measure::MeasureArguments),
    MatchEq(match_eq::MatchEqArguments),
    Waveform(waveform::WaveformArguments),
    Diff(diff::DiffArguments),
    Completions(completions::CompletionsArguments),
    Man(completions::ManArguments),
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    #[command(subcommand)]
    Library(library::LibraryCommand),
    /// Works on files for a service, in a process of its own.
    #[command(hide = true)]
    ServiceChild {
        /// The name of the work.
        work: String,
    },
    /// Runs a program that ends with the process that started this one.
    #[command(hide = true)]
    Guard {
        /// The program, then its arguments.
        #[arg(last = true, required = true)]
        program: Vec<OsString>,
    },
}

impl Command {
    /// Returns true if only errors are to be shown.
    fn is_quiet(&self) -> bool {
        match self {
            Self::Align(align) => align.quiet,
            Self::Analyse(analyse) => analyse.quiet,
            Self::Separate(separate) => separate.quiet,
            Self::Notate(notate) => notate.quiet,
            Self::Render(render) => render.quiet,
            Self::Play(play) => play.quiet,
            Self::Serve(serve) => serve.folders.quiet,
            Self::Mcp(mcp) => mcp.folders.quiet,
            Self::Work(work) => work.quiet,
            Self::Session(session) => session.quiet,
            Self::Measure(measure) => measure.quiet,
            Self::MatchEq(match_eq) => match_eq.quiet,
            Self::Waveform(waveform) => waveform.quiet,
            Self::Diff(diff) => diff.quiet,
            Self::Completions(_) | Self::Man(_) | Self::ServiceChild { .. } | Self::Guard { .. } => false,
            Self::Jobs(command) => command.is_quiet(),
            Self::Library(command) => command.is_quiet(),
        }
    }
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    panic::silence_decoders();
    let color = terminal::color_of(std::env::args_os().skip(1));
    let parsed = Arguments::command().color(color).try_get_matches();
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return unparsed(&error),
    };
    arguments.terminal.choose(arguments.command.is_quiet());
    if let Err(failure) = threads::check() {
        return failure.report(false);
    }
    let (json, result) = match &arguments.command {
        Command::Align(align) => (align.json, align::run(align)),
        Command::Analyse(analyse) => (analyse.json, analyse::run(analyse)),
        Command::Separate(separate) => (separate.json, separate::run(separate)),
        Command::Notate(notate) => (notate.json, notate::run(notate)),
        Command::Render(render) => (render.json, render::run(render)),
        Command::Play(play) => (play.json, play::run(play)),
        Command::Serve(serve) => (serve.folders.json, serve::run(serve)),
        Command::Mcp(mcp) => (mcp.folders.json, mcp::run(mcp)),
        Command::Work(work) => (true, work::run(work)),
        Command::Session(session) => (false, session::run(session)),
        Command::Measure(measure) => (measure.json, measure::run(measure)),
        Command::MatchEq(match_eq) => (match_eq.json, match_eq::run(match_eq)),
        Command::Waveform(waveform) => (false, waveform::run(waveform)),
        Command::Diff(diff) => (diff.json, diff::run(diff)),
        Command::Completions(shell) => (false, completions::completions(shell, Arguments::command())),
        Command::Man(man) => (false, completions::man(man, Arguments::command())),
        Command::Jobs(command) => jobs::run(command),
        Command::Library(command) => library::run(command),
        Command::ServiceChild { work } => {
            let done = mixdown_service::child(work);
            (false, if done { Ok(()) } else { Err(Failure::Reported) })
        }
        Command::Guard { program } => {
            // One at least: clap demands it.
            let (program, arguments) = program.split_first().map_or((OsStr::new(""), &[][..]), |(p, a)| (p, a));
            return ExitCode::from(mixdown_separate::run_guarded(program, arguments));
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Queues look at this code alone: a signal gives the work back as a full disk does.
        Err(failure @ Failure::Again) => failure.report(json),
        Err(failure) => {
            let code = failure.report(json);
            // Shells distinguish a process ended by a signal from one that failed.
            interrupt::exit_code().map_or(code, ExitCode::from)
        }
    }
}

/// Shows help, version, or the error in the arguments. Help and version are not errors: clap
/// chooses the stream and the exit code of each.
fn unparsed(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let is_plain = terminal::plain(&text) == text
        && std::env::args_os().all(|argument| !argument.to_string_lossy().contains(char::is_control));
    if is_plain || !error.use_stderr() {
        let _ = error.print();
    } else {
        terminal::refuse(text.trim_end());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

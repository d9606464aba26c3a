//! `mixdown completions` and `mixdown man`: completions for a shell, and pages of the manual.

use super::Failure;
use super::outcome::{print, show};
use super::terminal::shown;
use clap::{Args, Command};
use clap_complete::{Shell, generate};
use clap_mangen::Man;
use mixdown_engine::io::{OutputError, OutputGuard, OutputKind, StagedFolder};
use mixdown_engine::render::RenderError;
use std::io::Read;
use std::path::PathBuf;

/// Print the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown completions bash > ~/.local/share/bash-completion/completions/mixdown
  mixdown completions zsh > ~/.zfunc/_mixdown
  mixdown completions fish > ~/.config/fish/completions/mixdown.fish")]
pub(super) struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn completions(arguments: &CompletionsArguments, mut program: Command) -> Result<(), Failure> {
    let mut text = Vec::new();
    generate(arguments.shell, &mut program, "mixdown", &mut text);
    print(&String::from_utf8_lossy(&text))
}

/// Write the manual: a page of section 1 for every command.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mixdown man --out ~/.local/share/man/man1 && man mixdown-render")]
pub(super) struct ManArguments {
    /// The folder for the pages; made if it is missing.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Replace files that are not pages of mixdown's manual, too.
    #[arg(long)]
    force: bool,
}

/// A page of the manual, known by its title.
const PAGE: OutputKind = OutputKind::new("a page of mixdown's manual", |file| {
    const HEAD: u64 = 4_096;
    let mut head = Vec::new();
    let read = file.take(HEAD).read_to_end(&mut head);
    read.is_ok() && String::from_utf8_lossy(&head).contains(".TH mixdown")
});

pub(super) fn man(arguments: &ManArguments, mut program: Command) -> Result<(), Failure> {
    program.build();
    let mut pages = Vec::new();
    add_pages(&program, "mixdown", &mut pages)?;
    let failed = |error: OutputError| Failure::Render(RenderError::from(error));
    let guard = OutputGuard::new(arguments.force);
    for (name, _) in &pages {
        guard.check(&arguments.out.join(name), PAGE).map_err(failed)?;
    }
    let mut staged = StagedFolder::open(&arguments.out).map_err(failed)?;
    for (name, page) in &pages {
        staged.write(name, page).map_err(failed)?;
    }
    let files = staged.commit().map_err(failed)?;
    show(&files.iter().map(|file| shown(file) + "\n").collect::<String>())
}

/// Adds the page of a command, and those of its own commands.
fn add_pages(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let mut page = Vec::new();
    let named = command.clone().name(name.to_owned()).display_name(name.to_owned());
    Man::new(named).render(&mut page).map_err(|error| Failure::Other(format!("{name}: {error}")))?;
    pages.push((format!("{name}.1"), page));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        add_pages(inner, &format!("{name}-{}", inner.get_name()), pages)?;
    }
    Ok(())
}

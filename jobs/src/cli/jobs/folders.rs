//! Folders that a command works on: from a flag, the environment, the settings file, or a default.

use super::{ANALYSE_CHILD, NOTATE_CHILD, RENDER_CHILD, SEPARATE_CHILD};
use crate::cli::outcome::Failure;
use clap::Args;
use mixdown_library::{Analysis, Chain, Notation, Separation, StemMix};
use mixdown_shell::engine::{DelegatedEngine, JobEngine, LocalEngine};
use mixdown_shell::kinds::Mix;
use mixdown_shell::kinds::child::Program;
use mixdown_shell::settings::{SETTINGS_FILE, Settings};
use mixdown_shell::store::Store;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of every command of `mixdown jobs`.
#[derive(Debug, Args)]
pub(in crate::cli) struct FolderArguments {
    /// The folder of the records.
    #[arg(long, value_name = "DIR", env = "MIXDOWN_MEDIA_DIR")]
    media: Option<PathBuf>,
    /// The folder of the results.
    #[arg(long, value_name = "DIR", env = "MIXDOWN_STORAGE_DIR")]
    storage: Option<PathBuf>,
    /// The settings file; without it, mixdown.toml of the current folder, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The program that lets jobs be done elsewhere; mixdown-temporal sets it.
    #[arg(long, hide = true, value_name = "PROGRAM", env = "MIXDOWN_FOLLOWER", hide_env = true)]
    follower: Option<PathBuf>,
    /// Show only errors on standard error.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
    /// Print one JSON document on standard output.
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

impl FolderArguments {
    /// Returns the settings that apply.
    pub(in crate::cli) fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = with_library_jobs(Settings::default());
        match &self.config {
            Some(path) => settings.read(path)?,
            None if Path::new(SETTINGS_FILE).exists() => settings.read(Path::new(SETTINGS_FILE))?,
            None => {}
        }
        if let Some(media) = &self.media {
            settings.media.clone_from(media);
        }
        if let Some(storage) = &self.storage {
            settings.storage.clone_from(storage);
        }
        Ok(settings)
    }

    /// Returns the engine for commands that change jobs, or carry them out: folders are made.
    pub(in crate::cli) fn engine(&self) -> Result<Arc<dyn JobEngine>, Failure> {
        Ok(self.engine_of(Store::open(self.settings()?)?))
    }

    /// Returns the engine of a process that carries out jobs.
    pub(in crate::cli) fn working_engine(&self) -> Result<Arc<dyn JobEngine>, Failure> {
        Ok(self.engine_of(Store::open(self.worker_settings()?)?))
    }

    fn engine_of(&self, store: Store) -> Arc<dyn JobEngine> {
        if self.follower.is_some() { Arc::new(DelegatedEngine::new(store)) } else { Arc::new(LocalEngine::new(store)) }
    }

    /// Returns the settings of a process that runs jobs: each in a process of its own.
    fn worker_settings(&self) -> Result<Settings, Failure> {
        let own =
            std::env::current_exe().map_err(|error| Failure::Other(format!("the program's own file: {error}")))?;
        let settings = self.settings()?;
        let limit = format!("{}s", settings.render_time.as_secs().max(1));
        let program = |child: [&str; 2], kind: &str| match &self.follower {
            None => Program::working(own.clone(), &child),
            Some(follower) => {
                let arguments = ["follow", kind, "--time-limit", &limit].map(str::to_owned);
                Program::following(follower.clone(), arguments.into())
            }
        };
        let analysis = Analysis::run_by(program(ANALYSE_CHILD, "analysis"), &settings.media);
        let separation = Separation::run_by(program(SEPARATE_CHILD, "separation"), analysis.clone());
        let notation = Notation::run_by(program(NOTATE_CHILD, "notation"), &settings.media);
        let render = Mix::run_by(program(RENDER_CHILD, "mix"));
        let mix = StemMix::new(render.clone(), analysis.clone());
        let chain = Chain::new(separation.clone(), notation.clone(), mix.clone());
        let library = settings.with(render).with(analysis).with(separation).with(notation);
        Ok(library.with(mix).with(chain))
    }

    /// Returns the store for commands that write: folders are made.
    pub(in crate::cli) fn store(&self) -> Result<Store, Failure> {
        Ok(Store::open(self.settings()?)?)
    }

    /// Returns the store for commands that only read: nothing is made.
    pub(in crate::cli) fn look(&self) -> Result<Store, Failure> {
        Ok(Store::open_read_only(self.settings()?))
    }
}

/// Returns settings that know the jobs of the library, so that a settings file may name them.
fn with_library_jobs(settings: Settings) -> Settings {
    let separation = Separation::queued();
    let mix = StemMix::new(Mix::default(), Analysis::queued());
    let chain = Chain::new(separation.clone(), Notation::queued(), mix.clone());
    let settings = settings.with(Analysis::queued()).with(separation).with(Notation::queued());
    settings.with(mix).with(chain)
}

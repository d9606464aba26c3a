//! A render, set up step by step.

use super::error::RenderError;
use super::offline::prepared_render;
use super::offline::render::{self, Rendered};
use super::options::RenderOptions;
use super::output::file_names;
use super::plan::Plan;
use super::progress::Progress;
use crate::align::Alignment;
use crate::audio::AudioBuffer;
use crate::io::OutputError;
use crate::report::Report;
use crate::session::{Session, Target};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Answer of a progress callback: nothing, or whether to continue.
pub trait ProgressAnswer {
    /// Returns whether to continue.
    fn flow(self) -> ControlFlow<()>;
}

impl ProgressAnswer for () {
    fn flow(self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl ProgressAnswer for ControlFlow<()> {
    fn flow(self) -> ControlFlow<()> {
        self
    }
}

/// A render of a session. Nothing is read before [`Render::to_folder`], [`Render::to_memory`] or
/// [`Render::prepare`], and none of the options changes the audio, apart from the target.
///
/// ```
/// use mixdown_engine::prelude::*;
///
/// # let stem = |name: &str| mixdown_fixtures::path(format!("stems/band/{name}.flac"));
/// # let folder = tempfile::tempdir()?;
/// # let out = folder.path().join("mix");
/// let mut session = Session::from_stems(&["drums", "bass"].map(stem));
/// session.time.end_s = Some(2.0);
/// let rendered = Render::new(session)
///     .target(Target::Lufs(-16.0))
///     .on_progress(|progress| println!("{:?} {:.0} %", progress.phase, 100.0 * progress.fraction))
///     .to_folder(&out)?;
/// assert!(rendered.report.master.verified && out.join("final_mix.wav").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is rendered before `to_folder` or `to_memory`"]
pub struct Render<'a> {
    session: Session,
    options: RenderOptions<'a>,
    on_progress: Box<dyn FnMut(Progress) -> ControlFlow<()> + 'a>,
}

impl<'a> Render<'a> {
    /// Creates a render of a session, with all data and without pictures.
    pub fn new(session: Session) -> Self {
        let on_progress = Box::new(|_| ControlFlow::Continue(()));
        Self { session, options: RenderOptions::default(), on_progress }
    }

    /// Sets the loudness of the master, in the place of the session's own.
    pub fn target(mut self, target: Target) -> Self {
        self.session.master.target = target;
        self
    }

    /// Calls `on_progress` repeatedly. It returns nothing, or a [`ControlFlow`]:
    /// `ControlFlow::Break(())` stops the render, and nothing is written.
    pub fn on_progress<A: ProgressAnswer>(mut self, mut on_progress: impl FnMut(Progress) -> A + 'a) -> Self {
        self.on_progress = Box::new(move |progress| on_progress(progress).flow());
        self
    }

    /// Writes only the master: no data, no page, no meters of the tracks, no hashes.
    pub fn mix_only(mut self, yes: bool) -> Self {
        self.options.mix_only = yes;
        self
    }

    /// Writes `waveform.png`, `spectrogram.png` and `loudness.png`, too.
    #[cfg(feature = "report")]
    pub fn pictures(mut self, yes: bool) -> Self {
        self.options.pictures = yes;
        self
    }

    /// Writes `stems/NAME.wav` for each signal that enters the master's sum.
    pub fn stems(mut self, yes: bool) -> Self {
        self.options.stems = yes;
        self
    }

    /// Replaces files in the folder that mixdown did not write.
    pub fn force(mut self, yes: bool) -> Self {
        self.options.force = yes;
        self
    }

    /// Sets further input files besides the stems, such as the session document: none is replaced.
    pub fn inputs(mut self, inputs: &'a [PathBuf]) -> Self {
        self.options.inputs = inputs;
        self
    }

    /// Sets date (`YYYY-MM-DD`) and time (`hh:mm:ss`) for the `bext` chunk. They are blank
    /// otherwise, so that the bytes repeat.
    pub fn origination(mut self, date: impl Into<String>, time: impl Into<String>) -> Self {
        self.options.origination = Some((date.into(), time.into()));
        self
    }

    /// Sets the timings in the report, which are made at the end.
    pub fn clock(mut self, clock: &'a dyn Fn() -> serde_json::Value) -> Self {
        self.options.clock = Some(clock);
        self
    }

    /// Sets the frames rendered at a time: 16 384 unless set, at least 1.
    pub fn chunk_frames(mut self, frames: usize) -> Self {
        self.options.chunk_frames = frames;
        self
    }

    /// Sets the frames of the mix kept in memory between the passes: 6 million, 48 MB, unless set.
    /// The rest is written to a temporary file.
    pub fn memory_frames(mut self, frames: usize) -> Self {
        self.options.memory_frames = frames;
        self
    }

    /// Returns the session as it will be rendered.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Checks that the session may be rendered into a folder without loss of another file. Nothing
    /// is decoded. Control thread; reads the heads of files.
    ///
    /// # Errors
    /// When an output is a stem or another input, by any spelling or link, or a folder. When an
    /// existing file was not written by mixdown and [`Render::force`] is not set. With
    /// [`Render::mix_only`], when data of an earlier render exist that would describe another mix.
    pub fn check_outputs(&self, folder: impl AsRef<Path>) -> Result<(), OutputError> {
        file_names::check_outputs(&self.session, folder.as_ref(), &self.options)
    }

    /// Checks the session, opens its stems and aligns them as the session requires. Nothing is
    /// written. Control thread; uses rayon's pool.
    ///
    /// # Errors
    /// See [`RenderError`].
    pub fn prepare(mut self) -> Result<(Plan, Option<Alignment>), RenderError> {
        prepared_render::prepare(self.session, &mut *self.on_progress)
    }

    /// Renders into a folder, which is created: `final_mix.wav`, `waveform.dat`, `waveform.json`,
    /// `spectrum.json`, `meters.json`, `report.json` and `report.html`; or the first alone. Files
    /// appear together at the end, whole, or not at all. Control thread; uses rayon's pool.
    ///
    /// # Errors
    /// See [`RenderError`]; nothing is left behind then.
    pub fn to_folder(mut self, folder: impl AsRef<Path>) -> Result<Rendered, RenderError> {
        render::render_to_folder(self.session, folder.as_ref(), &self.options, &mut *self.on_progress)
    }

    /// Renders into memory: stereo, not quantised. Control thread; uses rayon's pool.
    ///
    /// # Errors
    /// See [`RenderError`].
    pub fn to_memory(mut self) -> Result<(AudioBuffer, Report), RenderError> {
        render::render_to_memory(self.session, &self.options, &mut *self.on_progress)
    }
}

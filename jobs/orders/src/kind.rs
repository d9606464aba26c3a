//! Kinds of orders: the contract between a worker and the code that does the work.

use crate::document::{Order, SessionSource};
use crate::error::OrderError;
use crate::event::{Event, Watch};
use crate::inputs::Inputs;
use crate::place::{Base, Place};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A kind of order: one row of a program's table.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Name in orders.
    pub name: &'static str,
    /// Does the work: reads inputs through the task, and writes files into [`Task::folder`].
    pub run: fn(&mut Task<'_, '_>) -> Result<(), OrderError>,
}

impl Kind {
    /// Returns the kind of this name.
    ///
    /// # Errors
    /// [`OrderError::Kind`] if the table has none.
    pub fn named<'a>(kinds: &'a [Self], name: &str) -> Result<&'a Self, OrderError> {
        kinds.iter().find(|kind| kind.name == name).ok_or_else(|| OrderError::Kind {
            kind: name.to_owned(),
            known: kinds.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", "),
        })
    }
}

/// The work on one order, as its kind sees it.
pub struct Task<'a, 'w> {
    pub(crate) order: &'a Order,
    pub(crate) folder: &'a Path,
    pub(crate) base: &'a Base,
    pub(crate) inputs: &'a mut Inputs<'w>,
    pub(crate) watch: &'a mut Watch<'w>,
}

impl Task<'_, '_> {
    /// Returns the order.
    pub fn order(&self) -> &Order {
        self.order
    }

    /// Returns the folder whose files become the result. It exists, and holds no folders at the
    /// end.
    pub fn folder(&self) -> &Path {
        self.folder
    }

    /// Returns the place at which relative paths of the order start.
    pub fn base(&self) -> &Base {
        self.base
    }

    /// Returns the files that the order lists, as local files, in its order.
    ///
    /// # Errors
    /// Errors of the files and of the network; all missing local files at once.
    pub fn stems(&mut self) -> Result<Vec<PathBuf>, OrderError> {
        let names: Vec<String> = self.order.stems.iter().map(|stem| stem.file.clone()).collect();
        let places = names.iter().map(|name| Place::of(name, self.base)).collect::<Result<Vec<_>, _>>()?;
        self.files(&places)
    }

    /// Returns inputs as local files.
    ///
    /// # Errors
    /// As [`Task::stems`].
    pub fn files(&mut self, places: &[Place]) -> Result<Vec<PathBuf>, OrderError> {
        self.inputs.take(places, self.watch)
    }

    /// Returns a text with the URLs of fetched inputs in place of their paths on this machine.
    pub fn named(&self, text: &str) -> String {
        self.inputs.named(text)
    }

    /// Returns the session of the order as its document, and the place at which its files start;
    /// `None` if the order names none.
    ///
    /// # Errors
    /// Errors of its file.
    pub fn session(&mut self) -> Result<Option<(SessionText, Base)>, OrderError> {
        match &self.order.session {
            None => Ok(None),
            Some(SessionSource::Document(document)) => {
                Ok(Some((SessionText::Tree(document.clone().into()), self.base.clone())))
            }
            Some(SessionSource::File(file)) => {
                let place = Place::of(file, self.base)?;
                let paths = self.files(std::slice::from_ref(&place))?;
                let path = &paths[0];
                let bytes = std::fs::read(path).map_err(|error| OrderError::io(path, error))?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| OrderError::Work(format!("{}: not UTF-8 text", place.shown())))?;
                Ok(Some((SessionText::Text { text, shown: place.shown() }, place.base())))
            }
        }
    }

    /// Reports progress, which may request a stop.
    ///
    /// # Errors
    /// [`OrderError::Stopped`].
    pub fn reached(&mut self, stage: &str, progress: f64, message: &str) -> Result<(), OrderError> {
        match self.watch(stage, progress, message) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(OrderError::Stopped),
        }
    }

    /// Reports progress; returns whether to continue.
    pub fn watch(&mut self, stage: &str, progress: f64, message: &str) -> ControlFlow<()> {
        (self.watch)(Event { stage, progress, message })
    }
}

/// A session, as an order holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionText {
    /// Inside the order.
    Tree(serde_json::Value),
    /// In a file of its own, TOML or JSON.
    Text {
        /// Its text.
        text: String,
        /// The file, for messages.
        shown: String,
    },
}

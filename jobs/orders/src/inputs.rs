//! Inputs of an order: found or fetched, and watched for changes.

use crate::cache::{Cache, Download, Entry, Scratch, hash};
use crate::document::Stem;
use crate::error::OrderError;
use crate::event::{Event, Watch};
use crate::place::{Base, Place};
use crate::remote::{Fetched, Remote};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Stage of the work in which inputs are fetched.
const STAGE: &str = "fetching";

/// The inputs of one order.
pub(crate) struct Inputs<'a> {
    /// Hashes that the order states.
    stated: Vec<(Place, String)>,
    remote: Option<&'a dyn Remote>,
    cache: &'a (dyn Fn() -> Result<Cache, OrderError> + Sync),
    opened: Option<(Cache, Scratch)>,
    taken: Vec<Taken>,
}

/// An input that the work reads.
struct Taken {
    place: Place,
    path: PathBuf,
    /// Length and time of the file before the work; `None` for the cache, which never changes.
    mark: Option<(u64, Option<SystemTime>)>,
}

impl<'a> Inputs<'a> {
    /// Prepares the inputs of an order. `cache` opens the cache once it is needed.
    pub(crate) fn new(
        (stems, base): (&[Stem], &Base),
        remote: Option<&'a dyn Remote>,
        cache: &'a (dyn Fn() -> Result<Cache, OrderError> + Sync),
    ) -> Result<Self, OrderError> {
        let mut stated = Vec::new();
        for stem in stems {
            let place = Place::of(&stem.file, base)?;
            if let Some(hash) = &stem.blake3 {
                stated.push((place, hash.clone()));
            }
        }
        Ok(Self { stated, remote, cache, opened: None, taken: Vec::new() })
    }

    /// Returns inputs as local files: those of the machine as they are, others through the cache.
    pub(crate) fn take(&mut self, places: &[Place], watch: &mut Watch<'_>) -> Result<Vec<PathBuf>, OrderError> {
        // Before anything is fetched: a missing file ends the work at once.
        let missing: Vec<String> = places
            .iter()
            .filter(|place| matches!(place, Place::Local(path) if fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)))
            .map(Place::shown)
            .collect();
        if !missing.is_empty() {
            return Err(OrderError::Missing { file: missing.join(", ") });
        }
        let mut paths = Vec::with_capacity(places.len());
        for (index, place) in places.iter().enumerate() {
            let path = match self.taken.iter().find(|taken| taken.place == *place) {
                Some(taken) => taken.path.clone(),
                None => self.take_one(place, (index, places.len()), watch)?,
            };
            paths.push(path);
        }
        Ok(paths)
    }

    fn take_one(
        &mut self,
        place: &Place,
        (index, count): (usize, usize),
        watch: &mut Watch<'_>,
    ) -> Result<PathBuf, OrderError> {
        let event = |watch: &mut Watch<'_>, bytes: u64| {
            let shown = place.shown();
            let message = if bytes == 0 { shown } else { format!("{shown}: {} KiB", bytes >> 10) };
            let progress = index as f64 / count.max(1) as f64;
            watch(Event { stage: STAGE, progress, message: &message })
        };
        if event(watch, 0).is_break() {
            return Err(OrderError::Stopped);
        }
        let (path, mark, found) = match place {
            Place::Local(path) => {
                let about = fs::metadata(path).map_err(|error| OrderError::io(path, error))?;
                let found = match self.stated(place) {
                    Some(_) => Some(hash(path).map_err(|error| OrderError::io(path, error))?),
                    None => None,
                };
                (path.clone(), Some((about.len(), about.modified().ok())), found)
            }
            Place::Remote(url) => {
                let (path, hash) = self.fetch(place, url, &mut |bytes| event(watch, bytes))?;
                (path, None, Some(hash))
            }
        };
        if let (Some(stated), Some(found)) = (self.stated(place), found)
            && *stated != found
        {
            return Err(OrderError::Hash { file: place.shown(), found, stated: stated.clone() });
        }
        self.taken.push(Taken { place: place.clone(), path: path.clone(), mark });
        Ok(path)
    }

    fn stated(&self, place: &Place) -> Option<&String> {
        self.stated.iter().find(|(stated, _)| stated == place).map(|(_, hash)| hash)
    }

    /// Returns an object as a file of this order, with its hash. Where the cache has it already,
    /// its server only confirms that it is still the same.
    fn fetch(
        &mut self,
        place: &Place,
        url: &str,
        keep_on: &mut crate::remote::KeepOn<'_>,
    ) -> Result<(PathBuf, String), OrderError> {
        let remote = self.remote.ok_or_else(|| OrderError::NoStores { url: place.shown() })?;
        let number = self.taken.len();
        let (cache, scratch) = self.opened()?;
        // A folder each, as objects of different folders may have the same name.
        let folder = scratch.folder().join(number.to_string());
        fs::create_dir(&folder).map_err(|error| OrderError::io(&folder, error))?;
        let path = folder.join(place.file_name());
        let mut known = cache.known(url);
        loop {
            let mut download = Download::start(scratch, &format!("{number}.part"))?;
            let tag = known.as_ref().map(|entry| &*entry.tag);
            let fetched = match remote.read(url, tag, &mut download, keep_on) {
                Ok(fetched) => fetched,
                Err(error) => {
                    download.cancel();
                    return Err(error);
                }
            };
            match (fetched, known.take()) {
                (Fetched::Unchanged, Some(entry)) => {
                    download.cancel();
                    if cache.take(&entry.blake3, &path)? {
                        return Ok((path, entry.blake3));
                    }
                }
                (Fetched::Unchanged, None) => {
                    download.cancel();
                    let cause = "the server answers that it has not changed, without that question".into();
                    return Err(OrderError::Network { url: place.shown(), cause });
                }
                (Fetched::Whole { tag }, _) => {
                    let blake3 = download.finish(cache, &path)?;
                    if let Some(tag) = tag {
                        cache.record(url, &Entry { tag, blake3: blake3.clone() })?;
                    }
                    return Ok((path, blake3));
                }
            }
        }
    }

    /// Returns the cache and this order's folder in it.
    pub(crate) fn opened(&mut self) -> Result<(&Cache, &Scratch), OrderError> {
        let opened = if let Some(opened) = self.opened.take() {
            opened
        } else {
            let cache = (self.cache)()?;
            let scratch = cache.scratch()?;
            (cache, scratch)
        };
        let (cache, scratch) = self.opened.insert(opened);
        Ok((cache, scratch))
    }

    /// Compares all inputs with those that the work began with, and the order's hashes with them.
    pub(crate) fn check(&self) -> Result<(), OrderError> {
        for (place, _) in &self.stated {
            if !self.taken.iter().any(|taken| taken.place == *place) {
                return Err(OrderError::Document(format!("{}: the session does not use it", place.shown())));
            }
        }
        for taken in &self.taken {
            let Some(mark) = taken.mark else { continue };
            let changed = || OrderError::Changed { file: taken.place.shown() };
            let about = fs::metadata(&taken.path).map_err(|_| changed())?;
            if (about.len(), about.modified().ok()) != mark || !self.has_stated_hash(taken, &taken.path)? {
                return Err(changed());
            }
        }
        Ok(())
    }

    fn has_stated_hash(&self, taken: &Taken, path: &Path) -> Result<bool, OrderError> {
        let Some(stated) = self.stated(&taken.place) else { return Ok(true) };
        Ok(*stated == hash(path).map_err(|error| OrderError::io(path, error))?)
    }
}

//! Inputs of an order: found or fetched, and watched for changes.

use crate::cache::{Cache, Download, Entry, Scratch, hash};
use crate::document::Stem;
use crate::error::OrderError;
use crate::event::{Event, Watch};
use crate::place::{Base, Place};
use crate::redact::redact;
use crate::remote::{Fetched, KeepOn, Remote, Sink};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::time::SystemTime;

/// Stage of the work in which inputs are fetched.
const STAGE: &str = "fetching";

/// The inputs of one piece of work: files of this machine as they are, others through the cache.
/// Dropped, it removes what it fetched; the cache stays.
pub struct Inputs<'a> {
    /// Hashes that the order states.
    stated: Vec<(Place, String)>,
    remote: Option<&'a dyn Remote>,
    /// Folder and most bytes of the cache, which is opened once it is needed.
    cache: (&'a Path, u64),
    opened: Option<(Cache, Scratch)>,
    taken: Vec<Taken>,
}

/// An input that the work reads.
struct Taken {
    place: Place,
    path: PathBuf,
    mark: Mark,
}

/// The mark that shows whether an input changed.
enum Mark {
    /// Length and time of a file before the work.
    File(u64, Option<SystemTime>),
    /// The tag of an object, where its server states one.
    Object(Option<String>),
}

/// A destination that takes no byte: a transfer into it only shows that there is one.
struct Closed {
    offered: bool,
}

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        self.offered = true;
        Err(ErrorKind::Unsupported.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Closed {
    fn restart(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> Inputs<'a> {
    /// Prepares inputs, of which `stems` may state hashes. `cache` is the folder of the cache, and
    /// the most bytes that it keeps; it is opened for the first remote place.
    ///
    /// # Errors
    /// [`OrderError::Place`].
    pub fn new(
        (stems, base): (&[Stem], &Base),
        remote: Option<&'a dyn Remote>,
        cache: (&'a Path, u64),
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
    ///
    /// # Errors
    /// Errors of the files and of the network; all missing local files at once.
    pub fn take(&mut self, places: &[Place], watch: &mut Watch<'_>) -> Result<Vec<PathBuf>, OrderError> {
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
                (path.clone(), Mark::File(about.len(), about.modified().ok()), found)
            }
            Place::Remote(url) => {
                let (path, hash, tag) = self.fetch(place, url, &mut |bytes| event(watch, bytes))?;
                (path, Mark::Object(tag), Some(hash))
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

    /// Returns an object as a file of this order, with its hash and tag. Where the cache has it
    /// already, its server only confirms that it is still the same.
    fn fetch(
        &mut self,
        place: &Place,
        url: &str,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<(PathBuf, String, Option<String>), OrderError> {
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
                    // Files are written in the cache alone: a full disk is named by its folder.
                    return Err(match error {
                        OrderError::Io { source, .. } => OrderError::io(cache.folder(), source),
                        error => error,
                    });
                }
            };
            match (fetched, known.take()) {
                (Fetched::Unchanged, Some(entry)) => {
                    download.cancel();
                    if cache.take(&entry.blake3, &path)? {
                        return Ok((path, entry.blake3, Some(entry.tag)));
                    }
                }
                (Fetched::Unchanged, None) => {
                    download.cancel();
                    let cause = "the server answers that it has not changed, without that question".into();
                    return Err(OrderError::Network { url: place.shown(), cause });
                }
                (Fetched::Whole { tag }, _) => {
                    let blake3 = download.finish(cache, &path)?;
                    if let Some(tag) = tag.clone() {
                        cache.record(url, &Entry { tag, blake3: blake3.clone() })?;
                    }
                    return Ok((path, blake3, tag));
                }
            }
        }
    }

    /// Returns the cache and this order's folder in it.
    pub(crate) fn opened(&mut self) -> Result<(&Cache, &Scratch), OrderError> {
        let opened = if let Some(opened) = self.opened.take() {
            opened
        } else {
            let cache = Cache::open(self.cache.0, self.cache.1)?;
            let scratch = cache.scratch()?;
            (cache, scratch)
        };
        let (cache, scratch) = self.opened.insert(opened);
        Ok((cache, scratch))
    }

    /// Returns a text with the URLs of fetched files in place of their paths on this machine, which
    /// differ each time; without secrets.
    pub fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for taken in &self.taken {
            let (Place::Remote(url), Some(folder)) = (&taken.place, taken.path.parent()) else { continue };
            let url = redact(url.split('?').next().unwrap_or(url));
            let above = url.rfind('/').map_or("", |at| &url[..=at]);
            // Only the folder is exchanged: the name may be escaped in the text.
            text = text.replace(&format!("{}{MAIN_SEPARATOR}", folder.display()), above);
        }
        text
    }

    /// Returns true if files of this work lie in the cache.
    pub fn has_fetched(&self) -> bool {
        self.opened.is_some()
    }

    /// Ends the work, and keeps the fetched files until the folder is dropped; `None` if none were
    /// fetched.
    pub fn keep(self) -> Option<Scratch> {
        self.opened.map(|(_, scratch)| scratch)
    }

    /// Compares all inputs with those that the work began with, and the order's hashes with them.
    ///
    /// # Errors
    /// [`OrderError::Changed`], and errors of the network.
    pub fn check(&self, keep_on: &mut KeepOn<'_>) -> Result<(), OrderError> {
        for (place, _) in &self.stated {
            if !self.taken.iter().any(|taken| taken.place == *place) {
                return Err(OrderError::Document(format!("{}: the session does not use it", place.shown())));
            }
        }
        for taken in &self.taken {
            let unchanged = match (&taken.mark, &taken.place) {
                (Mark::File(len, time), _) => {
                    let is_same = |about: fs::Metadata| (about.len(), about.modified().ok()) == (*len, *time);
                    fs::metadata(&taken.path).is_ok_and(is_same) && self.has_stated_hash(taken, &taken.path)?
                }
                // Bytes with the stated hash are the right ones, whatever is there by now.
                (Mark::Object(Some(tag)), Place::Remote(url)) if self.stated(&taken.place).is_none() => {
                    self.has_tag(url, tag, keep_on)?
                }
                (Mark::Object(_), _) => true,
            };
            if !unchanged {
                return Err(OrderError::Changed { file: taken.place.shown() });
            }
        }
        Ok(())
    }

    /// Returns true if an object still has its tag.
    fn has_tag(&self, url: &str, tag: &str, keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        let Some(remote) = self.remote else { return Ok(true) };
        let mut closed = Closed { offered: false };
        match remote.read(url, Some(tag), &mut closed, keep_on) {
            Ok(fetched) => Ok(fetched == Fetched::Unchanged),
            Err(_) if closed.offered => Ok(false),
            Err(OrderError::Missing { .. }) => Ok(false),
            // A signature may end before a long render does; what was read remains whole.
            Err(OrderError::Refused { .. }) if url.contains('?') => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn has_stated_hash(&self, taken: &Taken, path: &Path) -> Result<bool, OrderError> {
        let Some(stated) = self.stated(&taken.place) else { return Ok(true) };
        Ok(*stated == hash(path).map_err(|error| OrderError::io(path, error))?)
    }
}

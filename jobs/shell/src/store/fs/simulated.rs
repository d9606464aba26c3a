//! A disk in memory that loses power: changes that were not synced may be lost, partial or
//! complete, as on real disks.

use crate::store::simulation::rng::Rng;
use crate::store::{Disk, Entry, EntryKind, Held, Lock, Stat, SyncPoint};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

#[derive(Clone)]
enum Node {
    File { live: Vec<u8>, durable: Vec<u8> },
    Folder { live: BTreeMap<String, usize>, durable: BTreeMap<String, usize> },
}

/// A change of names that no sync has made durable yet. A rename is one change, as in journals.
#[derive(Clone)]
struct Change {
    removed: Option<(usize, String)>,
    added: Option<(usize, String, usize)>,
}

impl Change {
    fn touches(&self, folder: usize) -> bool {
        self.removed.as_ref().is_some_and(|(at, _)| *at == folder)
            || self.added.as_ref().is_some_and(|(at, _, _)| *at == folder)
    }
}

#[derive(Default)]
struct Inside {
    nodes: Vec<Node>,
    pending: Vec<Change>,
    locks: HashSet<(u64, usize)>,
    life: u64,
    operations: u64,
    power_fails_at: Option<u64>,
    fails_at: Option<(u64, ErrorKind)>,
    full: bool,
    without: Option<SyncPoint>,
    synced: HashSet<SyncPoint>,
}

/// The simulated disk.
#[derive(Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<Inside>>);

struct HeldNode(Arc<Mutex<Inside>>, (u64, usize), PathBuf);

impl Held for HeldNode {
    fn is_current(&self) -> bool {
        let inside = self.0.lock().unwrap();
        inside.life == self.1.0 && inside.find(&self.2).is_ok_and(|node| node == self.1.1)
    }

    fn note(&self, text: &str) {
        if let Node::File { live, .. } = &mut self.0.lock().unwrap().nodes[self.1.1] {
            *live = text.as_bytes().to_vec();
        }
    }
}

impl Drop for HeldNode {
    fn drop(&mut self) {
        self.0.lock().unwrap().locks.remove(&self.1);
    }
}

fn empty_folder() -> Node {
    Node::Folder { live: BTreeMap::new(), durable: BTreeMap::new() }
}

fn missing() -> io::Error {
    ErrorKind::NotFound.into()
}

impl SimDisk {
    /// Creates a disk with two empty folders, /media and /storage.
    pub(crate) fn new() -> Self {
        let disk = Self::default();
        {
            let mut inside = disk.0.lock().unwrap();
            let names = BTreeMap::from([("media".to_owned(), 1), ("storage".to_owned(), 2)]);
            inside.nodes = vec![Node::Folder { live: names.clone(), durable: names }, empty_folder(), empty_folder()];
        }
        disk
    }

    /// Omits one kind of sync.
    pub(crate) fn without(&self, point: SyncPoint) {
        self.0.lock().unwrap().without = Some(point);
    }

    /// Fails from the given operation on, until [`SimDisk::restart`].
    pub(crate) fn lose_power_at(&self, operation: u64) {
        let mut inside = self.0.lock().unwrap();
        inside.power_fails_at = Some(inside.operations + operation);
    }

    /// Fails in one writing operation.
    pub(crate) fn fail_at(&self, operation: u64, kind: ErrorKind) {
        let mut inside = self.0.lock().unwrap();
        inside.fails_at = Some((inside.operations + operation, kind));
    }

    /// Sets whether the disk is full.
    pub(crate) fn set_full(&self, full: bool) {
        self.0.lock().unwrap().full = full;
    }

    /// Returns the sync points that were reached.
    pub(crate) fn synced(&self) -> HashSet<SyncPoint> {
        self.0.lock().unwrap().synced.clone()
    }

    /// Restores power: locks are free, and any part of the changes that were not synced may exist.
    pub(crate) fn restart(&self, rng: &mut Rng) {
        let mut inside = self.0.lock().unwrap();
        inside.power_fails_at = None;
        inside.fails_at = None;
        inside.locks.clear();
        inside.life += 1;
        let pending = std::mem::take(&mut inside.pending);
        let kept: Vec<Change> = match rng.next_u32() % 4 {
            0 => Vec::new(),
            1 => pending,
            2 => {
                let count = rng.next_u64() as usize % (pending.len() + 1);
                pending[..count].to_vec()
            }
            _ => {
                // The journal of one folder was written, that of another was not.
                let bits = rng.next_u64();
                let lost = |folder: usize| bits >> (folder % 64) & 1 == 1;
                pending
                    .into_iter()
                    .filter(|change| !(0..inside.nodes.len()).any(|f| lost(f) && change.touches(f)))
                    .collect()
            }
        };
        for change in kept {
            inside.apply(&change, false);
        }
        for node in &mut inside.nodes {
            match node {
                Node::File { live, durable } => {
                    if live != durable {
                        let torn = match rng.next_u32() % 3 {
                            0 => durable.clone(),
                            1 => live[..rng.next_u64() as usize % (live.len() + 1)].to_vec(),
                            _ => live.clone(),
                        };
                        (*live, *durable) = (torn.clone(), torn);
                    }
                }
                Node::Folder { live, durable } => live.clone_from(durable),
            }
        }
    }
}

impl Inside {
    fn names(&mut self, folder: usize, live: bool) -> &mut BTreeMap<String, usize> {
        match &mut self.nodes[folder] {
            Node::Folder { live: now, durable } => {
                if live {
                    now
                } else {
                    durable
                }
            }
            Node::File { .. } => panic!("a file is no folder"),
        }
    }

    fn apply(&mut self, change: &Change, live: bool) {
        if let Some((folder, name)) = &change.removed {
            self.names(*folder, live).remove(name);
        }
        if let Some((folder, name, node)) = &change.added {
            self.names(*folder, live).insert(name.clone(), *node);
        }
    }

    fn make(&mut self, change: Change) {
        self.apply(&change, true);
        self.pending.push(change);
    }

    fn power(&self) -> io::Result<()> {
        if self.power_fails_at.is_some_and(|at| self.operations >= at) {
            Err(io::Error::other("no power"))
        } else {
            Ok(())
        }
    }

    /// Runs before each writing operation.
    fn write(&mut self, grows: bool) -> io::Result<()> {
        self.power()?;
        self.operations += 1;
        if let Some((at, kind)) = self.fails_at
            && self.operations == at
        {
            return Err(kind.into());
        }
        if grows && self.full { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        let mut at = 0;
        for part in path.iter().skip(1) {
            let Node::Folder { live, .. } = &self.nodes[at] else { return Err(missing()) };
            at = *live.get(part.to_str().unwrap()).ok_or_else(missing)?;
        }
        Ok(at)
    }

    fn place(&self, path: &Path) -> io::Result<(usize, String)> {
        Ok((self.find(path.parent().unwrap())?, path.file_name().unwrap().to_str().unwrap().to_owned()))
    }

    fn add(&mut self, path: &Path, node: Node) -> io::Result<usize> {
        if self.find(path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let (folder, name) = self.place(path)?;
        self.nodes.push(node);
        let node = self.nodes.len() - 1;
        self.make(Change { removed: None, added: Some((folder, name, node)) });
        Ok(node)
    }

    fn kind(&self, node: usize) -> EntryKind {
        if matches!(self.nodes[node], Node::File { .. }) { EntryKind::File } else { EntryKind::Folder }
    }
}

impl Disk for SimDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let inside = self.0.lock().unwrap();
        inside.power()?;
        match &inside.nodes[inside.find(path)?] {
            Node::File { live, .. } => Ok(Box::new(Cursor::new(live.clone()))),
            Node::Folder { .. } => Err(ErrorKind::IsADirectory.into()),
        }
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        let inside = self.0.lock().unwrap();
        inside.power()?;
        let node = inside.find(path)?;
        let bytes = if let Node::File { live, .. } = &inside.nodes[node] { live.len() as u64 } else { 0 };
        Ok(Stat { kind: inside.kind(node), bytes, modified: Timestamp::UNIX_EPOCH, id: node as u64 })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let inside = self.0.lock().unwrap();
        inside.power()?;
        let Node::Folder { live, .. } = &inside.nodes[inside.find(folder)?] else { return Err(missing()) };
        Ok(live.iter().map(|(name, node)| Entry { name: name.clone(), kind: inside.kind(*node) }).collect())
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(true)?;
        inside.add(path, empty_folder()).map(|_| ())
    }

    fn make_private_folder(&self, path: &Path) -> io::Result<()> {
        self.make_folder(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(true)?;
        inside.add(path, Node::File { live: bytes.to_vec(), durable: Vec::new() }).map(|_| ())
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(!bytes.is_empty())?;
        let node = match inside.find(path) {
            Ok(node) => node,
            Err(_) => inside.add(path, Node::File { live: Vec::new(), durable: Vec::new() })?,
        };
        if let Node::File { live, .. } = &mut inside.nodes[node] {
            live.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(false)?;
        let node = inside.find(from)?;
        let (removed, (folder, name)) = (inside.place(from)?, inside.place(to)?);
        inside.make(Change { removed: Some(removed), added: Some((folder, name, node)) });
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(false)?;
        inside.find(path)?;
        let removed = inside.place(path)?;
        inside.make(Change { removed: Some(removed), added: None });
        Ok(())
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(false)?;
        let node = inside.find(path)?;
        if !inside.names(node, true).is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        let removed = inside.place(path)?;
        inside.make(Change { removed: Some(removed), added: None });
        Ok(())
    }

    fn remove_tree(&self, path: &Path) -> io::Result<()> {
        for entry in self.list(path)? {
            let path = path.join(entry.name);
            if entry.kind == EntryKind::Folder { self.remove_tree(&path)? } else { self.remove_file(&path)? }
        }
        self.remove_folder(path)
    }

    fn sync_file(&self, path: &Path, point: SyncPoint) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(false)?;
        inside.synced.insert(point);
        let node = inside.find(path)?;
        if inside.without != Some(point)
            && let Node::File { live, durable } = &mut inside.nodes[node]
        {
            durable.clone_from(live);
        }
        Ok(())
    }

    fn sync_folder(&self, path: &Path, point: SyncPoint) -> io::Result<()> {
        let mut inside = self.0.lock().unwrap();
        inside.write(false)?;
        inside.synced.insert(point);
        let folder = inside.find(path)?;
        if inside.without != Some(point) {
            let (now, later) =
                std::mem::take(&mut inside.pending).into_iter().partition(|change| change.touches(folder));
            inside.pending = later;
            let now: Vec<Change> = now;
            for change in now {
                inside.apply(&change, false);
            }
        }
        Ok(())
    }

    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>> {
        let mut inside = self.0.lock().unwrap();
        inside.power()?;
        let node = match inside.find(path) {
            Ok(node) => node,
            Err(_) => inside.add(path, Node::File { live: Vec::new(), durable: Vec::new() })?,
        };
        let key = (inside.life, node);
        match (inside.locks.insert(key), wait) {
            (true, _) => Ok(Some(Box::new(HeldNode(Arc::clone(&self.0), key, path.to_path_buf())))),
            (false, false) => Ok(None),
            (false, true) => panic!("one thread waits for itself: {}", path.display()),
        }
    }
}

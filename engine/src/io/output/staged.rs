//! Output files that appear whole or not at all: written beside their destination, synced, renamed.

use crate::io::OutputError;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Most characters of a file's name used in its temporary file's name, which must not become too
/// long.
const NAME_SHOWN: usize = 32;

/// A folder for results, and the files that will appear in it together when
/// [`StagedFolder::commit`] is called. Dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct StagedFolder {
    folder: PathBuf,
    created: Vec<PathBuf>,
    files: Vec<(PathBuf, NamedTempFile)>,
    retired: Vec<PathBuf>,
}

impl StagedFolder {
    /// Opens a folder, making it and its parents where they are missing.
    ///
    /// # Errors
    /// When the path is a file or the folder cannot be made.
    pub fn open(folder: &Path) -> Result<Self, OutputError> {
        if folder.exists() && !folder.is_dir() {
            return Err(OutputError::NotAFolder(folder.to_path_buf()));
        }
        let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let created: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        fs::create_dir_all(folder).map_err(|source| OutputError::Io { path: folder.to_path_buf(), source })?;
        Ok(Self { folder: folder.to_path_buf(), created, files: Vec::new(), retired: Vec::new() })
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a file; it gets its name at [`StagedFolder::commit`].
    ///
    /// # Errors
    /// When no file can be made in the folder.
    pub fn create(&mut self, name: impl AsRef<Path>) -> Result<File, OutputError> {
        let name = name.as_ref();
        let path = self.folder.join(name);
        // An unusable name is reported now, not after all the work.
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => return Err(OutputError::IsAFolder(path)),
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(OutputError::Io { path, source }),
            _ => {}
        }
        let prefix: String = format!(".{}", name.display()).chars().take(NAME_SHOWN).chain(['.']).collect();
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        readable_by_all(&mut builder);
        let staged = builder.tempfile_in(&self.folder).and_then(|staged| Ok((staged.reopen()?, staged)));
        let (file, staged) = staged.map_err(|source| OutputError::Io { path: path.clone(), source: plain(source) })?;
        self.files.push((path, staged));
        Ok(file)
    }

    /// Returns the final path of a file.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Opens a file that was started before, to write it again; `None` when it was not.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn reopen(&mut self, name: &str) -> Result<Option<File>, OutputError> {
        let path = self.path_of(name);
        let Some((_, staged)) = self.files.iter().find(|(known, _)| *known == path) else { return Ok(None) };
        staged.reopen().map(Some).map_err(|source| OutputError::Io { path, source })
    }

    /// Returns the path of a file until it gets its name.
    pub fn staged_path(&self, name: &str) -> Option<&Path> {
        self.files.iter().find(|(path, _)| path.ends_with(name)).map(|(_, staged)| staged.path())
    }

    /// Writes a whole file at once; it gets its name at [`StagedFolder::commit`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<(), OutputError> {
        let name = name.as_ref();
        let mut file = self.create(name)?;
        io::Write::write_all(&mut file, bytes)
            .map_err(|source| OutputError::Io { path: self.folder.join(name), source })
    }

    /// Writes a document as JSON, value by value; the file gets its name at
    /// [`StagedFolder::commit`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_json(&mut self, name: &str, document: &impl serde::Serialize) -> Result<(), OutputError> {
        self.write_with(name, |out| Ok(serde_json::to_writer(out, document)?))
    }

    /// Lets `write` write a file part by part; it gets its name at [`StagedFolder::commit`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_with(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut io::BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let mut file = io::BufWriter::new(self.create(name)?);
        write(&mut file)
            .and_then(|()| io::Write::flush(&mut file))
            .map_err(|source| OutputError::Io { path: self.path_of(name), source })
    }

    /// Drops a file that was started, and removes its content.
    pub fn discard(&mut self, name: &str) {
        let path = self.path_of(name);
        self.files.retain(|(known, _)| *known != path);
    }

    /// Marks an older file of this name for removal at [`StagedFolder::commit`].
    pub fn retire(&mut self, name: &str) {
        self.retired.push(self.path_of(name));
    }

    /// Syncs every file, gives each its name, replacing older files, and removes the retired ones.
    /// Returns the paths in the order of creation.
    ///
    /// # Errors
    /// When a file cannot be synced, renamed or removed.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, OutputError> {
        for (path, staged) in &self.files {
            staged.as_file().sync_all().map_err(|source| OutputError::Io { path: path.clone(), source })?;
        }
        let mut paths = Vec::with_capacity(self.files.len());
        for (path, staged) in self.files.drain(..) {
            staged.persist(&path).map_err(|error| OutputError::Io { path: path.clone(), source: error.error })?;
            paths.push(path);
        }
        for path in &self.retired {
            match fs::remove_file(path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(OutputError::Io { path: path.clone(), source });
                }
                _ => {}
            }
        }
        sync_folder(&self.folder).map_err(|source| OutputError::Io { path: self.folder.clone(), source })?;
        self.created.clear();
        Ok(paths)
    }
}

impl Drop for StagedFolder {
    fn drop(&mut self) {
        self.files.clear();
        for folder in &self.created {
            // Fails, as it should, if another program has put something there.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Returns the operating system's error without the name of the temporary file.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(std::error::Error::source);
    let code = inner.and_then(|inner| inner.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Makes a result readable for everyone who may read other new files here (the umask applies). A
/// temporary file is its owner's alone.
#[cfg(unix)]
fn readable_by_all(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn readable_by_all(_builder: &mut tempfile::Builder<'_, '_>) {}

/// Makes the renames durable, where folders can be synced at all.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_appear_together_at_commit_and_replace_old_ones() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let mut staged = StagedFolder::open(&folder).unwrap();
        staged.write("one", b"1").unwrap();
        staged.write("two", b"2").unwrap();
        assert!(!folder.join("one").exists());
        staged.commit().unwrap();
        let mut staged = StagedFolder::open(&folder).unwrap();
        staged.write("one", b"new").unwrap();
        staged.commit().unwrap();
        assert_eq!(fs::read(folder.join("one")).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }

    #[test]
    fn without_commit_nothing_is_left_not_even_the_folder() {
        let root = tempfile::tempdir().unwrap();
        let mut staged = StagedFolder::open(&root.path().join("a/b")).unwrap();
        staged.write("one", b"1").unwrap();
        drop(staged);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_a_file_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("out");
        fs::write(&path, b"").unwrap();
        assert!(matches!(StagedFolder::open(&path), Err(OutputError::NotAFolder(_))));
    }
}

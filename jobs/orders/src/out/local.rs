//! An output folder on this machine.

use super::Out;
use crate::error::OrderError;
use crate::place::escaped;
use crate::remote::KeepOn;
use crate::result::RESULT_FILE;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A local folder. Attempts work inside it, so that delivering moves nothing.
pub(super) struct Local {
    folder: PathBuf,
}

impl Local {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Out for Local {
    fn read_result(&self, _: &mut KeepOn<'_>) -> Result<Option<Vec<u8>>, OrderError> {
        let path = self.folder.join(RESULT_FILE);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OrderError::io(&path, error)),
        }
    }

    fn deliver(&self, _: &str, _: &str, file: &Path, _: &mut KeepOn<'_>) -> Result<String, OrderError> {
        let failed = |error| OrderError::io(file, error);
        File::options().write(true).open(file).and_then(|file| file.sync_all()).map_err(failed)?;
        sync_folder(file.parent().unwrap_or(&self.folder))?;
        let path = file.canonicalize().map_err(failed)?;
        Ok(file_url(&path))
    }

    fn create_result(&self, bytes: &[u8], _: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        let path = self.folder.join(RESULT_FILE);
        let failed = |error| OrderError::io(&path, error);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".result-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(&self.folder).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        match file.persist_noclobber(&path) {
            Ok(_) => {
                sync_folder(&self.folder)?;
                Ok(true)
            }
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(failed(error.error)),
        }
    }

    fn discard(&self, attempt: &str, _: &[String]) {
        let _ = fs::remove_dir_all(self.folder.join(attempt));
    }
}

/// Makes the names in a folder survive a loss of power, where the system can.
fn sync_folder(folder: &Path) -> Result<(), OrderError> {
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| OrderError::io(folder, error))?;
    }
    Ok(())
}

/// Returns the URL of an absolute path.
fn file_url(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", escaped(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Base, Place};
    use std::ops::ControlFlow;

    #[test]
    fn a_delivered_file_is_found_by_its_url() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a ü%.wav");
        fs::write(&file, b"x").unwrap();
        let out = Local::new(folder.path().to_path_buf());
        let url = out.deliver("a", "a ü%.wav", &file, &mut |_| ControlFlow::Continue(())).unwrap();
        let Place::Local(path) = Place::of(&url, &Base::Folder("/elsewhere".into())).unwrap() else { panic!("{url}") };
        assert_eq!(fs::read(path).unwrap(), b"x");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_a_result_as_they_may_other_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plain"), b"x").unwrap();
        let out = Local::new(folder.path().to_path_buf());
        assert!(out.create_result(b"{}", &mut |_| ControlFlow::Continue(())).unwrap());
        let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode(RESULT_FILE), mode("plain"));
    }
}

//! The folders that tools may touch.

use mixdown_engine::session::Session;
use std::io;
use std::path::{Component, Path, PathBuf};
use thiserror::Error;

/// A root that cannot be used.
#[derive(Debug, Error)]
#[error("{}: {source}; a root is a folder", path.display())]
pub struct RootError {
    /// The root.
    path: PathBuf,
    /// The operating system's error.
    source: io::Error,
}

/// The folders that tools may touch: the first is where relative paths begin.
#[derive(Clone, Debug)]
pub struct Roots(Vec<PathBuf>);

impl Roots {
    /// Resolves the roots. Reads folders.
    ///
    /// # Errors
    /// When one is not a folder.
    pub fn new(folders: &[PathBuf]) -> Result<Self, RootError> {
        let resolved = folders.iter().map(|folder| {
            let failed = |source| RootError { path: folder.clone(), source };
            let resolved = folder.canonicalize().map_err(failed)?;
            if !resolved.is_dir() {
                return Err(failed(io::ErrorKind::NotADirectory.into()));
            }
            Ok(resolved)
        });
        resolved.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the resolved path of something that exists.
    pub(super) fn existing(&self, path: &Path) -> Result<PathBuf, String> {
        let whole = self.whole(path);
        let resolved = whole.canonicalize();
        // Outside the roots the answer does not depend on what exists there.
        match resolved {
            Ok(resolved) if self.contains(&resolved) => Ok(resolved),
            Err(error) if resolved_parent(&whole).is_some_and(|parent| self.contains(&parent)) => {
                Err(format!("{}: {error}", path.display()))
            }
            _ => Err(outside(path)),
        }
    }

    /// Returns the resolved path of a folder that may not exist yet.
    pub(super) fn folder(&self, path: &Path) -> Result<PathBuf, String> {
        let whole = self.whole(path);
        let resolved = whole.canonicalize().ok().or_else(|| resolved_parent(&whole));
        resolved.filter(|resolved| self.contains(resolved)).ok_or_else(|| outside(path))
    }

    /// Resolves the stems of a session in place. The errors have the indices of their tracks.
    pub(super) fn confine(&self, session: &mut Session) -> Result<(), Vec<(usize, String)>> {
        let mut refused = Vec::new();
        for (index, track) in session.tracks.iter_mut().enumerate() {
            match self.existing(&track.file) {
                Ok(file) => track.file = file,
                Err(reason) => refused.push((index, reason)),
            }
        }
        if refused.is_empty() { Ok(()) } else { Err(refused) }
    }

    fn whole(&self, path: &Path) -> PathBuf {
        self.0.first().map_or_else(|| path.to_path_buf(), |root| root.join(path))
    }

    fn contains(&self, path: &Path) -> bool {
        self.0.iter().any(|root| path.starts_with(root))
    }
}

/// Returns a path whose deepest existing folder is resolved; `None` where the rest could lead
/// elsewhere.
fn resolved_parent(path: &Path) -> Option<PathBuf> {
    let mut rest = Vec::new();
    let mut existing = path;
    loop {
        if let Ok(resolved) = existing.canonicalize() {
            return Some(rest.into_iter().rev().fold(resolved, |path, name| path.join(name)));
        }
        // A link without a target would lead elsewhere once there is one.
        if existing.symlink_metadata().is_ok() {
            return None;
        }
        match existing.components().next_back()? {
            Component::Normal(name) => rest.push(name.to_owned()),
            _ => return None,
        }
        existing = existing.parent()?;
    }
}

fn outside(path: &Path) -> String {
    format!("{}: outside the folders that this server may touch", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_outside_the_roots_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("root/in")).unwrap();
        std::fs::create_dir(path("root2")).unwrap();
        for file in ["root/in/a.wav", "secret.wav", "root2/b.wav"] {
            std::fs::write(path(file), b"").unwrap();
        }
        let roots = Roots::new(&[path("root")]).unwrap();
        let allowed = |name: &str| roots.existing(Path::new(name));
        assert_eq!(allowed("in/a.wav"), Ok(path("root/in/a.wav").canonicalize().unwrap()));
        assert!(allowed("in/../in/a.wav").is_ok() && allowed(path("root/in/a.wav").to_str().unwrap()).is_ok());
        for name in ["../secret.wav", "../root2/b.wav", "/etc/passwd", "in/../../secret.wav", "../missing.wav"] {
            assert!(allowed(name).unwrap_err().contains("outside"), "{name}");
        }
        assert!(!allowed("missing.wav").unwrap_err().contains("outside"));
        let new = |name: &str| roots.folder(Path::new(name));
        assert_eq!(new("new/deep"), Ok(path("root/new/deep").canonicalize().unwrap_or(roots.0[0].join("new/deep"))));
        for name in ["..", "../new", "new/../../other", "/tmp"] {
            assert!(new(name).is_err(), "{name}");
        }
        assert!(Roots::new(&[path("secret.wav")]).is_err() && Roots::new(&[path("missing")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_roots_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("root")).unwrap();
        std::fs::write(path("secret.wav"), b"").unwrap();
        std::os::unix::fs::symlink(path("secret.wav"), path("root/a.wav")).unwrap();
        std::os::unix::fs::symlink(folder.path(), path("root/up")).unwrap();
        std::os::unix::fs::symlink(path("later"), path("root/dangling")).unwrap();
        let roots = Roots::new(&[path("root")]).unwrap();
        for name in ["a.wav", "up/secret.wav"] {
            assert!(roots.existing(Path::new(name)).is_err(), "{name}");
        }
        for name in ["up/new", "dangling", "dangling/new"] {
            assert!(roots.folder(Path::new(name)).is_err(), "{name}");
        }
        std::fs::write(path("root/b.wav"), b"").unwrap();
        let mut session = Session::from_stems(&["a.wav".into(), "b.wav".into(), "up/secret.wav".into()]);
        let refused: Vec<_> = roots.confine(&mut session).unwrap_err().into_iter().map(|(index, _)| index).collect();
        assert_eq!(refused, [0, 2]);
    }
}

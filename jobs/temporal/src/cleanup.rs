//! Removal of files that no result names: attempts whose process was killed.

use mixdown_orders::{OrderResult, RESULT_FILE, RESULT_SCHEMA};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The extent of a cleanup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CleanupInput {
    /// The folder whose subfolders are the `out` folders of orders; absolute.
    pub(crate) folder: PathBuf,
    /// Attempts that nothing wrote to for this long are abandoned.
    pub(crate) older_than: Duration,
}

/// The outcome of a cleanup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removed {
    /// Folders of attempts.
    pub(crate) attempts: u64,
    /// Bytes of their files.
    pub(crate) bytes: u64,
}

/// Removes abandoned attempts of published orders: folders beside a `result.json` that it does not
/// name, whose name is a UUID, and in which nothing changed for some time. Folders without a result
/// are left alone, as they need not be folders of orders.
///
/// # Errors
/// The first error of the file system, except for what is removed at the same time.
pub(crate) fn remove_abandoned(folder: &Path, older_than: Duration, now: SystemTime) -> io::Result<Removed> {
    let mut removed = Removed::default();
    for order in folders(folder)? {
        let Some(published) = published(&order) else { continue };
        for attempt in folders(&order)? {
            let name = attempt.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == published || !is_uuid(&name) {
                continue;
            }
            let (bytes, changed) = size_and_change(&attempt)?;
            // A change in the future is one of now: clocks of two machines differ.
            if now.duration_since(changed).unwrap_or_default() < older_than {
                continue;
            }
            match fs::remove_dir_all(&attempt) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            removed.attempts += 1;
            removed.bytes += bytes;
        }
    }
    Ok(removed)
}

/// Returns the folders inside a folder, without links to folders.
fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the attempt that the result in a folder names.
fn published(order: &Path) -> Option<String> {
    let text = fs::read_to_string(order.join(RESULT_FILE)).ok()?;
    let result: OrderResult = serde_json::from_str(&text).ok()?;
    (result.schema == RESULT_SCHEMA && is_uuid(&result.attempt)).then_some(result.attempt)
}

/// Returns the bytes of a folder's files, and its latest change.
fn size_and_change(folder: &Path) -> io::Result<(u64, SystemTime)> {
    let (mut bytes, mut latest) = (0, fs::symlink_metadata(folder)?.modified()?);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        latest = latest.max(about.modified()?);
        if about.is_dir() {
            let inside = size_and_change(&entry.path())?;
            bytes += inside.0;
            latest = latest.max(inside.1);
        } else {
            bytes += about.len();
        }
    }
    Ok((bytes, latest))
}

/// Returns whether a name is a UUID in lower case, with its hyphens.
fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn attempt(order: &Path, digit: char) -> PathBuf {
        let x = |count: usize| digit.to_string().repeat(count);
        let folder = order.join(format!("{}-{}-{}-{}-{}", x(8), x(4), x(4), x(4), x(12)));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.wav"), "12345").unwrap();
        folder
    }

    #[test]
    fn only_old_attempts_beside_another_result_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let (published, open) = (root.path().join("published"), root.path().join("open"));
        let (kept, lost, running) = (attempt(&published, '1'), attempt(&published, '2'), attempt(&open, '3'));
        let stranger = published.join("notes");
        fs::create_dir_all(&stranger).unwrap();
        let result = serde_json::json!({ "schema": RESULT_SCHEMA, "order_id": "a", "kind": "mix",
            "attempt": kept.file_name().unwrap().to_str(), "files": [] });
        fs::write(published.join(RESULT_FILE), result.to_string()).unwrap();
        let now = SystemTime::now();
        assert_eq!(remove_abandoned(root.path(), DAY, now).unwrap(), Removed::default());
        let removed = remove_abandoned(root.path(), DAY, now + DAY * 2).unwrap();
        assert_eq!(removed, Removed { attempts: 1, bytes: 5 });
        assert!(kept.is_dir() && running.is_dir() && stranger.is_dir() && !lost.exists());
    }

    #[test]
    fn a_damaged_result_protects_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let order = root.path().join("order");
        let lost = attempt(&order, '2');
        fs::write(order.join(RESULT_FILE), "{").unwrap();
        let later = SystemTime::now() + DAY * 2;
        assert_eq!(remove_abandoned(root.path(), DAY, later).unwrap(), Removed::default());
        assert!(lost.is_dir());
    }
}

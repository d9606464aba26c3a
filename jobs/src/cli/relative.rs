//! Paths as a document finds them: from its own folder.

use std::path::{Component, Path, PathBuf};

/// Returns `file` as it is found from `folder`, which need not exist yet; an absolute path stays.
pub(super) fn seen_from(folder: &Path, file: &Path) -> PathBuf {
    let here = folder.as_os_str().is_empty() || folder == Path::new(".");
    if here || file.is_absolute() {
        return file.to_path_buf();
    }
    // Where the system would lead to, as `..` behind a link leads elsewhere than it reads.
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let to = resolved(parent).join(file.file_name().unwrap_or_default());
    let from = resolved(folder);
    let (mut to_parts, mut from_parts) = (to.components().peekable(), from.components().peekable());
    if to_parts.peek() != from_parts.peek() {
        // Another drive.
        return std::path::absolute(file).unwrap_or(to);
    }
    while to_parts.peek().is_some() && to_parts.peek() == from_parts.peek() {
        to_parts.next();
        from_parts.next();
    }
    from_parts.map(|_| Component::ParentDir).chain(to_parts).collect()
}

/// Returns the absolute path with its links followed as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut done = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(done.pop()),
            part => done.push(part),
        }
        if let Ok(there) = done.canonicalize() {
            done = there;
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_from_another_folder() {
        for (folder, file, expected) in [
            ("", "g.wav", "g.wav"),
            (".", "in/g.wav", "in/g.wav"),
            ("new", "g.wav", "../g.wav"),
            ("new/deep", "in/g.wav", "../../in/g.wav"),
            ("new", "new/g.wav", "g.wav"),
            ("new/../other", "g.wav", "../g.wav"),
        ] {
            assert_eq!(seen_from(Path::new(folder), Path::new(file)), Path::new(expected), "{file} from {folder}");
        }
        let absolute = std::path::absolute("g.wav").unwrap();
        assert_eq!(seen_from(Path::new("new"), &absolute), absolute);
    }
}

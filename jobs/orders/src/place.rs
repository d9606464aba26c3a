//! Places of files and folders: local paths, and URLs.

use crate::error::OrderError;
use crate::redact::redact;
use std::path::{Path, PathBuf};

/// Schemes of URLs that a client of object stores reads.
const READ: [&str; 5] = ["s3", "gs", "az", "http", "https"];
/// Schemes of URLs that may also be written.
const WRITTEN: [&str; 3] = ["s3", "gs", "az"];

/// The place of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this machine.
    Local(PathBuf),
    /// In an object store or on a server. The URL may hold a signature: [`Place::shown`] is the
    /// form for messages.
    Remote(String),
}

/// The place at which relative paths start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A local folder.
    Folder(PathBuf),
    /// A URL without its last segment, with a slash at its end.
    Url(String),
}

impl Place {
    /// Returns the place that a document names.
    ///
    /// # Errors
    /// [`OrderError::Place`] for an unknown scheme, a URL with a user name, or an empty text.
    pub fn of(text: &str, base: &Base) -> Result<Self, OrderError> {
        let refuse = |cause: &str| Err(OrderError::place(text, cause));
        if text.is_empty() || text.contains('\0') {
            return refuse("name a file or folder");
        }
        let Some((scheme, rest)) = scheme(text) else {
            return Ok(match base {
                Base::Folder(folder) => Self::Local(folder.join(text)),
                Base::Url(url) => Self::Remote(format!("{url}{}", escaped(text))),
            });
        };
        if scheme == "file" {
            let path = rest.strip_prefix("localhost").unwrap_or(rest);
            return match unescaped(path) {
                Some(path) if path.starts_with('/') => Ok(Self::Local(local(&path))),
                _ => refuse("write file:///folder/name"),
            };
        }
        if !READ.contains(&&*scheme) {
            return refuse("write a path, or a URL that begins with s3, gs, az, http, https or file");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return refuse("the bucket or host is missing");
        }
        if redact(text) != text && !text.contains(['?', '#']) || authority.contains('@') {
            return refuse("credentials belong in the environment");
        }
        if text.contains('#') || text.contains('?') && WRITTEN.contains(&&*scheme) {
            return refuse("it may have no query and no fragment");
        }
        Ok(Self::Remote(format!("{scheme}://{rest}")))
    }

    /// Returns the folder that a document names for output.
    ///
    /// # Errors
    /// As [`Place::of`], and for URLs that are only read.
    pub fn of_output(text: &str, base: &Base) -> Result<Self, OrderError> {
        let place = Self::of(text, base)?;
        match &place {
            Self::Remote(url) if !scheme(url).is_some_and(|(scheme, _)| WRITTEN.contains(&&*scheme)) => {
                Err(OrderError::place(text, "it can only be read; name a folder, or s3, gs or az"))
            }
            _ => Ok(place),
        }
    }

    /// Returns the place for messages and records, without secrets.
    pub fn shown(&self) -> String {
        match self {
            Self::Local(path) => path.display().to_string(),
            Self::Remote(url) => redact(url),
        }
    }

    /// Returns the name of the file: the last part of the path.
    pub fn file_name(&self) -> String {
        let name = match self {
            Self::Local(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            Self::Remote(url) => {
                let path = url.split(['?', '#']).next().unwrap_or_default();
                path.rsplit('/').next().and_then(unescaped)
            }
        };
        let name = name.unwrap_or_default().replace(['/', '\\', '\0'], "_");
        if matches!(&*name, "" | "." | "..") { "stem".into() } else { name }
    }

    /// Returns the place at which relative paths of this document start.
    pub fn base(&self) -> Base {
        match self {
            Self::Local(path) => Base::Folder(path.parent().unwrap_or(Path::new("")).to_path_buf()),
            Self::Remote(url) => {
                let path = url.split(['?', '#']).next().unwrap_or_default();
                Base::Url(path[..=path.rfind('/').unwrap_or(path.len() - 1)].to_owned())
            }
        }
    }
}

/// Returns the scheme of a URL in lower case, and the rest; `None` for a path.
fn scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let valid = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (valid && !scheme.is_empty()).then(|| (scheme.to_ascii_lowercase(), rest))
}

#[cfg(not(windows))]
fn local(path: &str) -> PathBuf {
    PathBuf::from(path)
}

/// Returns the path of a file URL: `/C:/folder` is `C:/folder`.
#[cfg(windows)]
fn local(path: &str) -> PathBuf {
    PathBuf::from(path.trim_start_matches('/'))
}

/// Returns a path as part of a URL.
pub(crate) fn escaped(path: &str) -> String {
    let mut shown = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => shown.push(byte as char),
            _ => shown.push_str(&format!("%{byte:02X}")),
        }
    }
    shown
}

/// Returns a part of a URL as text; `None` where its escapes are not valid.
fn unescaped(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Base {
        Base::Folder("/orders".into())
    }

    #[test]
    fn paths_and_urls_are_distinguished() {
        for (text, expected) in [
            ("a.wav", Place::Local("/orders/a.wav".into())),
            ("/b/a.wav", Place::Local("/b/a.wav".into())),
            ("file:///b/a%20b.wav", Place::Local("/b/a b.wav".into())),
            ("FILE://localhost/b", Place::Local("/b".into())),
            ("S3://bucket/a.wav", Place::Remote("s3://bucket/a.wav".into())),
            ("https://h/a.wav?sig=1", Place::Remote("https://h/a.wav?sig=1".into())),
            ("a: b://c", Place::Local("/orders/a: b://c".into())),
        ] {
            assert_eq!(Place::of(text, &folder()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn wrong_places_are_refused_without_their_secrets() {
        for wrong in [
            "",
            "ftp://h/a",
            "s3:///a",
            "file://host/a",
            "s3://k:secret@b/a",
            "s3://k:sec/ret@b/a",
            "s3://b/a?secret",
            "http://h/a#secret",
        ] {
            let error = Place::of(wrong, &folder()).unwrap_err();
            assert!(!error.is_temporary() && !error.to_string().contains("secret"), "{error}");
            assert!(!error.to_string().contains("ret@"), "{error}");
        }
        assert!(Place::of_output("https://h/out", &folder()).is_err());
        assert!(Place::of_output("gs://b/out", &folder()).is_ok());
    }

    #[test]
    fn relative_names_start_at_their_document() {
        let document = Place::Remote("https://h/songs/1/mix.toml?sig=1".into());
        let stem = Place::of("a b.wav", &document.base()).unwrap();
        assert_eq!(stem, Place::Remote("https://h/songs/1/a%20b.wav".into()));
        assert_eq!(stem.file_name(), "a b.wav");
        assert_eq!(Place::Remote("s3://b/..".into()).file_name(), "stem");
        let local = Place::Local("/songs/mix.toml".into());
        assert_eq!(Place::of("a.wav", &local.base()).unwrap(), Place::Local("/songs/a.wav".into()));
    }
}

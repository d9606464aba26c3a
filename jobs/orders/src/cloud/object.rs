//! Single objects of a store.

use super::failure::failure;
use crate::error::OrderError;
use crate::remote::{Fetched, Sink};
use futures_util::StreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, WriteMultipart};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a part; smaller files are sent in one request. S3 takes 10 000 parts: 80 GiB.
const PART: usize = 8 << 20;
/// Parts on their way at once.
const PARTS_AT_ONCE: usize = 2;

/// A store, and an object in it.
pub(super) type Object<'a> = (&'a dyn ObjectStore, &'a ObjectPath);

/// Reads an object into `to`, unless its tag is `known`.
pub(super) async fn read(
    (store, path): Object<'_>,
    url: &str,
    known: Option<&str>,
    to: &mut dyn Sink,
    moved: &AtomicU64,
) -> Result<Fetched, OrderError> {
    let options = GetOptions { if_none_match: known.map(str::to_owned), ..GetOptions::default() };
    let found = match store.get_opts(path, options).await {
        Err(Error::NotModified { .. }) => return Ok(Fetched::Unchanged),
        found => found.map_err(|error| failure(url, &error))?,
    };
    let tag = found.meta.e_tag.clone();
    let mut stream = found.into_stream();
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(|error| failure(url, &error))?;
        to.write_all(&bytes).map_err(|error| OrderError::io(Path::new("a fetched file"), error))?;
        moved.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }
    Ok(Fetched::Whole { tag })
}

/// Stores a file; an object appears when all of it has arrived.
pub(super) async fn send(
    (store, path): Object<'_>,
    url: &str,
    file: &Path,
    moved: &AtomicU64,
) -> Result<(), OrderError> {
    let failed = |error| OrderError::io(file, error);
    let mut reader = File::open(file).map_err(failed)?;
    let mut part = || {
        let mut bytes = Vec::with_capacity(PART);
        let read = reader.by_ref().take(PART as u64).read_to_end(&mut bytes);
        read.map(|_| bytes).map_err(failed)
    };
    let first = part()?;
    if first.len() < PART {
        return store.put(path, first.into()).await.map(|_| ()).map_err(|error| failure(url, &error));
    }
    let upload = store.put_multipart(path).await.map_err(|error| failure(url, &error))?;
    let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
    let mut next = Ok(first);
    loop {
        let waited = upload.wait_for_capacity(PARTS_AT_ONCE).await.map_err(|error| failure(url, &error));
        match waited.and(next) {
            Ok(bytes) if bytes.is_empty() => break,
            Ok(bytes) => {
                moved.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                upload.put(bytes.into());
            }
            Err(error) => {
                // Parts of an unfinished upload are no object; they only cost storage.
                let _ = upload.abort().await;
                return Err(error);
            }
        }
        next = part();
    }
    upload.finish().await.map(|_| ()).map_err(|error| failure(url, &error))
}

/// Stores an object where there is none; returns false where there is one.
pub(super) async fn create((store, path): Object<'_>, url: &str, bytes: &[u8]) -> Result<bool, OrderError> {
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match store.put_opts(path, bytes.to_vec().into(), options).await {
        Ok(_) => Ok(true),
        Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
        Err(error) => Err(failure(url, &error)),
    }
}

/// Removes an object; one that does not exist counts as removed.
pub(super) async fn remove((store, path): Object<'_>, url: &str) -> Result<(), OrderError> {
    match store.delete(path).await {
        Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(failure(url, &error)),
    }
}

//! Sending files: small ones by one request, large ones in parts.

use crate::client::ObjectStores;
use crate::object::Object;
use crate::watch::{Moved, watched};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use mixdown_orders::{KeepOn, OrderError};
use object_store::{MultipartUpload, ObjectStoreExt};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// Parts on their way at a time.
const FLYING: usize = 4;
/// Most parts of an object; S3 allows 10 000.
const MAX_PARTS: u64 = 9_000;
/// Longest time to drop the parts of a transfer that failed.
const ABORTING: Duration = Duration::from_secs(5);

/// Stores a file as an object, whole or not at all.
pub(crate) async fn send(
    stores: &ObjectStores,
    (url, object): (&str, &Object),
    path: &Path,
    keep_on: &mut KeepOn<'_>,
) -> Result<(), OrderError> {
    let moved = Moved::default();
    let unread = |error| OrderError::io(path, error);
    let mut file = File::open(path).map_err(unread)?;
    let len = file.metadata().map_err(unread)?.len();
    if len <= stores.settings.part_bytes {
        let bytes = part(&mut file, len).map_err(unread)?;
        let put = async {
            let put = object.store.put(&object.path, bytes.into()).await;
            put.map(|_| ()).map_err(|error| stores.failed(url, &error))
        };
        return watched(put, &moved, keep_on).await;
    }
    let begin = async { object.store.put_multipart(&object.path).await.map_err(|error| stores.failed(url, &error)) };
    let mut upload = watched(begin, &moved, keep_on).await?;
    let part_bytes = stores.settings.part_bytes.max(len.div_ceil(MAX_PARTS));
    let parts = send_parts(stores, url, &mut *upload, (path, &mut file, part_bytes), &moved);
    let sent = watched(parts, &moved, keep_on).await;
    if sent.is_err() {
        // Parts that stay are part of no object; stores drop them by a rule of the bucket.
        let _ = tokio::time::timeout(ABORTING, upload.abort()).await;
    }
    sent
}

async fn send_parts(
    stores: &ObjectStores,
    url: &str,
    upload: &mut dyn MultipartUpload,
    (path, file, part_bytes): (&Path, &mut File, u64),
    moved: &Moved,
) -> Result<(), OrderError> {
    let mut flying = FuturesUnordered::new();
    loop {
        let bytes = part(file, part_bytes).map_err(|error| OrderError::io(path, error))?;
        if bytes.is_empty() {
            break;
        }
        let (len, sent) = (bytes.len(), upload.put_part(bytes.into()));
        flying.push(async move { sent.await.map(|()| len) });
        if flying.len() == FLYING {
            landed(stores, url, flying.next().await, moved)?;
        }
    }
    while !flying.is_empty() {
        landed(stores, url, flying.next().await, moved)?;
    }
    upload.complete().await.map(|_| ()).map_err(|error| stores.failed(url, &error))
}

fn landed(
    stores: &ObjectStores,
    url: &str,
    part: Option<object_store::Result<usize>>,
    moved: &Moved,
) -> Result<(), OrderError> {
    match part {
        Some(Err(error)) => Err(stores.failed(url, &error)),
        Some(Ok(len)) => {
            moved.add(len);
            Ok(())
        }
        None => Ok(()),
    }
}

/// Reads up to `len` bytes.
fn part(file: &mut File, len: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(len as usize);
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

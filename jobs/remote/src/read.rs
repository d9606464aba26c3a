//! Reading: as a stream, begun anew where it breaks off.

use crate::client::ObjectStores;
use crate::object::Object;
use crate::watch::Moved;
use futures_util::StreamExt;
use mixdown_orders::{Fetched, OrderError, Sink, redact};
use object_store::{Error, GetOptions, GetResult};
use std::path::Path;

/// Most attempts at one transfer from its beginning. Within each, requests are repeated, and a body
/// that broke off is continued while the object keeps its tag.
const ATTEMPTS: u32 = 3;

/// Writes the bytes of an object to `to`, unless it has the tag `known`.
pub(crate) async fn read(
    stores: &ObjectStores,
    (url, object): (&str, &Object),
    known: Option<&str>,
    to: &mut dyn Sink,
    moved: &Moved,
) -> Result<Fetched, OrderError> {
    let mut attempt = 0;
    loop {
        match try_read(stores, (url, object), known, to, moved).await {
            Err(OrderError::Network { .. }) if attempt + 1 < ATTEMPTS => {}
            done => return done,
        }
        to.restart().map_err(|error| OrderError::io(Path::new(&redact(url)), error))?;
        moved.restart();
        tokio::time::sleep(stores.settings.wait(attempt)).await;
        attempt += 1;
    }
}

async fn try_read(
    stores: &ObjectStores,
    (url, object): (&str, &Object),
    known: Option<&str>,
    to: &mut dyn Sink,
    moved: &Moved,
) -> Result<Fetched, OrderError> {
    let if_none_match = known.and_then(|tag| object.version(tag).e_tag);
    let options = GetOptions { if_none_match, ..GetOptions::default() };
    let got = match object.store.get_opts(&object.path, options).await {
        Err(Error::NotModified { .. }) => return Ok(Fetched::Unchanged),
        got => got.map_err(|error| stores.failed(url, &error))?,
    };
    let tag = object.tag(&got.meta);
    body(stores, url, got, to, moved).await?;
    Ok(Fetched::Whole { tag })
}

/// Writes the body of an answer to `to`.
async fn body(
    stores: &ObjectStores,
    url: &str,
    got: GetResult,
    to: &mut dyn Sink,
    moved: &Moved,
) -> Result<(), OrderError> {
    let lost = |cause: String| OrderError::Network { url: redact(url), cause };
    let size = got.meta.size;
    let mut stream = got.into_stream();
    while let Some(bytes) = stream.next().await {
        // Whatever broke it off: the beginning had arrived.
        let bytes = bytes.map_err(|error| match stores.failed(url, &error) {
            OrderError::Refused { cause, .. } => lost(cause),
            error => error,
        })?;
        to.write_all(&bytes).map_err(|error| OrderError::io(Path::new(&redact(url)), error))?;
        moved.add(bytes.len());
    }
    if moved.bytes() == size { Ok(()) } else { Err(lost(format!("{} of {size} bytes arrived", moved.bytes()))) }
}

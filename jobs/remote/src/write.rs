//! Conditional puts of small objects.

use crate::client::ObjectStores;
use crate::object::Object;
use mixdown_orders::OrderError;
use object_store::{Error, ObjectStore, PutMode, PutOptions};

/// Most attempts. Requests that a server answered are repeated within each; those whose answer was
/// lost are not, as they may have been carried out.
const ATTEMPTS: u32 = 3;

/// Stores an object where `mode` allows it; returns false where it does not. Where an answer was
/// lost, the repeated request finds the object of the first, and returns false.
pub(crate) async fn put(
    stores: &ObjectStores,
    (url, object): (&str, &Object),
    bytes: &[u8],
    mode: &PutMode,
) -> Result<bool, OrderError> {
    let mut attempt = 0;
    loop {
        let options = PutOptions { mode: mode.clone(), ..PutOptions::default() };
        let error = match object.store.put_opts(&object.path, bytes.to_vec().into(), options).await {
            Ok(_) => return Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => return Ok(false),
            Err(error) => stores.failed(url, &error),
        };
        attempt += 1;
        if attempt == ATTEMPTS || !matches!(error, OrderError::Network { .. }) {
            return Err(error);
        }
        tokio::time::sleep(stores.settings.wait(attempt)).await;
    }
}

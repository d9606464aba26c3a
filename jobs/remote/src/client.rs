//! The client: one per program.

use crate::environment::Environment;
use crate::failure::failed;
use crate::object::{Address, Object};
use crate::settings::Settings;
use crate::watch::{Moved, watched};
use crate::{read, send, write};
use mixdown_orders::{Fetched, KeepOn, OrderError, Remote, Sink, redact};
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Longest time that removing an object may take: it is done after failures and stops.
const REMOVING: Duration = Duration::from_secs(5);

/// A client of object stores and servers. Not for use inside of an asynchronous runtime: its
/// methods block.
#[derive(Debug)]
pub struct ObjectStores {
    runtime: Runtime,
    pub(crate) environment: Environment,
    pub(crate) settings: Settings,
    /// Opened stores, by scheme and bucket.
    stores: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

impl ObjectStores {
    /// Creates a client; connects to nothing yet.
    ///
    /// # Errors
    /// Errors of the operating system.
    pub fn new(environment: Environment, settings: Settings) -> io::Result<Self> {
        // Fails where the program has chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Self { runtime, environment, settings, stores: Mutex::default() })
    }

    /// Returns the object at a URL.
    fn object(&self, url: &str) -> Result<Object, OrderError> {
        let address = Address::of(url)?;
        let key = address.store_key();
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = key.as_ref().and_then(|key| stores.get(key)) {
            return Ok(address.within(Arc::clone(store)));
        }
        let store = address.open(url, &self.environment, &self.settings)?;
        if let Some(key) = key {
            stores.insert(key, Arc::clone(&store));
        }
        Ok(address.within(store))
    }

    /// Returns the error of a request about a URL.
    pub(crate) fn failed(&self, url: &str, error: &Error) -> OrderError {
        failed(url, error, &self.environment)
    }
}

impl Remote for ObjectStores {
    fn read(
        &self,
        url: &str,
        known: Option<&str>,
        to: &mut dyn Sink,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<Fetched, OrderError> {
        let (object, moved) = (self.object(url)?, Moved::default());
        let transfer = read::read(self, (url, &object), known, to, &moved);
        self.runtime.block_on(watched(transfer, &moved, keep_on))
    }

    fn send(&self, url: &str, file: &Path, keep_on: &mut KeepOn<'_>) -> Result<(), OrderError> {
        let object = self.object(url)?;
        self.runtime.block_on(send::send(self, (url, &object), file, keep_on))
    }

    fn create(&self, url: &str, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        let (object, moved) = (self.object(url)?, Moved::default());
        let transfer = write::put(self, (url, &object), bytes, &PutMode::Create);
        self.runtime.block_on(watched(transfer, &moved, keep_on))
    }

    fn replace(&self, url: &str, known: &str, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        let (object, moved) = (self.object(url)?, Moved::default());
        let mode = PutMode::Update(object.version(known));
        let transfer = write::put(self, (url, &object), bytes, &mode);
        self.runtime.block_on(watched(transfer, &moved, keep_on))
    }

    fn remove(&self, url: &str) -> Result<(), OrderError> {
        let object = self.object(url)?;
        let removed =
            self.runtime.block_on(async { tokio::time::timeout(REMOVING, object.store.delete(&object.path)).await });
        match removed {
            Ok(Ok(()) | Err(Error::NotFound { .. })) => Ok(()),
            Ok(Err(error)) => Err(self.failed(url, &error)),
            Err(_) => Err(OrderError::Network { url: redact(url), cause: "the server did not answer in time".into() }),
        }
    }
}

//! Object stores and servers, behind the feature `cloud`.

mod failure;
mod http;
mod object;
mod open;
mod wait;

use crate::error::OrderError;
use crate::remote::{Fetched, KeepOn, Remote, Sink};
use failure::failure;
use object_store::ObjectStore;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// Tries of a transfer that breaks off; the clients below try each request several times, too.
const TRIES: u32 = 3;
/// Pause before the second try; it doubles with each one.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest removal of one object: a process that must end soon does not wait for more.
const LONGEST_REMOVAL: Duration = Duration::from_secs(2);

/// A client of S3, Google Cloud Storage, Azure Blob Storage, and of HTTP servers for reading.
/// Credentials, regions and endpoints come from the usual variables of each: `AWS_ENDPOINT_URL`,
/// `GOOGLE_APPLICATION_CREDENTIALS`, `AZURE_STORAGE_ACCOUNT_NAME` and so on.
pub struct Stores {
    runtime: Runtime,
    http: reqwest::Client,
    /// Opened stores, by scheme and bucket: each keeps its credentials.
    opened: Mutex<Vec<(String, Arc<dyn ObjectStore>)>>,
}

impl Stores {
    /// Creates a client. It connects to nothing yet.
    ///
    /// # Errors
    /// [`OrderError::WorkAgain`] if the system has no threads or certificates left to give.
    pub fn new() -> Result<Self, OrderError> {
        let failed = |cause: String| OrderError::WorkAgain(format!("the client of object stores: {cause}"));
        // Where one is installed already, it serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.to_string()))?;
        let http = http::client().map_err(|error| failed(error.to_string()))?;
        Ok(Self { runtime, http, opened: Mutex::default() })
    }

    /// Returns the store of a URL, and the object in it.
    fn object(&self, url: &str) -> Result<(Arc<dyn ObjectStore>, object_store::path::Path), OrderError> {
        let parsed = parse(url)?;
        let path = object_store::path::Path::from_url_path(parsed.path())
            .map_err(|error| OrderError::place(url, error.to_string()))?;
        let bucket = &parsed[..url::Position::BeforePath];
        let mut opened = self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, store)) = opened.iter().find(|(name, _)| name == bucket) {
            return Ok((Arc::clone(store), path));
        }
        let store = open::open(parsed.scheme(), bucket).map_err(|error| failure(url, &error))?;
        opened.push((bucket.to_owned(), Arc::clone(&store)));
        Ok((store, path))
    }
}

fn parse(url: &str) -> Result<Url, OrderError> {
    Url::parse(url).map_err(|error| OrderError::place(url, error.to_string()))
}

impl Remote for Stores {
    fn read(
        &self,
        url: &str,
        known: Option<&str>,
        to: &mut dyn Sink,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<Fetched, OrderError> {
        let is_http = matches!(parse(url)?.scheme(), "http" | "https");
        let object = if is_http { None } else { Some(self.object(url)?) };
        let moved = AtomicU64::new(0);
        let read = async {
            let mut tried = 1;
            loop {
                let done = match &object {
                    Some((store, path)) => object::read((&**store, path), url, known, to, &moved).await,
                    None => http::read(&self.http, url, known, to, &moved).await,
                };
                match done {
                    Err(OrderError::Network { .. }) if tried < TRIES => {
                        tokio::time::sleep(PAUSE * 2_u32.pow(tried - 1)).await;
                        to.restart().map_err(|error| OrderError::io(Path::new("a fetched file"), error))?;
                        tried += 1;
                    }
                    done => return done,
                }
            }
        };
        wait::wait(&self.runtime, read, &moved, keep_on)
    }

    fn send(&self, url: &str, file: &Path, keep_on: &mut KeepOn<'_>) -> Result<(), OrderError> {
        let (store, path) = self.object(url)?;
        let moved = AtomicU64::new(0);
        wait::wait(&self.runtime, object::send((&*store, &path), url, file, &moved), &moved, keep_on)
    }

    fn create(&self, url: &str, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        let (store, path) = self.object(url)?;
        wait::wait(&self.runtime, object::create((&*store, &path), url, bytes), &AtomicU64::new(0), keep_on)
    }

    fn remove(&self, url: &str) -> Result<(), OrderError> {
        let (store, path) = self.object(url)?;
        let removal = object::remove((&*store, &path), url);
        self.runtime.block_on(async {
            let late = |_| OrderError::Network { url: crate::redact(url), cause: "the removal took too long".into() };
            tokio::time::timeout(LONGEST_REMOVAL, removal).await.map_err(late)?
        })
    }
}

//! An object store in memory, with faults.

use crate::{Fetched, KeepOn, OrderError, Remote, Sink};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

/// Objects by URL, and what fails next.
#[derive(Default)]
pub(super) struct MemoryStore {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Number of transfers that carried bytes.
    pub(super) transfers: Mutex<usize>,
    /// Number of the send that fails, counted from 0.
    pub(super) failing_send: Mutex<Option<usize>>,
    /// True if the answer to the next creation is lost.
    pub(super) loses_answer: Mutex<bool>,
    /// Bytes that another attempt creates just before the next creation.
    pub(super) rival: Mutex<Option<Vec<u8>>>,
}

impl MemoryStore {
    pub(super) fn put(&self, url: &str, bytes: &[u8]) {
        self.objects.lock().unwrap().insert(url.into(), bytes.into());
    }

    pub(super) fn get(&self, url: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().get(url).cloned()
    }

    pub(super) fn urls(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    fn lost(url: &str) -> OrderError {
        OrderError::Network { url: url.into(), cause: "connection reset".into() }
    }
}

fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", blake3::hash(bytes))
}

impl Remote for MemoryStore {
    fn read(
        &self,
        url: &str,
        known: Option<&str>,
        to: &mut dyn Sink,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<Fetched, OrderError> {
        if keep_on(0).is_break() {
            return Err(OrderError::Stopped);
        }
        let bytes = self.get(url).ok_or_else(|| OrderError::Missing { file: url.into() })?;
        let tag = tag(&bytes);
        if known == Some(&*tag) {
            return Ok(Fetched::Unchanged);
        }
        *self.transfers.lock().unwrap() += 1;
        // A transfer that breaks off and begins anew.
        let failed = |error| OrderError::io(Path::new(url), error);
        to.write_all(&bytes[..bytes.len() / 2]).map_err(failed)?;
        to.restart().map_err(failed)?;
        to.write_all(&bytes).map_err(failed)?;
        Ok(Fetched::Whole { tag: Some(tag) })
    }

    fn send(&self, url: &str, file: &Path, _: &mut KeepOn<'_>) -> Result<(), OrderError> {
        let mut failing = self.failing_send.lock().unwrap();
        if *failing == Some(0) {
            return Err(Self::lost(url));
        }
        *failing = failing.map(|number| number - 1);
        self.put(url, &std::fs::read(file).unwrap());
        Ok(())
    }

    fn create(&self, url: &str, bytes: &[u8], _: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        if let Some(rival) = self.rival.lock().unwrap().take() {
            self.put(url, &rival);
        }
        if self.get(url).is_some() {
            return Ok(false);
        }
        self.put(url, bytes);
        // A client repeats a request whose answer is lost, and finds its own object.
        Ok(!std::mem::take(&mut *self.loses_answer.lock().unwrap()))
    }

    fn replace(&self, url: &str, known: &str, bytes: &[u8], _: &mut KeepOn<'_>) -> Result<bool, OrderError> {
        if let Some(rival) = self.rival.lock().unwrap().take() {
            self.put(url, &rival);
        }
        if self.get(url).is_none_or(|bytes| tag(&bytes) != known) {
            return Ok(false);
        }
        self.put(url, bytes);
        Ok(!std::mem::take(&mut *self.loses_answer.lock().unwrap()))
    }

    fn remove(&self, url: &str) -> Result<(), OrderError> {
        self.objects.lock().unwrap().remove(url);
        Ok(())
    }
}

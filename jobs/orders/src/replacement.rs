//! Results that replace earlier ones: for commands, which have no order.

use crate::cache::hash;
use crate::error::OrderError;
use crate::out::object;
use crate::place::{Place, escaped};
use crate::remote::{Fetched, KeepOn, Remote};
use crate::result::{OrderResult, RESULT_FILE, RESULT_SCHEMA, ResultFile};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use uuid::Uuid;

/// An output folder in an object store whose `result.json` will be replaced. The files of earlier
/// attempts stay: others may be reading them.
pub struct Replacement<'a> {
    /// Of the folder, without a slash at its end.
    url: String,
    remote: &'a dyn Remote,
    attempt: String,
    /// Tag of the earlier `result.json`; `None` without one.
    earlier: Option<String>,
}

impl<'a> Replacement<'a> {
    /// Looks at the folder before the work. With `force`, a `result.json` of another program may
    /// be replaced, too.
    ///
    /// # Errors
    /// [`OrderError::OtherOrder`] for a `result.json` of another program, and errors of the
    /// network.
    pub fn begin(url: &str, remote: &'a dyn Remote, force: bool, keep_on: &mut KeepOn<'_>) -> Result<Self, OrderError> {
        let url = url.trim_end_matches('/').to_owned();
        let earlier = match read(remote, &url, keep_on)? {
            None => None,
            Some((bytes, tag)) => {
                if !force && serde_json::from_slice::<OrderResult>(&bytes).is_err() {
                    let (out, found) = (shown(&url), "(not a result of mixdown)".into());
                    return Err(OrderError::OtherOrder { out, found });
                }
                let cause = "its server states no tag for result.json, so that it cannot be replaced safely";
                Some(tag.ok_or_else(|| OrderError::Refused { url: shown(&url), cause: cause.into() })?)
            }
        };
        Ok(Self { url, remote, attempt: Uuid::now_v7().to_string(), earlier })
    }

    /// Returns the URL that a file of this attempt has, of its path below the attempt's folder.
    pub fn url(&self, name: &str) -> String {
        object(&self.url, &self.attempt, name)
    }

    /// Sends files of `folder`, named by their paths in it with slashes, and publishes them by one
    /// conditional put. `beside`, one of these names, is left next to `result.json` afterwards.
    /// `kind` names the work.
    ///
    /// # Errors
    /// [`OrderError::Changed`] where another result was published meanwhile, and errors of the
    /// files and of the network: nothing is published then. Only an error that names the file of
    /// `beside` comes after the publication.
    pub fn publish(
        &self,
        kind: &str,
        (folder, names): (&Path, &[String]),
        beside: Option<&str>,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<OrderResult, OrderError> {
        let published = self.send(folder, names, keep_on).and_then(|files| self.put(kind, files, keep_on));
        let result = match published {
            Ok(result) => result,
            Err((error, may_stand)) => {
                if !may_stand {
                    self.discard(names);
                }
                return Err(error);
            }
        };
        if let Some(name) = beside {
            let url = format!("{}/{}", self.url, escaped(name));
            self.remote.send(&url, &folder.join(name), keep_on)?;
        }
        Ok(result)
    }

    fn send(
        &self,
        folder: &Path,
        names: &[String],
        keep_on: &mut KeepOn<'_>,
    ) -> Result<Vec<ResultFile>, (OrderError, bool)> {
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            let path = folder.join(name);
            let failed = |error| (OrderError::io(&path, error), false);
            let blake3 = hash(&path).map_err(failed)?;
            let bytes = fs::metadata(&path).map_err(failed)?.len();
            let url = self.url(name);
            self.remote.send(&url, &path, keep_on).map_err(|error| (error, false))?;
            files.push(ResultFile { name: name.clone(), url, bytes, blake3 });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    /// Puts the document of the result. An error comes with whether the result may stand all the
    /// same.
    fn put(
        &self,
        kind: &str,
        files: Vec<ResultFile>,
        keep_on: &mut KeepOn<'_>,
    ) -> Result<OrderResult, (OrderError, bool)> {
        let attempt = self.attempt.clone();
        // A command is an order of its own.
        let (order_id, kind) = (attempt.clone(), kind.to_owned());
        let result = OrderResult { schema: RESULT_SCHEMA.into(), order_id, kind, attempt, files };
        let text =
            serde_json::to_string_pretty(&result).map_err(|error| (OrderError::Work(error.to_string()), false))?;
        let (url, bytes) = (format!("{}/{RESULT_FILE}", self.url), format!("{text}\n"));
        if keep_on(0).is_break() {
            return Err((OrderError::Stopped, false));
        }
        // From here on a stop comes too late.
        let mut keep_on = |_| ControlFlow::Continue(());
        let stored = match &self.earlier {
            Some(tag) => self.remote.replace(&url, tag, bytes.as_bytes(), &mut keep_on),
            None => self.remote.create(&url, bytes.as_bytes(), &mut keep_on),
        };
        // A refusal may follow a request whose answer was lost.
        if stored.map_err(|error| (error, true))? {
            return Ok(result);
        }
        // Another attempt, or this one before a repeated request.
        let found = read(self.remote, &self.url, &mut keep_on).map_err(|error| (error, true))?;
        if found.is_some_and(|(found, _)| found == bytes.as_bytes()) {
            return Ok(result);
        }
        Err((OrderError::Changed { file: shown(&url) }, false))
    }

    fn discard(&self, names: &[String]) {
        for name in names {
            // What stays is not part of any result.
            let _ = self.remote.remove(&self.url(name));
        }
    }
}

/// Bytes of an object, and its tag.
type Tagged = (Vec<u8>, Option<String>);

/// Reads the `result.json` of a folder, with its tag.
fn read(remote: &dyn Remote, url: &str, keep_on: &mut KeepOn<'_>) -> Result<Option<Tagged>, OrderError> {
    let mut bytes = Vec::new();
    match remote.read(&format!("{url}/{RESULT_FILE}"), None, &mut bytes, keep_on) {
        Ok(Fetched::Whole { tag }) => Ok(Some((bytes, tag))),
        Ok(Fetched::Unchanged) | Err(OrderError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn shown(url: &str) -> String {
    Place::Remote(url.to_owned()).shown()
}

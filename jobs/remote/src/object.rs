//! Objects at URLs: the store, and the path in it.

use crate::environment::Environment;
use crate::failure::failed;
use crate::settings::Settings;
use mixdown_orders::OrderError;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, UpdateVersion};
use std::sync::Arc;

/// A URL, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    scheme: String,
    /// Bucket, container or host.
    bucket: String,
    path: Path,
    /// Signature of an HTTP URL, with its question mark.
    query: String,
}

impl Address {
    /// Takes a URL apart.
    pub(crate) fn of(url: &str) -> Result<Self, OrderError> {
        let (scheme, rest) =
            url.split_once("://").ok_or_else(|| OrderError::place(url, "not a URL of an object store or server"))?;
        let (rest, query) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
        let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = unescaped(path).ok_or_else(|| OrderError::place(url, "its name is not UTF-8 text"))?;
        let path = Path::parse(path).map_err(|error| OrderError::place(url, error.to_string()))?;
        Ok(Self { scheme: scheme.into(), bucket: bucket.into(), path, query: query.into() })
    }

    /// Returns the key under which its store is kept; `None` for a store of this URL alone.
    pub(crate) fn store_key(&self) -> Option<String> {
        self.query.is_empty().then(|| format!("{}://{}", self.scheme, self.bucket))
    }

    /// Opens its store; sends nothing.
    pub(crate) fn open(
        &self,
        url: &str,
        environment: &Environment,
        settings: &Settings,
    ) -> Result<Arc<dyn ObjectStore>, OrderError> {
        let (client, retry) = (settings.client(), settings.retry());
        let opened: object_store::Result<Arc<dyn ObjectStore>> = match &*self.scheme {
            "s3" => {
                let builder = AmazonS3Builder::new().with_client_options(client).with_retry(retry);
                let known = environment.of("AWS_").filter_map(|(key, value)| Some((key.parse().ok()?, value)));
                let builder = known.fold(builder, |builder, (key, value)| builder.with_config(key, value));
                builder.with_bucket_name(&self.bucket).build().map(|store| Arc::new(store) as _)
            }
            "gs" => {
                let builder = GoogleCloudStorageBuilder::new().with_client_options(client).with_retry(retry);
                let known = environment.of("GOOGLE_").filter_map(|(key, value)| Some((key.parse().ok()?, value)));
                let builder = known.fold(builder, |builder, (key, value)| builder.with_config(key, value));
                builder.with_bucket_name(&self.bucket).build().map(|store| Arc::new(store) as _)
            }
            "az" => {
                let builder = MicrosoftAzureBuilder::new().with_client_options(client).with_retry(retry);
                let known = environment.of("AZURE_").filter_map(|(key, value)| Some((key.parse().ok()?, value)));
                let builder = known.fold(builder, |builder, (key, value)| builder.with_config(key, value));
                builder.with_container_name(&self.bucket).build().map(|store| Arc::new(store) as _)
            }
            scheme => {
                let server = format!("{scheme}://{}/{}", self.bucket, self.query);
                let client = client.with_allow_http(scheme == "http");
                let builder = HttpBuilder::new().with_url(server).with_client_options(client).with_retry(retry);
                builder.build().map(|store| Arc::new(store) as _)
            }
        };
        opened.map_err(|error| match failed(url, &error, environment) {
            OrderError::Refused { cause, .. } | OrderError::Network { cause, .. } => OrderError::place(url, cause),
            error => error,
        })
    }

    /// Returns the object in its opened store.
    pub(crate) fn within(self, store: Arc<dyn ObjectStore>) -> Object {
        Object { store, path: self.path, has_versions: self.scheme == "gs" }
    }
}

/// An object of a store.
pub(crate) struct Object {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) path: Path,
    /// True if replacing needs a version beside the tag.
    has_versions: bool,
}

impl Object {
    /// Returns the tag of an object, as its callers keep it.
    pub(crate) fn tag(&self, about: &ObjectMeta) -> Option<String> {
        let tag = about.e_tag.clone()?;
        match &about.version {
            Some(version) if self.has_versions => Some(format!("{version} {tag}")),
            _ => Some(tag),
        }
    }

    /// Returns the entity tag and the version in a tag.
    pub(crate) fn version(&self, tag: &str) -> UpdateVersion {
        let (version, tag) = match tag.split_once(' ') {
            Some((version, tag)) if self.has_versions => (Some(version.to_owned()), tag),
            _ => (None, tag),
        };
        UpdateVersion { e_tag: Some(tag.to_owned()), version }
    }
}

/// Returns a path of a URL without escapes; `None` if it is not UTF-8 text then.
fn unescaped(path: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(path.len()), path.as_bytes());
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (url, bucket, path, query) in [
            ("s3://b/songs/a%20b.wav", "b", "songs/a b.wav", ""),
            ("s3://b/100%.wav", "b", "100%.wav", ""),
            ("gs://b/a~*[1].wav", "b", "a~*[1].wav", ""),
            ("https://h:80/a.wav?sig=a/b%2F", "h:80", "a.wav", "?sig=a/b%2F"),
            ("http://h", "h", "", ""),
        ] {
            let address = Address::of(url).unwrap();
            assert_eq!((&*address.bucket, address.path.as_ref(), &*address.query), (bucket, path, query), "{url}");
        }
        for wrong in ["a.wav", "s3://b/a//b.wav", "s3://b/../a.wav", "s3://b/%ff"] {
            assert!(matches!(Address::of(wrong), Err(OrderError::Place { .. })), "{wrong}");
        }
    }
}

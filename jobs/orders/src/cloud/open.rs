//! Stores, opened with the environment of their clouds.

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{ObjectStore, Result, RetryConfig};
use std::sync::Arc;
use std::time::Duration;

/// Opens the store of a bucket, named by the scheme and authority of a URL.
pub(super) fn open(scheme: &str, bucket: &str) -> Result<Arc<dyn ObjectStore>> {
    // Beyond a minute, another process has better chances: the order is given back.
    let retry = RetryConfig { max_retries: 5, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() };
    Ok(match scheme {
        "gs" => Arc::new(GoogleCloudStorageBuilder::from_env().with_url(bucket).with_retry(retry).build()?),
        "az" => Arc::new(MicrosoftAzureBuilder::from_env().with_url(bucket).with_retry(retry).build()?),
        _ => Arc::new(AmazonS3Builder::from_env().with_url(bucket).with_retry(retry).build()?),
    })
}

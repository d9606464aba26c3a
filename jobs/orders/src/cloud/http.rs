//! Reading from HTTP servers. URLs keep their queries, which sign them.

use crate::error::OrderError;
use crate::redact::redact;
use crate::remote::{Fetched, Sink};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Client, StatusCode};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest wait for a connection, and for the next bytes.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

pub(super) fn client() -> reqwest::Result<Client> {
    Client::builder()
        .connect_timeout(LONGEST_CONNECT)
        .read_timeout(LONGEST_SILENCE)
        .user_agent(concat!("mixdown/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Reads a resource into `to`, unless its tag is `known`.
pub(super) async fn read(
    client: &Client,
    url: &str,
    known: Option<&str>,
    to: &mut dyn Sink,
    moved: &AtomicU64,
) -> Result<Fetched, OrderError> {
    let network = |error: reqwest::Error| {
        let error = error.without_url();
        let inner = std::error::Error::source(&error).map_or(String::new(), |inner| format!(": {inner}"));
        OrderError::Network { url: redact(url), cause: redact(&format!("{error}{inner}")) }
    };
    let mut request = client.get(url);
    if let Some(tag) = known {
        request = request.header(IF_NONE_MATCH, tag);
    }
    let mut response = request.send().await.map_err(network)?;
    let status = response.status();
    let cause = format!("the server's status was {status}");
    match status {
        StatusCode::NOT_MODIFIED => return Ok(Fetched::Unchanged),
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(OrderError::Missing { file: redact(url) }),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            return Err(OrderError::Network { url: redact(url), cause });
        }
        status if status.is_server_error() => return Err(OrderError::Network { url: redact(url), cause }),
        _ => return Err(OrderError::Refused { url: redact(url), cause }),
    }
    let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    while let Some(bytes) = response.chunk().await.map_err(network)? {
        to.write_all(&bytes).map_err(|error| OrderError::io(Path::new("a fetched file"), error))?;
        moved.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }
    Ok(Fetched::Whole { tag })
}

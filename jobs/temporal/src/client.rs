//! The connection with the service.

use crate::Failure;
use crate::arguments::Service;
use std::time::Duration;
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions, Url};

/// Longest time of the first connection.
const TIME: Duration = Duration::from_secs(10);

/// Connects.
///
/// # Errors
/// [`Failure::Refused`] for an address that is not a URL, [`Failure::Service`] for the rest.
pub(crate) async fn connect(service: &Service) -> Result<Client, Failure> {
    let refuse = |cause: &dyn std::fmt::Display| Failure::Refused(format!("--address {}: {cause}", service.address));
    let url: Url = service.address.parse().map_err(|error| refuse(&error))?;
    if url.scheme() != "http" {
        return Err(refuse(&"write http://HOST:PORT; this program encrypts nothing itself"));
    }
    let identity = format!("mixdown-temporal@{}", std::process::id());
    let options = ConnectionOptions::new(url).identity(identity).connect_timeout(TIME).build();
    let connecting = tokio::time::timeout(TIME, Connection::connect(options)).await;
    let connection = connecting
        .map_err(|_| Failure::service(format!("no answer from {} within {} s", service.address, TIME.as_secs())))?
        .map_err(Failure::service)?;
    Client::new(connection, ClientOptions::new(service.namespace.clone()).build()).map_err(Failure::service)
}

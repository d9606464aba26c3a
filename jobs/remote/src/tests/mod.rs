//! The client against a server that fails: 500, slow, cut, 412, 403, a lost answer.

mod bucket;
mod message;
mod moto;
mod orders;
mod reading;
mod server;
mod writing;

use crate::{Environment, ObjectStores, Settings};
use mixdown_orders::{Fetched, OrderError, Remote};
use server::Server;
use std::ops::ControlFlow;
use std::time::Duration;

const SECRET: &str = "a-secret-access-key";

/// Returns a client of a server, which gives up soon.
fn client(server: &Server) -> ObjectStores {
    client_with(server, &[])
}

/// Returns a client of a server with more variables.
fn client_with(server: &Server, more: &[(&str, &str)]) -> ObjectStores {
    let endpoint = format!("http://{}", server.address);
    let variables = [
        ("AWS_ENDPOINT_URL", &*endpoint),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "an-access-key-id"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_REGION", "us-east-1"),
    ];
    let variables = variables.iter().chain(more).map(|(name, value)| ((*name).into(), (*value).into()));
    let settings = Settings {
        retries: 3,
        first_wait: Duration::from_millis(5),
        silence: Duration::from_millis(1_500),
        part_bytes: 5 << 20,
    };
    ObjectStores::new(Environment::new(variables), settings).unwrap()
}

fn keep_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Reads an object whole, with its tag.
fn read(client: &ObjectStores, url: &str) -> Result<(Vec<u8>, Option<String>), OrderError> {
    let mut bytes = Vec::new();
    match client.read(url, None, &mut bytes, &mut keep_on)? {
        Fetched::Whole { tag } => Ok((bytes, tag)),
        Fetched::Unchanged => panic!("not asked for"),
    }
}

/// Returns bytes that are not alike anywhere.
fn noise(len: usize) -> Vec<u8> {
    std::iter::successors(Some(1_u32), |state| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)))
        .map(|state| (state >> 24) as u8)
        .take(len)
        .collect()
}

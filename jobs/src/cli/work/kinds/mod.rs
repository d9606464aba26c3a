//! Kinds of orders: a row each, and a file each.

mod analysis;
mod mix;

use mixdown_orders::{Kind, OrderError, is_passing};
use std::error::Error;
use std::io;

/// All kinds. An order of another kind is refused as not known to this version.
pub(super) const KINDS: &[Kind] = &[Kind { name: "mix", run: mix::run }, Kind { name: "analysis", run: analysis::run }];

/// Returns the error of work that failed: temporary where its cause is one that passes.
fn failed(error: &(dyn Error + 'static)) -> OrderError {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    if causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_passing)) {
        OrderError::WorkAgain(error.to_string())
    } else {
        OrderError::Work(error.to_string())
    }
}

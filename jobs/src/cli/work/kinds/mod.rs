//! Kinds of orders: a row each, and a file each.

mod analysis;
mod mix;
mod notation;
mod separation;

use mixdown_orders::{Kind, OrderError, Stem, Task, is_passing};
use std::error::Error;
use std::{fs, io};

/// All kinds. An order of another kind is refused as not known to this version.
pub(super) const KINDS: &[Kind] = &[
    Kind { name: "mix", run: mix::run },
    Kind { name: "analysis", run: analysis::run },
    Kind { name: "notation", run: notation::run },
    Kind { name: "separation", run: separation::run },
];

/// Fields that stems of a notation may have beside their hash.
const STATED: &str = "type or name of stems";

/// Refuses orders with a field that their kind does not read: it would have no effect.
fn uses(task: &Task<'_, '_>, fields: &[&str]) -> Result<(), OrderError> {
    let order = task.order();
    let given = [
        ("session", order.session.is_some()),
        ("song", order.song.is_some()),
        ("with", order.with.is_some()),
        ("model", order.model.is_some()),
    ];
    let is_stated = |stem: &Stem| stem.stem_type.is_some() || stem.name.is_some();
    let given = given.into_iter().chain([(STATED, order.stems.iter().any(is_stated))]);
    match given.into_iter().find(|(field, is_given)| *is_given && !fields.contains(field)) {
        Some((field, _)) => Err(OrderError::Document(format!("an order of kind {} has no {field}", order.kind))),
        None => Ok(()),
    }
}

/// Writes a file of the result.
fn write(task: &Task<'_, '_>, name: &str, bytes: &[u8]) -> Result<(), OrderError> {
    let path = task.folder().join(name);
    fs::write(&path, bytes).map_err(|error| OrderError::io(&path, error))
}

/// Returns the error of work that failed: temporary where its cause is one that passes.
fn failed(error: &(dyn Error + 'static)) -> OrderError {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    if causes.any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_passing)) {
        OrderError::WorkAgain(error.to_string())
    } else {
        OrderError::Work(error.to_string())
    }
}

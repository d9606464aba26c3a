//! The output folder of an order: files of attempts, and the one result that is never replaced.

mod local;
mod store;

pub(crate) use store::object;

use crate::error::OrderError;
use crate::place::Place;
use crate::remote::{KeepOn, Remote};
use crate::result::OrderResult;
use std::path::Path;

/// An output folder. Attempts write below a name of their own; only [`Out::create_result`] decides
/// which of them counts.
pub(crate) trait Out {
    /// Returns the document of a published result; `None` without one.
    fn read_result(&self, keep_on: &mut KeepOn<'_>) -> Result<Option<Vec<u8>>, OrderError>;

    /// Brings a finished file to its place in the folder of the attempt; returns its URL.
    fn deliver(&self, attempt: &str, name: &str, file: &Path, keep_on: &mut KeepOn<'_>) -> Result<String, OrderError>;

    /// Creates the document of the result; returns false where there is one already.
    fn create_result(&self, bytes: &[u8], keep_on: &mut KeepOn<'_>) -> Result<bool, OrderError>;

    /// Removes the files of an attempt, as far as that works: nothing refers to them.
    fn discard(&self, attempt: &str, names: &[String]);
}

/// Opens the output folder at a place.
pub(crate) fn open<'a>(place: &Place, remote: Option<&'a dyn Remote>) -> Result<Box<dyn Out + 'a>, OrderError> {
    match (place, remote) {
        (Place::Local(folder), _) => Ok(Box::new(local::Local::new(folder.clone()))),
        (Place::Remote(url), Some(remote)) => Ok(Box::new(store::Store::new(url, remote))),
        (Place::Remote(_), None) => Err(OrderError::NoStores { url: place.shown() }),
    }
}

/// Returns the published result of an order; `None` without one.
///
/// # Errors
/// [`OrderError::OtherOrder`] where the folder holds that of another order.
pub(crate) fn published(
    out: &dyn Out,
    place: &Place,
    order_id: &str,
    keep_on: &mut KeepOn<'_>,
) -> Result<Option<OrderResult>, OrderError> {
    let Some(bytes) = out.read_result(keep_on)? else { return Ok(None) };
    let other = |found: &str| OrderError::OtherOrder { out: place.shown(), found: found.to_owned() };
    let result: OrderResult = serde_json::from_slice(&bytes).map_err(|_| other("(not a result of mixdown)"))?;
    if result.order_id == order_id { Ok(Some(result)) } else { Err(other(&result.order_id)) }
}

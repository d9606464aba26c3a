//! Orders as inputs of workflows and activities.

use crate::Failure;
use crate::arguments::LimitArguments;
use mixdown_orders::Order;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Most bytes of a workflow's input; the service refuses payloads of 2 MB.
pub(crate) const MAX_INPUT: usize = 1_500_000;
/// Form of a chain's document.
pub(crate) const CHAIN_SCHEMA: &str = "mixdown.chain/1";

/// An order, and the conditions under which it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrderInput {
    /// The document, which `mixdown work` checks.
    pub(crate) order: Value,
    /// The folder at which its relative paths start; absolute.
    pub(crate) folder: PathBuf,
    /// Its limits.
    pub(crate) limits: Limits,
}

/// Limits of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Attempts, at least 1.
    pub(crate) attempts: u32,
    /// Longest time of an attempt, in seconds.
    pub(crate) time_s: u64,
}

impl From<LimitArguments> for Limits {
    fn from(arguments: LimitArguments) -> Self {
        Self { attempts: arguments.attempts, time_s: arguments.time_limit.as_secs() }
    }
}

/// A chain: orders that run one after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChainInput {
    /// The steps, in their order.
    pub(crate) steps: Vec<OrderInput>,
}

/// The document of a chain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainDocument {
    schema: String,
    chain_id: String,
    orders: Vec<Value>,
}

impl OrderInput {
    /// Returns the id of the order; empty if the document has none.
    pub(crate) fn id(&self) -> &str {
        self.order["order_id"].as_str().unwrap_or_default()
    }
}

/// Reads an order, and checks its document.
///
/// # Errors
/// [`Failure::Refused`] with all problems.
pub(crate) fn read(file: &Path, limits: Limits) -> Result<OrderInput, Failure> {
    let (text, folder) = text_and_folder(file)?;
    let refuse = |error: &dyn std::fmt::Display| Failure::Refused(format!("{}: {error}", file.display()));
    Order::parse(&text).map_err(|error| refuse(&error))?;
    let order = serde_json::from_str(&text).map_err(|error| refuse(&error))?;
    check_size(&order, file)?;
    Ok(OrderInput { order, folder, limits })
}

/// Reads a chain, and checks its document and those of its orders. Returns its id, too.
///
/// # Errors
/// [`Failure::Refused`] with the first problem.
pub(crate) fn read_chain(file: &Path, limits: Limits) -> Result<(String, ChainInput), Failure> {
    let (text, folder) = text_and_folder(file)?;
    let refuse = |error: &dyn std::fmt::Display| Failure::Refused(format!("{}: {error}", file.display()));
    let chain: ChainDocument = serde_json::from_str(&text).map_err(|error| refuse(&error))?;
    if chain.schema != CHAIN_SCHEMA {
        return Err(refuse(&format!("schema {:?} is not known; write {CHAIN_SCHEMA:?}", chain.schema)));
    }
    if !is_id(&chain.chain_id) {
        return Err(refuse(&format!("chain_id {:?} is not valid", chain.chain_id)));
    }
    if chain.orders.is_empty() {
        return Err(refuse(&"orders is empty"));
    }
    for order in &chain.orders {
        Order::parse(&order.to_string()).map_err(|error| refuse(&error))?;
    }
    let steps: Vec<OrderInput> =
        chain.orders.into_iter().map(|order| OrderInput { order, folder: folder.clone(), limits }).collect();
    refuse_twins(&steps)?;
    check_size(&steps, file)?;
    Ok((chain.chain_id, ChainInput { steps }))
}

/// Refuses two orders with one id.
///
/// # Errors
/// [`Failure::Refused`] with the id.
pub(crate) fn refuse_twins(orders: &[OrderInput]) -> Result<(), Failure> {
    let mut seen = std::collections::HashSet::new();
    match orders.iter().find(|order| !seen.insert(order.id())) {
        Some(twin) => Err(Failure::Refused(format!("order_id {:?} occurs twice", twin.id()))),
        None => Ok(()),
    }
}

/// Refuses an input that the service would refuse.
///
/// # Errors
/// [`Failure::Refused`] with the size.
pub(crate) fn check_size(input: &impl Serialize, file: &Path) -> Result<(), Failure> {
    let size = serde_json::to_vec(input).map_or(usize::MAX, |bytes| bytes.len());
    if size <= MAX_INPUT {
        return Ok(());
    }
    let advice = "name sessions by path, or split it";
    Err(Failure::Refused(format!("{}: {size} bytes, of at most {MAX_INPUT}; {advice}", file.display())))
}

/// Returns whether a text is a valid id: letters, digits, and `-`, `_`, `.`, `:` between them.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() <= 200
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

/// Reads a file, and returns its text and its absolute folder.
fn text_and_folder(file: &Path) -> Result<(String, PathBuf), Failure> {
    let refuse = |error: std::io::Error| Failure::Refused(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(refuse)?;
    let path = std::path::absolute(file).map_err(refuse)?;
    Ok((text, path.parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LIMITS: Limits = Limits { attempts: 3, time_s: 60 };

    fn order(id: &str) -> Value {
        json!({ "schema": mixdown_orders::SCHEMA, "order_id": id, "kind": "mix", "stems": ["a.wav"], "out": "o" })
    }

    fn file(folder: &tempfile::TempDir, value: &Value) -> PathBuf {
        let path = folder.path().join("file.json");
        fs::write(&path, value.to_string()).unwrap();
        path
    }

    #[test]
    fn an_order_keeps_its_folder_and_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let input = read(&file(&folder, &order("a-1")), LIMITS).unwrap();
        assert_eq!((input.id(), &*input.folder), ("a-1", folder.path()));
        let mut wrong = order("a-1");
        wrong["oot"] = json!("typo");
        assert!(read(&file(&folder, &wrong), LIMITS).unwrap_err().to_string().contains("oot"));
        let mut large = order("a-1");
        large["stems"] = vec!["x".repeat(1_000); 1_600].into();
        assert!(read(&file(&folder, &large), LIMITS).unwrap_err().to_string().contains("at most"));
    }

    #[test]
    fn a_chain_has_orders_of_different_ids() {
        let folder = tempfile::tempdir().unwrap();
        let chain = |orders: Value| json!({ "schema": CHAIN_SCHEMA, "chain_id": "song", "orders": orders });
        let (id, input) = read_chain(&file(&folder, &chain(json!([order("a"), order("b")]))), LIMITS).unwrap();
        assert_eq!((&*id, input.steps[1].id()), ("song", "b"));
        let refusal = |value: Value| read_chain(&file(&folder, &value), LIMITS).unwrap_err().to_string();
        assert!(refusal(chain(json!([order("a"), order("a")]))).contains("twice"));
        assert!(refusal(chain(json!([]))).contains("empty"));
        assert!(refusal(chain(json!([{ "order_id": "a" }]))).contains("schema is missing"));
        assert!(refusal(json!({ "schema": "other", "chain_id": "song", "orders": [] })).contains("other"));
        assert!(refusal(json!({ "schema": CHAIN_SCHEMA, "chain_id": "a/b", "orders": [] })).contains("a/b"));
    }
}

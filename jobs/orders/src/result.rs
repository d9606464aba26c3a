//! The result document: the one file whose creation publishes an order's result.

use serde::{Deserialize, Serialize};

/// Name of the file in the output folder.
pub const RESULT_FILE: &str = "result.json";
/// Form of the document.
pub const RESULT_SCHEMA: &str = "mixdown.result/1";

/// The result of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderResult {
    /// Form of the document, [`RESULT_SCHEMA`].
    pub schema: String,
    /// The order.
    pub order_id: String,
    /// The kind of the order.
    pub kind: String,
    /// The attempt that was published: a UUID, and the folder of its files.
    pub attempt: String,
    /// All files, sorted by name.
    pub files: Vec<ResultFile>,
}

/// A file of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultFile {
    /// Name inside the folder of the attempt.
    pub name: String,
    /// Place of the file.
    pub url: String,
    /// Length, in bytes.
    pub bytes: u64,
    /// BLAKE3 hash, 64 hexadecimal digits.
    pub blake3: String,
}

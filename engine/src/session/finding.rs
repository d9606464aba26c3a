//! A problem found by a check, before its line is known.

use super::document_tree::PathStep;

/// A problem and its path in the document.
pub(crate) struct Finding {
    pub(super) path: Vec<PathStep>,
    pub(super) message: String,
}

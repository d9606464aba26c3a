//! Errors of orders: each for good, or worth another try.

use crate::document::SCHEMA;
use crate::redact::redact;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Reason why an order has no result. Nothing is published then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The document is not a valid order.
    #[error("not a valid order: {0}")]
    Document(String),
    /// The document has another form than this version reads.
    #[error("schema {found:?} is not known to this version, which reads {SCHEMA:?}")]
    Schema {
        /// The schema of the document.
        found: String,
    },
    /// No kind has this name.
    #[error("kind {kind:?} is not known to this version, which knows {known}")]
    Kind {
        /// The name.
        kind: String,
        /// Names of all kinds, separated by commas.
        known: String,
    },
    /// A path or URL cannot be used where it stands.
    #[error("{place}: not a valid place: {cause}")]
    Place {
        /// The path or URL, redacted.
        place: String,
        /// The cause, and the way out.
        cause: String,
    },
    /// A URL needs a client of object stores, which the program lacks.
    #[error("{url}: this program reaches no URLs: it was built without the feature cloud; use a path")]
    NoStores {
        /// The URL, redacted.
        url: String,
    },
    /// A file or object does not exist.
    #[error("{file}: no such file or object")]
    Missing {
        /// The path or URL, redacted.
        file: String,
    },
    /// An input has other bytes than the order states.
    #[error("{file}: its BLAKE3 hash is {found}, while the order states {stated}")]
    Hash {
        /// The path or URL, redacted.
        file: String,
        /// The hash of its bytes.
        found: String,
        /// The hash that the order states.
        stated: String,
    },
    /// An input changed while the work was done.
    #[error("{file}: changed during the work")]
    Changed {
        /// The path or URL, redacted.
        file: String,
    },
    /// A local file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// An object store or server cannot be reached, or fails.
    #[error("{url}: {cause}")]
    Network {
        /// The URL, redacted.
        url: String,
        /// Message of the client, redacted.
        cause: String,
    },
    /// An object store or server refuses a request.
    #[error("{url}: refused: {cause}")]
    Refused {
        /// The URL, redacted.
        url: String,
        /// Message of the client, redacted.
        cause: String,
    },
    /// The output folder belongs to another order.
    #[error("{out}: holds the result of order {found:?}; give each order a folder of its own")]
    OtherOrder {
        /// The output folder, redacted.
        out: String,
        /// The order whose result it holds.
        found: String,
    },
    /// The work was done, and misses a target that is strict.
    #[error("{0}")]
    TargetMissed(String),
    /// A program that the work needs is not on this machine.
    #[error("{0}")]
    NoProgram(String),
    /// The work failed for good.
    #[error("{0}")]
    Work(String),
    /// The work failed for a cause that passes.
    #[error("{0}")]
    WorkAgain(String),
    /// A stop was requested.
    #[error("stopped on request; nothing was published")]
    Stopped,
}

impl OrderError {
    /// Returns the error of a local file.
    pub fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }

    /// Returns the error of a place that cannot be used.
    pub fn place(place: &str, cause: impl Into<String>) -> Self {
        Self::Place { place: redact(place), cause: cause.into() }
    }

    /// Returns true if the same order may succeed later: the cause lies outside of it.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Io { source, .. } => is_passing(source),
            Self::Changed { .. } | Self::Network { .. } | Self::WorkAgain(_) | Self::Stopped => true,
            _ => false,
        }
    }

    /// Returns the stable name of the error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(_) => "order_not_valid",
            Self::Schema { .. } => "schema_not_known",
            Self::Kind { .. } => "kind_not_known",
            Self::Place { .. } => "place_not_valid",
            Self::NoStores { .. } => "stores_not_known",
            Self::Missing { .. } => "input_missing",
            Self::Hash { .. } => "input_differs",
            Self::Changed { .. } => "input_changed",
            Self::Io { source, .. } if is_full(source) => "disk_full",
            Self::Io { .. } => "file_error",
            Self::Network { .. } => "network_error",
            Self::Refused { .. } => "request_refused",
            Self::OtherOrder { .. } => "out_in_use",
            Self::TargetMissed(_) => "target_missed",
            Self::NoProgram(_) => "program_missing",
            Self::Work(_) | Self::WorkAgain(_) => "work_failed",
            Self::Stopped => "stopped",
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Returns true if an error of the operating system may pass: a full disk, a network file system
/// that is away.
pub fn is_passing(error: &io::Error) -> bool {
    is_full(error)
        || matches!(
            error.kind(),
            ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionReset
                | ErrorKind::HostUnreachable
                | ErrorKind::Interrupted
                | ErrorKind::NetworkDown
                | ErrorKind::NetworkUnreachable
                | ErrorKind::OutOfMemory
                | ErrorKind::ResourceBusy
                | ErrorKind::StaleNetworkFileHandle
                | ErrorKind::TimedOut
        )
}

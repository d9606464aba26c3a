//! Types of jobs that an engine does not carry out: their records stay readable.

use super::{Expiry, JobKind, Kind};
use std::time::Duration;

/// A type of job without its run.
pub(crate) struct Refused(pub(crate) Kind);

impl JobKind for Refused {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn stages(&self) -> &'static [&'static str] {
        self.0.stages()
    }

    fn expiry(&self) -> Expiry {
        self.0.expiry()
    }

    fn hung_after(&self) -> Duration {
        self.0.hung_after()
    }

    fn has_result(&self) -> bool {
        self.0.has_result()
    }
}

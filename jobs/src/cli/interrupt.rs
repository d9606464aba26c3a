//! Ctrl-C: the first one requests that the work stops and cleans up, the second one ends the
//! process.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

#[cfg(unix)]
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// Number that shells add to a signal's for the exit code of a process that it ended: 130 and 143.
const OF_SIGNALS: i32 = 128;

static ASKED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// Installs the handlers. Where signals cannot be caught, Ctrl-C simply ends the process.
pub(super) fn install() {
    for signal in SIGNALS {
        // Looked at before the flag is raised, so that it takes a second signal.
        let caught = flag::register_conditional_shutdown(signal, OF_SIGNALS + signal, Arc::clone(&ASKED))
            .and_then(|_| flag::register_usize(signal, Arc::clone(&SIGNAL), signal as usize))
            .and_then(|_| flag::register(signal, Arc::clone(&ASKED)));
        drop(caught);
    }
}

/// Returns true if a stop was requested.
pub(super) fn requested() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Returns the exit code of work that a signal has ended; `None` without a signal.
pub(super) fn exit_code() -> Option<u8> {
    let signal = SIGNAL.load(Ordering::SeqCst);
    (signal > 0).then(|| u8::try_from(OF_SIGNALS as usize + signal).unwrap_or(1))
}

//! Processes of the program that work on files of users: a hostile one ends such a process alone.

use crate::probe;

/// The hidden command of the program that calls [`child`], before the name of the work.
pub const CHILD: &str = "service-child";

/// Runs the work of this name in this process; returns true if it succeeded.
pub fn child(name: &str) -> bool {
    match name {
        probe::PROBE => probe::probe_child(),
        probe::DRAW => probe::draw_child(),
        _ => false,
    }
}

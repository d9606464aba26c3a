//! Limits of a session document.

/// Most inserts, and most sends, of a track or bus.
pub const MAX_INSERTS: usize = 64;
/// Range of times anywhere in a session, in seconds: up to one day.
pub const TIME_S: (f64, f64) = (0.0, 86_400.0);

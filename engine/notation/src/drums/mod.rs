//! Hits of drum stems.

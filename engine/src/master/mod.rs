//! (master)

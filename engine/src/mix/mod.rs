//! (mix)

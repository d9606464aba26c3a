//! (align)

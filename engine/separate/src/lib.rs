//! Separation of songs into parts, and reports of what the parts leave.

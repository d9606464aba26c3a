//! Promises of the library, on real files.
#![allow(clippy::unwrap_used)] // What fails here fails a test, with the line.

mod adding;
mod common;
mod damage;
mod deleting;
mod figures;
mod filters;
mod kills;
mod marks;
mod paging;
mod parts;
mod similar;
mod text;

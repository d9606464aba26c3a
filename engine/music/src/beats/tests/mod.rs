//! Rhythms of bands that are synthesised here.

mod band;
mod rhythms;
mod robustness;

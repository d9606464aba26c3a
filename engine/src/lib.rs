//! Decode, align, process, mix, master and measure audio: a [`Session`](session::Session) in, a
//! master with its data out.
//!
//! # Start here
//! Stems in, a master out:
//!
//! ```
//! use mixdown_engine::prelude::*;
//!
//! # let stem = |name: &str| mixdown_fixtures::path(format!("stems/band/{name}.flac"));
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("mix");
//! let mut session = Session::from_stems(&[stem("drums"), stem("bass")]);
//! session.tracks[1].gain_db = -2.0;
//! session.time.end_s = Some(5.0);
//! let rendered = Render::new(session).target(Target::Lufs(-16.0)).to_folder(&out)?;
//! assert!(rendered.report.master.verified && out.join("final_mix.wav").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | use |
//! |---|---|
//! | mix stems into a folder, or into memory | [`Render`](render::Render) |
//! | describe a mix | [`Session`](session::Session), [`Insert`](dsp::Insert) |
//! | measure a file: LUFS, LU, dBTP | [`measure`] |
//! | draw a file | [`waveform`] |
//! | find the delays between recordings | [`align`](fn@align) |
//! | read any audio file as planar `f32` | [`StemReader`](io::StemReader) |
//! | play a mix, and change it while it plays | [`live`] |
//!
//! Runnable programs for each are in the folder `examples`: `cargo run --example render_folder`.
//!
//! # Ways to stop, and errors
//! Long calls report their progress and can be stopped. They write all of their files or none. Each
//! error names the file or setting, the cause and the way out.
//!
//! ```
//! use mixdown_engine::prelude::*;
//! use std::ops::ControlFlow;
//!
//! # let stem = mixdown_fixtures::path("stems/band/drums.flac");
//! # let folder = tempfile::tempdir()?;
//! # let out = folder.path().join("mix");
//! let render = Render::new(Session::from_stems(&[stem])).on_progress(|_| ControlFlow::Break(()));
//! assert!(matches!(render.to_folder(&out), Err(RenderError::Stopped(_))) && !out.exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! `align`, `live`, `opus` and `report` (page and pictures) are on unless switched off; `device`
//! adds output devices.
//!
//! # Path of a sample
//! [`io`] decodes and trims it, and [`resample`] brings it to the session's rate. Next,
//! [`mod@align`] finds its position, [`dsp`] processes it, [`mix`] sums it, and [`master`] gives
//! the sum its loudness. Beside this path, [`meter`] and [`analysis`] measure, and [`render`]
//! drives it all. The crate reads no clock, no environment and no terminal, and prints nothing.

// What a feature leaves out is the only user of some of the rest, and the only export of some.
#![cfg_attr(not(all(feature = "align", feature = "report")), allow(dead_code, unused_imports, unreachable_pub))]

pub mod align;
pub mod analysis;
pub mod audio;
pub mod dsp;
pub mod io;
#[cfg(feature = "live")]
pub mod live;
pub mod master;
pub mod meter;
pub mod mix;
mod one_call;
pub mod prelude;
pub mod process;
pub mod render;
pub mod report;
pub mod resample;
pub mod session;
mod simd;
mod spool;
pub mod units;

#[cfg(feature = "align")]
pub use one_call::align;
pub use one_call::{measure, waveform};

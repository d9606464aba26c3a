//! Decode, align, process, mix, master and measure audio: a [`Session`](session::Session) in, a
//! master with its data out.
//!
//! ```
//! use mixdown_engine::dsp::Insert;
//! use mixdown_engine::dsp::gain::GainSettings;
//! use mixdown_engine::render::{Phase, RenderOptions, render_to_folder, render_to_memory};
//! use mixdown_engine::session::{Session, Target, Track};
//! use std::ops::ControlFlow;
//!
//! # let stem = |name: &str| mixdown_fixtures::path(format!("stems/band/{name}.flac"));
//! # let folder = tempfile::tempdir()?;
//! let mut bass = Track::new(stem("bass"));
//! bass.gain_db = -2.0;
//! bass.inserts = vec![Insert::Gain(GainSettings::new(1.0))];
//! let tracks = vec![Track::new(stem("drums")), bass];
//! let mut session = Session { tracks, ..Session::default() };
//! session.master.target = Target::Lufs(-16.0);
//! session.time.end_s = Some(5.0);
//!
//! // Into memory: stereo, not quantised. The callback sees how far it is, and may stop it.
//! let mut mixing = 0.0;
//! let options = RenderOptions::default();
//! let (audio, report) = render_to_memory(session.clone(), &options, &mut |progress| {
//!     if progress.phase == Phase::Mixing {
//!         mixing = progress.fraction;
//!     }
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!((audio.channels(), audio.frames(), mixing), (2, 5 * 48_000, 1.0));
//! assert!(report.master.verified);
//!
//! // Into a folder: final_mix.wav and its data, all of it or nothing.
//! let out = folder.path().join("mix");
//! let stop = &mut |_| ControlFlow::Break(());
//! let stopped = render_to_folder(session.clone(), &out, &options, stop);
//! assert!(stopped.is_err() && !out.exists());
//! render_to_folder(session, &out, &options, &mut |_| ControlFlow::Continue(()))?;
//! assert!(out.join("final_mix.wav").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Path of a sample: [`io`] decodes and trims it, and [`resample`] brings it to the session's rate.
//! Next, [`align`] finds its position, [`dsp`] processes it, [`mix`] sums it, and [`master`] gives
//! the sum its loudness. Beside this path, [`meter`] and [`analysis`] measure, and [`render`]
//! drives it all. The crate reads no clock, no environment and no terminal, and prints nothing.

pub mod align;
pub mod analysis;
pub mod audio;
pub mod dsp;
pub mod io;
pub mod live;
pub mod master;
pub mod meter;
pub mod mix;
pub mod process;
pub mod render;
pub mod report;
pub mod resample;
pub mod session;
mod simd;
mod spool;
pub mod units;

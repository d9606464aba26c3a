//! Analysis of a programme: its waveform, its spectrum, its phase scope, its difference from
//! another, and the documents that a render writes.

mod band_meter;
mod bands;
#[cfg(feature = "align")]
mod difference;
mod documents;
mod files;
mod match_curve;
mod phase_scope;
mod power_frames;
mod spectrum;
mod stream;
mod waveform;
mod waveform_form;

#[doc(hidden)]
pub use band_meter::BandMeter;
#[cfg(feature = "align")]
#[doc(hidden)]
pub use difference::DifferenceOutline;
#[cfg(feature = "align")]
pub use difference::{Difference, DifferenceError, compare_files};
#[doc(hidden)]
pub use documents::{METERS_SCHEMA, MasterMeters, MetersDocument, SPECTRUM_SCHEMA, StripMeters};
#[doc(hidden)]
pub use files::stores_floats;
pub use files::{DrawError, FileWaveform, MeasuredFile, draw_file, measure_file};
pub use match_curve::{LEAST_MATCH_S, MatchError, MatchReference, match_curve};
#[doc(hidden)]
pub use phase_scope::{PhaseScope, ScopePicture};
#[doc(hidden)]
pub use spectrum::{BandLevels, Spectrogram, SpectrumAnalyser, SpectrumDocument};
#[doc(hidden)]
pub use stream::watch_stem;
pub use waveform::WaveformData;
#[doc(hidden)]
pub use waveform::{WaveformGenerator, WaveformSettings};
pub use waveform_form::Bits;
#[doc(hidden)]
pub use waveform_form::WaveformHead;

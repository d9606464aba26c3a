//! Analysis of a programme: its waveform, its spectrum, its phase scope, its difference from
//! another, and the documents that a render writes.

mod band_meter;
mod bands;
#[cfg(feature = "align")]
mod difference;
mod documents;
mod files;
mod phase_scope;
mod power_frames;
mod spectrum;
mod stream;
mod waveform;
mod waveform_form;

pub use band_meter::BandMeter;
#[cfg(feature = "align")]
pub use difference::{Difference, DifferenceError, DifferenceOutline, compare_files};
pub use documents::{METERS_SCHEMA, MasterMeters, MetersDocument, SPECTRUM_SCHEMA, StripMeters};
pub use files::{DrawError, FileWaveform, MeasuredFile, draw_file, measure_file, stores_floats};
pub use phase_scope::{PhaseScope, ScopePicture};
pub use spectrum::{BandLevels, Spectrogram, SpectrumAnalyser, SpectrumDocument};
pub use stream::watch_stem;
pub use waveform::{WaveformData, WaveformGenerator, WaveformSettings};
pub use waveform_form::Bits;
pub use waveform_form::WaveformHead;

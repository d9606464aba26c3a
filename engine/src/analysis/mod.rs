//! What is drawn of a programme: its waveform, its spectrum over time, and the documents they are written to.

mod bands;
mod documents;
mod power_frames;
mod spectrum;
mod waveform;

pub use documents::{METERS_SCHEMA, MasterMeters, MetersDocument, SPECTRUM_SCHEMA, TrackMeters};
pub use spectrum::{BandLevels, Spectrogram, SpectrumAnalyser, SpectrumDocument};
pub use waveform::{Bits, WaveformData, WaveformGenerator, WaveformSettings};

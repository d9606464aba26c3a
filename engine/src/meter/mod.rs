//! Meters: taps that observe a signal and never change it.
//!
//! Every meter reads the same bits for any split of its input into blocks. Samples that are NaN,
//! infinite or beyond ±10³⁰ count as 0. A reading that does not exist (silence, too short) is
//! `None`, never an infinity.

mod batch;
#[cfg(test)]
mod conformance;
mod correlation;
mod gating;
mod history;
mod interval_meter;
mod k_weighting;
mod lane_sums;
mod level_state;
mod levels;
#[cfg(target_arch = "x86_64")]
mod levels_avx512;
mod loudness;
mod means;
mod peak;
mod programme;
mod psr;
mod reading;
mod readings;
mod rms;
mod spectral_centroid;
mod true_peak;

pub use batch::MeterInput;
pub use correlation::CorrelationMeter;
pub(crate) use gating::loudness_range_in_place;
pub use gating::{integrated_power, loudness_range};
pub use history::MeterHistory;
pub use k_weighting::{KCoefficients, Section, loudness_weight};
pub use loudness::LoudnessMeter;
pub use peak::PeakMeter;
pub use programme::ProgrammeMeter;
pub use reading::SINE_OFFSET_LU;
pub(crate) use reading::finite;
pub use reading::power_lufs;
pub use reading::{SILENCE_DB, amplitude_db, power_db, rounded};
pub use readings::{INTERVAL_MS, LiveLevels, Measurement, MeterRow, MeterSeries, SERIES, SUMMARY};
pub(crate) use readings::{Interval, LinePlot, SeriesPlot, interval_start};
pub use readings::{Label, Level, Linear, SeriesReading, SeriesValue, SummaryReading, SummaryValue};
pub use rms::RmsMeter;
pub use true_peak::{TruePeakFir, TruePeakMeter};

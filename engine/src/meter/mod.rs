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

#[doc(hidden)]
#[doc(hidden)]
pub use batch::MeterInput;
#[doc(hidden)]
#[doc(hidden)]
pub use correlation::CorrelationMeter;
pub(crate) use gating::loudness_range_in_place;
#[doc(hidden)]
#[doc(hidden)]
pub use gating::{integrated_power, loudness_range};
#[doc(hidden)]
#[doc(hidden)]
pub use history::MeterHistory;
#[doc(hidden)]
#[doc(hidden)]
pub use k_weighting::{KCoefficients, Section, loudness_weight};
#[doc(hidden)]
#[doc(hidden)]
pub use loudness::LoudnessMeter;
#[doc(hidden)]
#[doc(hidden)]
pub use peak::PeakMeter;
pub use programme::ProgrammeMeter;
#[doc(hidden)]
#[doc(hidden)]
pub use reading::SINE_OFFSET_LU;
pub(crate) use reading::finite;
#[doc(hidden)]
#[doc(hidden)]
pub use reading::power_lufs;
#[doc(hidden)]
#[doc(hidden)]
pub use reading::{SILENCE_DB, amplitude_db, power_db, rounded};
#[doc(hidden)]
#[doc(hidden)]
pub use readings::{INTERVAL_MS, LiveLevels, MeterRow, SERIES, SUMMARY};
pub(crate) use readings::{Interval, LinePlot, SeriesPlot, interval_start};
#[doc(hidden)]
#[doc(hidden)]
pub use readings::{Label, Level, Linear, SeriesReading, SeriesValue, SummaryReading, SummaryValue};
pub use readings::{Measurement, MeterSeries};
#[doc(hidden)]
#[doc(hidden)]
pub use rms::RmsMeter;
#[doc(hidden)]
#[doc(hidden)]
pub use true_peak::{TruePeakFir, TruePeakMeter};

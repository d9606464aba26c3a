//! The table: every reading has one row here, every meter with a file of its own one line.
//!
//! A row is its description, its key, its type, and columns that `columns.rs` describes. `of` takes
//! the value from its source.

mod cell;
mod columns;
mod emit;
mod fields;
mod sources;

pub use cell::{Level, Linear};
pub use columns::{Label, SeriesReading, SeriesValue, SummaryReading, SummaryValue};
pub(crate) use columns::{LinePlot, Rounding, SeriesPlot};
pub(crate) use sources::{Interval, Whole};

use super::INTERVAL_MS;
use crate::audio::Block;
use crate::meter::interval_meter::{IntervalLevels, IntervalMeter};
use crate::meter::psr::PsrMeter;
use crate::meter::spectral_centroid::SpectralCentroidMeter;
use crate::meter::{amplitude_db, power_db};
use crate::units::SampleRate;
use cell::next_bytes;
use emit::{interval_meters, series_readings, series_value, summary_readings};
use fields::Round;
use serde::{Deserialize, Serialize};
use sources::difference;

const fn label(text: &'static str, decimals: u8) -> Label {
    Label { text, decimals }
}

interval_meters! {
    psr: PsrMeter,
    centroid: SpectralCentroidMeter,
}

series_readings! {
    // Read live too: from levels alone, since live meters have no others.
    live {
        /// The largest sample of all channels.
        peak_dbfs: Level {
            of: |interval| amplitude_db(interval.peak),
            unit: "dBFS",
        }
        /// Root mean square over frames and channels; −3.01 for a full-scale sine.
        rms_dbfs: Level {
            of: |interval| power_db(interval.mean_square),
            unit: "dBFS",
        }
        /// Loudness of the 400 ms that end with the interval; none in the first three.
        momentary_lufs: Level {
            of: |interval| interval.momentary_lufs,
            unit: "LUFS",
            live: Some(label("momentary", 1)),
            pointer: Some("M"),
            plot: Some(SeriesPlot::Loudness("momentary", "momentary (0.4 s)")),
        }
        /// Loudness of the 3 s that end with the interval; none in the first 29.
        short_term_lufs: Level {
            of: |interval| interval.short_term_lufs,
            unit: "LUFS",
            live: Some(label("short-term", 1)),
            pointer: Some("S"),
            plot: Some(SeriesPlot::Loudness("short", "short-term (3 s)")),
        }
        /// True peak of all channels; a peak may count up to 40 frames late. On noise up to Nyquist
        /// it reads up to 1 dB less than the whole.
        true_peak_dbtp: Level {
            of: |interval| amplitude_db(interval.true_peak),
            unit: "dBTP",
            live: Some(label("true peak", 1)),
            pointer: Some("peak"),
            plot: Some(SeriesPlot::TruePeaks),
        }
        /// Correlation of the first two channels, −1 to 1, means not removed.
        correlation: Level {
            of: |interval| interval.correlation,
            unit: "",
            rounding: Rounding::Decimals(3),
            live: Some(label("correlation", 2)),
            plot: Some(SeriesPlot::Line(LinePlot {
                title: "Correlation",
                span: (-1.1, 1.1),
                marks: &[(1.0, "+1"), (0.0, "0"), (-1.0, "−1")],
                logarithmic: false,
                lowest: true,
                whole: ("correlation", "on the whole; +1 is mono, 0 wide, −1 cancels in mono"),
                missing: "a channel is silent",
            })),
        }
    }
    offline {
        /// Mean square over frames and channels, linear: 0.5 for a full-scale sine.
        energy: Linear {
            of: |interval| Some(interval.mean_square),
            unit: "",
            rounding: Rounding::Digits(4),
        }
        /// Peak to short-term loudness ratio: the highest true peak of the 3 s that end with the
        /// interval over the loudness of the same 3 s; none in the first 29.
        psr_db: Level {
            of: |interval| interval.meters?.psr.reading_db(),
            unit: "dB",
            plot: Some(SeriesPlot::Line(LinePlot {
                title: "Peak to short-term loudness",
                span: (0.0, 24.0),
                marks: &[(0.0, "0"), (8.0, "8"), (16.0, "16"), (24.0, "24")],
                logarithmic: false,
                lowest: true,
                whole: ("psr_db", "at the least"),
                missing: "shorter than 3 s, or too soft",
            })),
        }
        /// Spectral centroid: the mean frequency by power of the first 20 to 40 ms of the interval
        /// (1024 frames at 44.1 and 48 kHz); none in silence.
        spectral_centroid_hz: Level {
            of: |interval| interval.meters?.centroid.reading_hz(),
            unit: "Hz",
            rounding: Rounding::Decimals(0),
            plot: Some(SeriesPlot::Line(LinePlot {
                title: "Spectral centroid",
                span: (50.0, 20_000.0),
                marks: &[(100.0, "100"), (1_000.0, "1k"), (10_000.0, "10k")],
                logarithmic: true,
                lowest: false,
                whole: ("spectral_centroid_hz", "on the whole"),
                missing: "shorter than 0.1 s",
            })),
        }
    }
}

summary_readings! {
    /// Frames per second.
    sample_rate_hz: u32 {
        of: |whole| whole.rate.hz(),
        unit: "Hz",
    }
    /// Channels per frame.
    channels: usize {
        of: |whole| whole.channels,
        unit: "",
    }
    /// Length in frames.
    frames: u64 {
        of: |whole| whole.frames,
        unit: "frames",
    }
    /// Length in seconds.
    duration_s: f64 {
        of: |whole| whole.rate.seconds(whole.frames),
        unit: "s",
        decimals: 6,
    }
    /// Integrated loudness by ITU-R BS.1770-4: 400 ms blocks every 100 ms, gates at −70 LUFS and
    /// 10 LU below the mean.
    integrated_lufs: Option<f64> {
        of: |whole| whole.integrated_lufs,
        unit: "LUFS",
        column: Some(label("loudness", 1)),
        master: Some(label("Loudness, LUFS", 1)),
        strip: Some("Loudness"),
    }
    /// Loudness range by EBU Tech 3342; unstable in programmes under a minute.
    loudness_range_lu: Option<f64> {
        of: |whole| whole.loudness_range_lu,
        unit: "LU",
        column: Some(label("range", 1)),
        master: Some(label("Range, LU", 1)),
    }
    /// The loudest 400 ms, on a grid of 10 ms.
    max_momentary_lufs: Option<f64> {
        of: |whole| whole.loudness.max_momentary_lufs(),
        unit: "LUFS",
        column: Some(label("max M", 1)),
    }
    /// The loudest 3 s, on a grid of 10 ms.
    max_short_term_lufs: Option<f64> {
        of: |whole| whole.loudness.max_short_term_lufs(),
        unit: "LUFS",
        column: Some(label("max S", 1)),
        master: Some(label("Loudest 3 s, LUFS", 1)),
    }
    /// The highest level between samples or at them, LFE included; within 0.02 dB up to 0.45 of the
    /// sample rate, and 0.05 dB on noise up to Nyquist.
    true_peak_dbtp: Option<f64> {
        of: |whole| whole.true_peak_dbtp,
        unit: "dBTP",
        column: Some(label("true peak", 1)),
        master: Some(label("True peak, dBTP", 1)),
        strip: Some("True peak"),
    }
    /// The largest sample.
    sample_peak_dbfs: Option<f64> {
        of: |whole| whole.peak.sample_peak_dbfs(),
        unit: "dBFS",
        column: Some(label("peak", 1)),
    }
    /// Root mean square over frames and channels; −3.01 for a full-scale sine.
    rms_dbfs: Option<f64> {
        of: |whole| whole.rms_dbfs,
        unit: "dBFS",
        column: Some(label("RMS", 1)),
        master: Some(label("RMS, dBFS", 1)),
    }
    /// Crest factor: sample peak over RMS.
    crest_db: Option<f64> {
        of: |whole| difference(whole.peak.sample_peak_dbfs(), whole.rms_dbfs),
        unit: "dB",
        column: Some(label("crest", 1)),
        master: Some(label("Crest, dB", 1)),
    }
    /// Peak to loudness ratio: true peak over integrated loudness.
    plr_db: Option<f64> {
        of: |whole| difference(whole.true_peak_dbtp, whole.integrated_lufs),
        unit: "dB",
        column: Some(label("PLR", 1)),
    }
    /// The mean of each channel, full scale 1.0.
    dc_offset: Vec<f64> {
        of: |whole| whole.means.offsets(whole.loudness),
        unit: "",
        decimals: 6,
    }
    /// Correlation of the first two channels, −1 to 1, means not removed.
    correlation: Option<f64> {
        of: |whole| whole.means.correlation(whole.loudness),
        unit: "",
        decimals: 3,
        column: Some(label("corr.", 2)),
    }
    /// Samples of magnitude 1.0 or more, every channel counted.
    clipped_samples: u64 {
        of: |whole| whole.peak.clipped_samples(),
        unit: "samples",
        column: Some(label("clipped", 0)),
        master: Some(label("Clipped samples", 0)),
    }
    /// Samples that are not a number, infinite or beyond ±10³⁰, every channel counted; measured as
    /// 0.
    non_finite_samples: u64 {
        of: |whole| whole.peak.non_finite_samples(),
        unit: "samples",
    }
    /// Peak to short-term loudness ratio: the least of the values over time of which the loudness
    /// is −70 LUFS or more.
    psr_db: Option<f64> {
        of: |whole| whole.meters.psr.least_db(),
        unit: "dB",
        column: Some(label("PSR", 1)),
        master: Some(label("Least PSR, dB", 1)),
    }
    /// Spectral centroid: the mean frequency by power of the values over time together; none in
    /// silence, and below 0.1 s.
    spectral_centroid_hz: Option<f64> {
        of: |whole| whole.meters.centroid.whole_hz(),
        unit: "Hz",
        decimals: 0,
        column: Some(label("centroid", 0)),
    }
}

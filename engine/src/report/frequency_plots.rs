//! Plots over frequency and space: spectrogram, average spectrum against pink noise, phase scope.

use super::Report;
use super::markup::{line_path, number};
use super::plot::{Plot, Tick, WIDTH};
use super::raster::{Raster, data_uri, tinted_png};
use super::time_axis::time_ticks;
use crate::analysis::{ScopePicture, SpectrumDocument};
use std::fmt::Write as _;

/// The lowest frequency drawn.
const LOWEST_HZ: f64 = 20.0;
/// Maximum number of spectrogram columns; of more, each group is drawn by its loudest.
const MAX_COLUMNS: usize = 1_500;
/// Levels below the loudest that the spectrogram and the spectrum show, in dB.
const HEAT_RANGE_DB: f64 = 80.0;
const SPECTRUM_RANGE_DB: f64 = 72.0;
/// Fall of pink noise in dB per octave: its power per hertz halves with every octave.
const PINK_DB_AN_OCTAVE: f64 = 3.010_3;
/// Range in which the pink line is fitted: the body of music, in hertz.
const FIT_HZ: std::ops::Range<f64> = 60.0..8_000.0;
/// The colour of the phase scope: on light and dark alike.
const SCOPE_COLOUR: [u8; 3] = [58, 128, 214];

/// Frequencies with a label; the minor ones are left out where room is short.
const MARKS: [(f64, &str, bool); 10] = [
    (20.0, "20", true),
    (50.0, "50", false),
    (100.0, "100", false),
    (200.0, "200", true),
    (500.0, "500", true),
    (1_000.0, "1k", false),
    (2_000.0, "2k", true),
    (5_000.0, "5k", true),
    (10_000.0, "10k", false),
    (20_000.0, "20k", true),
];

/// Returns the position of a frequency between 20 Hz and half the rate, 0 to 1.
fn axis_position(hz: f64, nyquist_hz: f64) -> f64 {
    libm::log(hz / LOWEST_HZ) / libm::log(nyquist_hz / LOWEST_HZ)
}

/// The spectrogram as a raster, with the highest band on top.
pub(super) struct Heat {
    pub(super) raster: Raster,
    top_dbfs: f64,
}

impl Heat {
    pub(super) fn new(report: &Report, spectrum: &SpectrumDocument) -> Self {
        let spectrogram = &spectrum.spectrogram;
        let together = spectrogram.times_s.len().div_ceil(MAX_COLUMNS).max(1);
        let columns: Vec<&[Vec<f64>]> = spectrogram.dbfs.chunks(together).collect();
        let rows = spectrogram.bands_hz.len();
        let loudest = spectrogram.dbfs.iter().flatten().copied().fold(-200.0, f64::max);
        let top_dbfs = (loudest / 10.0).ceil() * 10.0;
        // Dither would be drawn as loud as music: its level is the same everywhere.
        let silent = report.is_silent();
        let level = |dbfs: f64| if silent { 0 } else { loudness(dbfs, top_dbfs) };
        let mut levels = Vec::with_capacity(rows * columns.len());
        for row in (0..rows).rev() {
            levels.extend(
                columns.iter().map(|group| level(group.iter().map(|column| column[row]).fold(-200.0, f64::max))),
            );
        }
        // Times are the middles of columns, evenly spaced.
        let times = &spectrogram.times_s;
        let duration_s = report.output.duration_s;
        let step_s = match times.as_slice() {
            [first, .., last] => (last - first) / (times.len() - 1) as f64,
            _ => duration_s,
        };
        let start_s = times.first().map_or(0.0, |first| first - step_s / 2.0);
        let width_s = step_s * (columns.len() * together) as f64;
        let raster = Raster {
            levels,
            columns: columns.len(),
            rows,
            left: start_s / duration_s * WIDTH,
            width: width_s / duration_s * WIDTH,
            top: 0.0,
            height: 1.0,
        };
        Self { raster, top_dbfs }
    }
}

/// Returns the brightness of a level, 255 for the loudest.
fn loudness(dbfs: f64, top_dbfs: f64) -> u8 {
    (255.0 * (1.0 + (dbfs - top_dbfs) / HEAT_RANGE_DB).clamp(0.0, 1.0)).round() as u8
}

/// Returns the plot of the spectrogram; its raster lies under it on a page.
pub(super) fn spectrogram(report: &Report, spectrum: &SpectrumDocument, heat: &Heat) -> Plot {
    let nyquist_hz = f64::from(spectrum.sample_rate_hz) / 2.0;
    let marks = MARKS.iter().filter(|(hz, _, minor)| !minor && *hz < nyquist_hz);
    let caption = if report.is_silent() {
        "silence".to_owned()
    } else {
        let (bottom, top) = (number(heat.top_dbfs - HEAT_RANGE_DB, 0), number(heat.top_dbfs, 0));
        format!("bright is loud: {bottom} to {top} dBFS")
    };
    Plot {
        title: "Spectrogram",
        unit: "Hz",
        caption,
        height: 220.0,
        x: time_ticks(report.output.duration_s),
        y: marks
            .map(|(hz, label, minor)| Tick {
                at: 1.0 - axis_position(*hz, nyquist_hz),
                label: (*label).into(),
                minor: *minor,
            })
            .collect(),
        legend: Vec::new(),
        body: String::new(),
        image: heat.raster.image(),
        over_time: true,
    }
}

/// Returns the plot of the average spectrum as power per hertz, where pink noise falls by 3 dB per
/// octave.
pub(super) fn average_spectrum(spectrum: &SpectrumDocument) -> Plot {
    let nyquist_hz = f64::from(spectrum.sample_rate_hz) / 2.0;
    let fine = density(
        &spectrum.average.bands_hz,
        &spectrum.average.dbfs,
        (nyquist_hz / LOWEST_HZ).powf(1.0 / spectrum.average.bands_hz.len().max(1) as f64),
        spectrum,
    );
    let coarse =
        density(&spectrum.third_octaves.bands_hz, &spectrum.third_octaves.dbfs, libm::pow(10.0, 0.1), spectrum);
    let pink = pink_level(&coarse);
    let loudest = fine.iter().chain(&coarse).map(|point| point.1).fold(-200.0, f64::max);
    let top = (loudest / 12.0).ceil() * 12.0;
    let bottom = top - SPECTRUM_RANGE_DB;
    let height = 250.0;
    let at = |hz: f64, db: f64| (axis_position(hz, nyquist_hz) * WIDTH, Plot::y_of(height, db, bottom, top));
    let line = |class: &str, points: &[(f64, f64)]| {
        let path = line_path(points.iter().map(|(hz, db)| Some(at(*hz, *db))));
        format!("<path class=\"{class}\" d=\"{path}\"/>")
    };
    let mut body = line("fine", &fine) + &line("short", &coarse);
    let mut legend = vec![("short", "third octaves".into()), ("fine", "fine".into())];
    let mut caption = "silent".to_owned();
    if let Some(level) = pink {
        let octaves = |hz: f64| libm::log2(hz / 1_000.0);
        // Cut where the line leaves the drawing, so that its slope stays true.
        let clipped: Vec<(f64, f64)> = (0..=200)
            .map(|step| LOWEST_HZ * libm::pow(nyquist_hz / LOWEST_HZ, f64::from(step) / 200.0))
            .map(|hz| (hz, level - PINK_DB_AN_OCTAVE * octaves(hz)))
            .filter(|(_, db)| (bottom..=top).contains(db))
            .collect();
        body += &line("pink", &clipped);
        legend.push(("pink", "pink noise, −3 dB an octave".into()));
        caption = balance(&coarse, level);
    }
    Plot {
        title: "Average spectrum",
        unit: "dBFS/Hz",
        caption,
        height,
        x: MARKS
            .iter()
            .filter(|(hz, ..)| *hz <= nyquist_hz)
            .map(|(hz, label, minor)| Tick {
                at: axis_position(*hz, nyquist_hz),
                label: (*label).into(),
                minor: *minor,
            })
            .collect(),
        y: Plot::y_ticks(bottom, top, 12.0),
        legend,
        body,
        image: None,
        over_time: false,
    }
}

/// Returns the levels of bands, each `ratio` wide, as levels per hertz.
fn density(bands_hz: &[f64], dbfs: &[f64], ratio: f64, spectrum: &SpectrumDocument) -> Vec<(f64, f64)> {
    let least_hz = spectrum.least_band_hz();
    let width_hz = |hz: f64| (hz * (ratio.sqrt() - 1.0 / ratio.sqrt())).max(least_hz);
    bands_hz.iter().zip(dbfs).map(|(hz, level)| (*hz, level - 10.0 * libm::log10(width_hz(*hz)))).collect()
}

/// Returns the level at 1 kHz of the pink noise that fits best; `None` in silence.
fn pink_level(bands: &[(f64, f64)]) -> Option<f64> {
    let audible = bands.iter().filter(|(hz, db)| FIT_HZ.contains(hz) && *db > -140.0);
    let levels: Vec<f64> = audible.map(|(hz, db)| db + PINK_DB_AN_OCTAVE * libm::log2(hz / 1_000.0)).collect();
    (!levels.is_empty()).then(|| levels.iter().sum::<f64>() / levels.len() as f64)
}

/// Returns the levels of bass, middle and treble against pink noise, in words.
fn balance(bands: &[(f64, f64)], pink: f64) -> String {
    let mean = |from: f64, to: f64| {
        let above: Vec<f64> = bands
            .iter()
            .filter(|(hz, _)| (from..to).contains(hz))
            .map(|(hz, db)| db + PINK_DB_AN_OCTAVE * libm::log2(hz / 1_000.0) - pink)
            .collect();
        above.iter().sum::<f64>() / above.len().max(1) as f64
    };
    let signed_db = |db: f64| format!("{}{} dB", if db > 0.0 { "+" } else { "" }, number(db, 0));
    format!(
        "against pink: bass {}, middle {}, treble {}",
        signed_db(mean(40.0, 200.0)),
        signed_db(mean(200.0, 2_000.0)),
        signed_db(mean(2_000.0, 12_000.0))
    )
}

/// Returns the phase scope as a figure of its own shape: a square on its corner.
pub(super) fn phase_scope(report: &Report, scope: &ScopePicture) -> String {
    let silent = report.is_silent();
    let level = |density: &f32| if silent { 0 } else { (255.0 * density).round() as u8 };
    let levels: Vec<u8> = scope.density.iter().map(level).collect();
    let image = data_uri(&tinted_png(&levels, scope.size, scope.size, SCOPE_COLOUR));
    let caption = match report.master.written.correlation {
        _ if silent => "silence",
        Some(correlation) if correlation > 0.9 => "nearly mono",
        Some(correlation) if correlation > 0.3 => "a stable stereo picture",
        Some(correlation) if correlation > -0.1 => "very wide; check it in mono",
        Some(_) => "left and right cancel; check it in mono",
        None => "one channel is silent, or both",
    };
    let mut out = String::from("<figure class=\"plot scope\"><figcaption><h3>Phase scope</h3>");
    let edge = if silent {
        String::new()
    } else {
        format!("; the edge is {} dBFS", number(20.0 * libm::log10(scope.reach), 0))
    };
    let _ = write!(out, "<span class=\"caption\">{caption}{edge}</span></figcaption>");
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 240 240\" role=\"img\" aria-label=\"Phase scope: {caption}\">\
         <path class=\"grid\" d=\"M120 20L220 120L120 220L20 120ZM120 20V220M20 120H220M70 70L170 170M170 70L70 170\"/>\
         <image href=\"{image}\" x=\"20\" y=\"20\" width=\"200\" height=\"200\"/>"
    );
    for (x, y, anchor, label) in [(120, 13, "middle", "mono"), (62, 62, "end", "L"), (178, 62, "start", "R")] {
        let _ = write!(
            out,
            "<text class=\"muted\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"11\">{label}</text>"
        );
    }
    out + "</svg></figure>"
}

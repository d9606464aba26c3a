//! The same plots as PNG files: waveform, spectrogram, loudness.

use super::page::Drawn;
use super::plot_png::png;
use super::{PICTURES, frequency_plots, time_plots};

/// Returns the pictures, each with its file name.
pub fn pictures(drawn: &Drawn<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let Drawn { report, waveform, spectrum, master, .. } = drawn;
    let heat = frequency_plots::Heat::new(report, spectrum);
    let mut tall = frequency_plots::spectrogram(report, spectrum, &heat);
    tall.height = 400.0;
    let plots = [
        (PICTURES[0], time_plots::waveform(report, waveform), None),
        (PICTURES[1], tall, Some(&heat.raster)),
        (PICTURES[2], time_plots::loudness(report, master), None),
    ];
    plots.into_iter().filter_map(|(name, plot, raster)| Some((name, png(&plot, raster)?))).collect()
}

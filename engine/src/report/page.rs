//! `report.html`: one page with everything that a render did and measured, readable without network
//! and without scripts. The script reads out figures and moves the playhead.

use super::markup::{address, clock_time, escaped, number, prose, reading};
use super::page_parts::{figure, opening};
use super::plot::Plot;
use super::thinned::Thinned;
use super::{MasterOutline, Outline, Report, WaveformOutline, frequency_plots, tables, time_plots};
use crate::analysis::{ScopePicture, SpectrumDocument};
use crate::meter::SeriesReading;
use std::fmt::Write as _;

/// Data for the page and the pictures.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a> {
    /// The report of the render.
    pub report: &'a Report,
    /// The master as written.
    pub waveform: &'a WaveformOutline,
    /// Its spectrum.
    pub spectrum: &'a SpectrumDocument,
    /// Its readings over time.
    pub master: &'a MasterOutline,
    /// Its phase scope.
    pub scope: &'a ScopePicture,
}

/// The one script of the page, by whose hash a server may allow it.
pub const SCRIPT: &str = include_str!("page.js");

/// The drawings of a page, ready to be put in it.
#[derive(Debug)]
pub struct Plots {
    over_time: String,
    as_a_whole: String,
    /// Data for the page's script, as JSON.
    series: String,
}

/// Draws the plots of the page: most of the work, and none of it needs a hash.
pub fn plots(drawn: &Drawn<'_>) -> Plots {
    let Drawn { report, waveform, spectrum, master, scope } = drawn;
    let heat = frequency_plots::Heat::new(report, spectrum);
    let mut over_time = vec![
        time_plots::waveform(report, waveform),
        frequency_plots::spectrogram(report, spectrum, &heat),
        time_plots::loudness(report, master),
        time_plots::true_peaks(report, master),
        time_plots::gain_reduction(report, master),
    ];
    over_time.extend(time_plots::lines(report, master));
    Plots {
        over_time: over_time.iter().map(Plot::html).collect(),
        as_a_whole: frequency_plots::average_spectrum(spectrum).html() + &frequency_plots::phase_scope(report, scope),
        series: series(report, master),
    }
}

/// Returns the page, with one outline per track and per bus. Nothing in it depends on the clock;
/// text from outside is escaped.
pub fn html(report: &Report, tracks: &[Outline], buses: &[Outline], plots: &Plots) -> String {
    let name = report.output.format.file_name();
    let (name, address) = (escaped(&name), address(&name));
    let mut page = opening(&format!("{name} – mixdown report"), "");
    page += &head(report);
    let _ = writeln!(page, "<audio id=\"player\" controls preload=\"metadata\" src=\"{address}\"></audio>");
    let _ = write!(
        page,
        "<section><h2>Over time</h2>{}</section>\n<section><h2>As a whole</h2><div class=\"pair\">{}</div></section>\n",
        plots.over_time, plots.as_a_whole
    );
    page += &tables::tracks(report, tracks);
    page += &tables::buses(report, buses);
    page += &tables::inputs(report);
    page += &tables::master(report);
    page += &tables::services(report);
    let _ = write!(
        page,
        "<footer>Made by mixdown {}. The numbers behind the pictures are in report.json, meters.json, spectrum.json and \
         waveform.json beside this page. Times are minutes:seconds.</footer></main>\n\
         <output id=\"readout\" hidden></output><script type=\"application/json\" id=\"series\">{}</script>\
         <script>{SCRIPT}</script></body></html>\n",
        escaped(report.engine_version),
        plots.series
    );
    page
}

/// Returns the title, the main figures, and the summary and warnings in words.
fn head(report: &Report) -> String {
    let (output, master) = (&report.output, &report.master);
    let format = output.format.format.words();
    let name = escaped(&output.format.file_name());
    let tracks = match report.tracks.len() {
        1 => "1 track".to_owned(),
        count => format!("{count} tracks"),
    };
    let (class, verdict) = match (master.limit, master.target_lufs.is_some() || master.ceiling_dbtp.is_some()) {
        (None, true) => ("good", "✓ Measured on the file: target and ceiling are met".to_owned()),
        (None, false) => ("good", "✓ Measured on the file".to_owned()),
        (Some(limit), _) => ("bad", format!("Missed: {}", limit.words())),
    };
    let mut out = format!(
        "<header><div><h1>{name}</h1><p>{} · {format} · {} kHz · stereo · {tracks}</p></div>\
         <p class=\"badge {class}\">{verdict}</p></header>\n<dl class=\"figures\">",
        clock_time(output.duration_s, 1),
        f64::from(output.sample_rate_hz) / 1_000.0
    );
    let written = &master.written;
    let requested = |label: &str, value: Option<f64>| value.map(|value| format!("{label} {}", number(value, 1)));
    let peak_note = if report.is_silent() && written.true_peak_dbtp.is_some() {
        Some("the mix is silent: dither alone".to_owned())
    } else {
        requested("ceiling", master.ceiling_dbtp)
    };
    let limited = master.limiter.as_ref().map(|limiter| limiter.max_reduction_db);
    for (name, value, unit, note) in [
        ("Loudness", written.integrated_lufs, "LUFS", requested("target", master.target_lufs)),
        ("True peak", written.true_peak_dbtp, "dBTP", peak_note),
        ("Loudness range", written.loudness_range_lu, "LU", range_note(output.duration_s)),
        ("Loudest 3 s", written.max_short_term_lufs, "LUFS", requested("loudest 0.4 s", written.max_momentary_lufs)),
        ("Peak to loudness", written.plr_db, "dB", requested("crest", written.crest_db)),
        (
            "Limiter, at most",
            limited,
            "dB",
            master.limiter.map(|limiter| format!("{} % of the time", number(100.0 * limiter.share_of_time, 1))),
        ),
    ] {
        out += &figure(name, &reading(value), unit, &note.unwrap_or_default());
    }
    out += "</dl>\n<div class=\"words\">";
    let _ = write!(out, "<p>{}</p>", report.summary.iter().map(|text| prose(text)).collect::<Vec<_>>().join(" "));
    if !report.warnings.is_empty() {
        out += "<ul class=\"warnings\">";
        for warning in &report.warnings {
            let _ = write!(out, "<li>{}</li>", prose(warning));
        }
        out += "</ul>";
    }
    out + "</div>\n"
}

fn range_note(duration_s: f64) -> Option<String> {
    // Tech 3342: unstable in the first 60 s.
    (duration_s < 60.0).then(|| "rough under 1 minute".to_owned())
}

/// Returns the series that the script reads out under the pointer; numbers only.
fn series(report: &Report, master: &MasterOutline) -> String {
    // A page that is read by people needs one decimal.
    let reported = |series: &Thinned| -> Vec<Option<f64>> {
        series.picked().iter().map(|value| value.map(|value| crate::meter::rounded(value, 1))).collect()
    };
    let pointed = |(reading, label, values): (&SeriesReading, &str, &Thinned)| serde_json::json!({ "label": label, "unit": reading.unit, "values": reported(values) });
    serde_json::json!({
        "duration_s": report.output.duration_s,
        "interval_s": f64::from(crate::meter::INTERVAL_MS) / 1_000.0 * master.rows_per_point as f64,
        "readings": master.pointed().map(pointed).collect::<Vec<_>>(),
        "reduction": reported(&master.thinned_reduction),
    })
    .to_string()
}

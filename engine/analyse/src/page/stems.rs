//! The table of stems.

use super::figures::sureness;
use crate::{SongAnalysis, Stem};
use mixdown_engine::report::drawing::{escaped, number, table, value};

/// Returns the section with the table, one row a stem, and below it the warnings.
pub(super) fn stems(analysis: &SongAnalysis) -> String {
    let heads = ["Stem", "Type", "Confidence", "Loudness", "True peak", "Crest", "Centroid", "Onsets", "Silence"];
    let rows: Vec<Vec<String>> = analysis.stems.iter().map(row).collect();
    let warnings: String = analysis.stems.iter().map(warnings).collect();
    let warnings = if warnings.is_empty() { warnings } else { format!("<ul class=\"warnings\">{warnings}</ul>") };
    format!("<section><h2>Stems</h2>{}{warnings}</section>\n", table("stems", &heads, &rows))
}

fn row(stem: &Stem) -> Vec<String> {
    let with_unit = |reading: Option<f64>, decimals: usize, unit: &str| {
        let shown = |reading| value(&format!("{} <small>{unit}</small>", number(reading, decimals)));
        reading.map_or_else(|| "–".into(), shown)
    };
    vec![
        format!("<b title=\"{}\">{}</b>", escaped(&stem.path.to_string_lossy()), escaped(&name(stem))),
        escaped(&stem.stem_type),
        value(&sureness(stem.type_confidence)),
        with_unit(stem.integrated_lufs, 1, "LUFS"),
        with_unit(stem.true_peak_dbtp, 1, "dBTP"),
        with_unit(stem.crest_db, 1, "dB"),
        with_unit(stem.spectral_centroid_hz, 0, "Hz"),
        with_unit(stem.onset_rate_hz, 1, "a second"),
        with_unit(Some(100.0 * stem.silence_share), 0, "%"),
    ]
}

fn warnings(stem: &Stem) -> String {
    let name = escaped(&name(stem));
    stem.warnings
        .iter()
        .flat_map(|warning| ["<li>", &name, ": ", &escaped(warning), "</li>"].map(str::to_owned))
        .collect()
}

fn name(stem: &Stem) -> String {
    stem.path.file_name().unwrap_or(stem.path.as_os_str()).to_string_lossy().into_owned()
}

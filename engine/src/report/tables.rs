//! The tables of the page: tracks, buses, inputs, and how the master came about.

use super::markup::{clock_time, escaped, number, prose, value};
use super::offsets::{confidence, offset};
use super::outline::Outline;
use super::page_parts::table;
use super::{BusReport, Report, TrackReport, services, settings};
use crate::meter::{Measurement, SUMMARY, SummaryReading, SummaryValue};
use crate::session::Bus;

/// Returns the table of tracks, one row each: level over time, settings, alignment, loudness, share
/// of the mix.
pub(super) fn tracks(report: &Report, outlines: &[Outline]) -> String {
    let total: f64 = outlines.iter().map(Outline::energy).sum();
    let loudest_dbfs = Outline::loudest_dbfs(outlines);
    let rows: Vec<Vec<String>> = report
        .tracks
        .iter()
        .zip(outlines)
        .enumerate()
        .map(|(index, (track, outline))| {
            let alignment = report.alignment.as_ref().and_then(|alignment| alignment.stems.get(index));
            let mut row = vec![
                format!("<b>{}</b>", escaped(&track.name)),
                outline.svg(report.output.duration_s, loudest_dbfs),
                report.session.tracks.get(index).map_or_else(String::new, settings::of_track),
                offset(report, alignment),
                alignment.map_or_else(|| "–".into(), confidence),
            ];
            row.extend(strip_readings().map(|(reading, _)| unit(reading, track.measured.as_ref())));
            row.push(share(if total > 0.0 { outline.energy() / total } else { 0.0 }));
            row
        })
        .collect();
    let mut heads = vec!["Track", "Level over time", "Fader and inserts", "Offset", "Confidence"];
    heads.extend(strip_readings().map(|(_, head)| head));
    heads.push("Share of the mix");
    format!(
        "<section><h2>Tracks</h2>{}<p class=\"hint\">After the fader. Offset: what was done to bring the stem into time; \
         the curve beside the confidence is its correlation with the other stems, 48 samples either way. Share: of the energy of all tracks together.</p></section>\n",
        table("tracks", &heads, &rows)
    )
}

/// Returns the table of buses, one row each: level over time, settings, loudness; nothing without
/// buses.
pub(super) fn buses(report: &Report, outlines: &[Outline]) -> String {
    if report.buses.is_empty() {
        return String::new();
    }
    let loudest_dbfs = Outline::loudest_dbfs(outlines);
    let row = |((bus, set), outline): ((&BusReport, &Bus), &Outline)| {
        let mut row = vec![
            format!("<b>{}</b>", escaped(&bus.name)),
            outline.svg(report.output.duration_s, loudest_dbfs),
            settings::of_bus(set),
        ];
        row.extend(strip_readings().map(|(reading, _)| unit(reading, Some(&bus.measured))));
        row
    };
    let rows: Vec<Vec<String>> = report.buses.iter().zip(&report.session.buses).zip(outlines).map(row).collect();
    let mut heads = vec!["Bus", "Level over time", "Fader and inserts"];
    heads.extend(strip_readings().map(|(_, head)| head));
    format!(
        "<section><h2>Buses</h2>{}<p class=\"hint\">After the fader.</p></section>\n",
        table("tracks", &heads, &rows)
    )
}

/// Returns the readings that the tables of tracks and buses have, each with its head.
fn strip_readings() -> impl Iterator<Item = (&'static SummaryReading, &'static str)> {
    SUMMARY.iter().filter_map(|reading| Some((reading, reading.strip?)))
}

/// Returns a reading with its unit; a dash where there is none.
fn unit(reading: &SummaryReading, measured: Option<&Measurement>) -> String {
    match measured.map(|measured| reading.value(measured)) {
        Some(SummaryValue::Level(Some(level))) => {
            value(&format!("{} <small>{}</small>", number(level, 1), reading.unit))
        }
        _ => "–".into(),
    }
}

fn share(share: f64) -> String {
    let percent = 100.0 * share;
    value(&format!(
        "<span class=\"share\"><i style=\"width:{percent:.1}%\"></i></span>{} %",
        number(percent, usize::from(percent < 10.0))
    ))
}

/// Returns the table of stems, one row each: properties of the file and trimmed frames.
pub(super) fn inputs(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report.tracks.iter().map(input).collect();
    let heads = ["File", "Format", "Rate", "Channels", "Length", "Trimmed", "BLAKE3"];
    let notes: String =
        input_notes(report).iter().flat_map(|text| ["<li>".into(), prose(text), "</li>".into()]).collect();
    let notes = if notes.is_empty() { notes } else { format!("<ul class=\"hint\">{notes}</ul>") };
    format!("<section><h2>Inputs</h2>{}{notes}</section>\n", table("inputs", &heads, &rows))
}

/// Returns folds, rate conversions and duplicates, as sentences.
fn input_notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let rate_hz = report.output.sample_rate_hz;
    for (index, track) in report.tracks.iter().enumerate() {
        let (name, stem) = (&track.name, &track.stem);
        if stem.fold.is_some() {
            notes.push(format!("{name}: {} channels were folded to two.", stem.source_channels));
        }
        if track.resampled {
            notes.push(format!("{name}: converted from {} Hz to {rate_hz} Hz.", stem.sample_rate.hz()));
        }
        let earlier = &report.tracks[..index];
        if let Some(same) = earlier.iter().find(|other| other.blake3.is_some() && other.blake3 == track.blake3) {
            notes.push(format!("{name}: the same file as {}, so its sound is doubled.", same.name));
        }
    }
    notes
}

/// Returns the table of services, one row each: the effect on the master's level.
pub(super) fn services(report: &Report) -> String {
    let rows = services::rows(report);
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<section><h2>On services</h2>{}<p class=\"hint\">With loudness normalisation on, for a single track; the services change \
         their figures without notice.</p></section>\n",
        table("services", &["Service", "Its level, LUFS", "Effect on this master"], &rows)
    )
}

fn input(track: &TrackReport) -> Vec<String> {
    let stem = &track.stem;
    let rate = stem.sample_rate.as_f64();
    let (codec, container) = (&stem.codec, &stem.container);
    let form = if codec == container { codec.clone() } else { format!("{codec} in {container}") };
    let bits = stem.bits.map(|bits| format!(", {bits} bits")).unwrap_or_default();
    let file = track.file.file_name().map_or_else(|| track.file.to_string_lossy(), |name| name.to_string_lossy());
    let trim = &stem.trim;
    let trimmed = match trim.source {
        None => "nothing".into(),
        Some(source) => format!(
            "{} frames at the start, {} at the end <small>({})</small>",
            trim.start_frames,
            trim.end_frames,
            escaped(source)
        ),
    };
    let fold = stem.fold.as_ref().map(|fold| format!(" <small>({})</small>", escaped(fold))).unwrap_or_default();
    let converted = if track.resampled { " <small>(converted)</small>" } else { "" };
    vec![
        format!("<span title=\"{}\">{}</span>", escaped(&track.file.to_string_lossy()), escaped(&file)),
        escaped(&format!("{form}{bits}")),
        value(&format!("{} <small>Hz</small>", number(rate, 0))) + converted,
        format!("{}{fold}", stem.source_channels),
        value(&clock_time(track.read.frames as f64 / rate, 3)),
        trimmed,
        format!(
            "<code class=\"value\">{}</code>",
            escaped(track.blake3.as_ref().map_or("–", |hash| hash.get(..12).unwrap_or(hash)))
        ),
    ]
}

/// Returns the table of the master: before gain and limiter, as expected, and as measured on the
/// file.
pub(super) fn master(report: &Report) -> String {
    let master = &report.master;
    let columns = || SUMMARY.iter().filter_map(|reading| Some((reading, reading.master?)));
    let level = |level: Option<f64>, decimals: u8| {
        value(&level.map_or_else(|| "–".into(), |level| number(level, usize::from(decimals))))
    };
    let row = |name: &str, measured: &Measurement| -> Vec<String> {
        let cells = columns().map(|(reading, column)| match reading.value(measured) {
            SummaryValue::Count(count) => count.to_string(),
            SummaryValue::Level(reading) => level(reading, column.decimals),
            SummaryValue::Number(number) => level(Some(number), column.decimals),
            SummaryValue::Channels(_) => "–".into(),
        });
        [format!("<b>{name}</b>")].into_iter().chain(cells).collect()
    };
    let requested = {
        let cells = columns().map(|(reading, column)| match reading.key {
            "integrated_lufs" => level(master.target_lufs, column.decimals),
            "true_peak_dbtp" => level(master.ceiling_dbtp, column.decimals),
            _ => "–".into(),
        });
        ["<b>requested</b>".to_owned()].into_iter().chain(cells).collect()
    };
    let before = master.before.as_ref().map(|measured| row("the sum", measured));
    let predicted = master.predicted.as_ref().map(|measured| row("on the way into the file", measured));
    let written = row("on the file, read back", &master.written);
    let rows: Vec<_> = before.into_iter().chain([requested]).chain(predicted).chain([written]).collect();
    let heads: Vec<&str> = ["Master"].into_iter().chain(columns().map(|(_, column)| column.text)).collect();
    let limiter = master.limiter.as_ref().map_or_else(String::new, |limiter| {
        format!(
            " The limiter took {} dB at most and {} dB in the mean.",
            number(limiter.max_reduction_db, 2),
            number(limiter.mean_reduction_db, 2)
        )
    });
    let passes = if master.passes == 1 { "one pass".to_owned() } else { format!("{} passes", master.passes) };
    let inserts = settings::chain(&report.session.master.inserts)
        .map_or_else(String::new, |chain| format!(" Before it: {}.", escaped(&chain)));
    format!(
        "<section><h2>Master</h2>{}<p class=\"hint\">Gain {} dB, found in {passes}.{inserts}{limiter}</p></section>\n",
        table("master", &heads, &rows),
        number(master.gain_db, 2)
    )
}

//! The reference for users has the rows of the table, word for word.

use super::table::Rounding;
use super::{SERIES, SUMMARY};

const REFERENCE: &str = include_str!("../../../../docs/formats.md");

/// Returns a row of the reference.
fn row(key: &str, unit: &str, precision: &str, doc: &str) -> String {
    format!("| `{key}` | {unit} | {precision} | {doc} |\n")
}

/// Returns the step to which a reading of this many decimals is rounded.
fn step(decimals: i32) -> String {
    format!("{:.*}", decimals as usize, 10_f64.powi(-decimals))
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_code() {
    let head = "| key | unit | rounded to | |\n|---|---|---|---|\n";
    let series = SERIES.iter().map(|reading| {
        let precision = match reading.rounding {
            Rounding::Decimals(decimals) => step(decimals),
            Rounding::Digits(digits) => format!("{digits} digits"),
        };
        row(reading.key, reading.unit, &precision, reading.doc)
    });
    let summary = SUMMARY.iter().map(|reading| {
        let is_count = matches!(reading.key, "sample_rate_hz" | "channels" | "frames") || reading.unit == "samples";
        let precision = if is_count { String::new() } else { step(reading.decimals) };
        row(reading.key, reading.unit, &precision, reading.doc)
    });
    let mut missing = String::new();
    for table in [series.collect::<String>(), summary.collect()] {
        let table = head.to_owned() + &table;
        if !REFERENCE.contains(&table) {
            missing.extend(["\n", &table]);
        }
    }
    assert!(missing.is_empty(), "docs/formats.md lacks these, word for word:\n{missing}");
}

#[test]
fn keys_are_unique_and_lines_name_readings_of_the_whole() {
    let unique = |keys: &[&str]| keys.iter().all(|key| keys.iter().filter(|other| *other == key).count() == 1);
    assert!(unique(&SERIES.map(|reading| reading.key)) && unique(&SUMMARY.map(|reading| reading.key)));
    for reading in &SERIES {
        if let Some(super::SeriesPlot::Line(line)) = reading.plot {
            assert!(SUMMARY.iter().any(|whole| whole.key == line.whole.0), "{}", reading.key);
        }
    }
}

#[test]
fn digits_are_kept_at_any_size() {
    let energies = [0.0, 0.123_456, 1.234_56e-12].map(|energy| Rounding::Digits(4).of(energy));
    assert_eq!(energies, [0.0, 0.1235, 1.235e-12]);
}

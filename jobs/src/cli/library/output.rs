//! Stems as tables for people.

use crate::cli::number::fixed;
use crate::cli::table::Table;
use mixdown_library::StemRecord;

/// Returns a table: one row a stem.
pub(super) fn table(stems: &[StemRecord]) -> String {
    let has_distance = stems.iter().any(|stem| stem.distance.is_some());
    let mut columns = vec![
        ("stem", ""),
        ("type", ""),
        ("tempo", "bpm"),
        ("key", ""),
        ("loudness", "LUFS"),
        ("uses", ""),
        ("marks", ""),
        ("name", ""),
    ];
    if has_distance {
        columns.push(("distance", ""));
    }
    let mut table = Table::new(&columns);
    for stem in stems {
        let number = |value: Option<f64>, decimals| value.map_or("–".to_owned(), |value| fixed(value, decimals));
        let mut marks = if stem.favourite { vec!["*".to_owned()] } else { Vec::new() };
        marks.extend(stem.tags.iter().map(|tag| format!("#{tag}")));
        let mut row = vec![
            stem.stem_id.clone(),
            stem.stem_type.to_string(),
            number(stem.bpm, 1),
            stem.key.map_or("–".to_owned(), |key| key.to_string()),
            number(stem.descriptors.integrated_lufs, 1),
            stem.uses.to_string(),
            marks.join(" "),
            stem.name.clone(),
        ];
        if has_distance {
            row.push(number(stem.distance, 3));
        }
        table.row(&row);
    }
    table.text()
}

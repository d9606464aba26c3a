//! Columns that line up in a terminal: the first to the left, the rest to the right.

use super::terminal::one_line;

/// A table with a heading of two lines: names and units.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with these columns: name and unit.
    pub(super) fn new(columns: &[(&str, &str)]) -> Self {
        let line = |pick: fn(&(&str, &str)) -> String| columns.iter().map(pick).collect();
        Self { rows: vec![line(|column| column.0.to_owned()), line(|column| column.1.to_owned())] }
    }

    /// Adds a row of as many cells as there are columns; names stay in their cells.
    pub(super) fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.iter().map(|cell| one_line(cell).into_owned()).collect());
    }

    /// Returns the table as lines; nothing when it has no rows.
    pub(super) fn text(&self) -> String {
        if self.rows.len() <= 2 {
            return String::new();
        }
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.rows[0].len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate().map(|(index, (cell, &width))| {
                if index == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            let text: Vec<String> = cells.collect();
            text.join("  ").trim_end().to_owned() + "\n"
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_right_aligned() {
        let mut table = Table::new(&[("", ""), ("loudness", "LUFS")]);
        assert_eq!(table.text(), "");
        table.row(&["a.wav".into(), "-14.0".into()]);
        table.row(&["ü.wav".into(), "–".into()]);
        assert_eq!(table.text(), "       loudness\n           LUFS\na.wav     -14.0\nü.wav         –\n");
        table.row(&["x\ny".into(), "0.0".into()]);
        assert_eq!(table.text().lines().last(), Some("x\\ny        0.0"));
    }
}

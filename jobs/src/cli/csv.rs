//! Comma-separated values, as RFC 4180 has them.

use serde_json::{Map, Value};

/// Returns rows of one form as text, the keys of the first as its heading. Lists are joined by
/// spaces; what does not exist is empty.
pub(super) fn text(rows: &[Map<String, Value>]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let heading = line(first.keys().map(|key| cell(&Value::from(key.as_str()))).collect());
    let rows = rows.iter().map(|row| line(first.keys().map(|key| row.get(key).map_or(String::new(), cell)).collect()));
    heading + &rows.collect::<String>()
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn separators_are_quoted() {
        let row = json!({ "path": "a,\"b\".wav", "lufs": -14.0, "dc": [0.0, 0.5], "range": null });
        let rows = [row.as_object().unwrap().clone()];
        assert_eq!(text(&rows), "path,lufs,dc,range\r\n\"a,\"\"b\"\".wav\",-14.0,0.0 0.5,\r\n");
        assert_eq!(text(&[]), "");
    }
}

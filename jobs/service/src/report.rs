//! Reports of renders without the paths on disk that they name.

use serde_json::Value;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;

/// Names of the reports in the folder of a result.
const REPORTS: [&str; 2] = ["report.json", "report.html"];

/// Returns true if a file is a report.
pub(crate) fn is_report(path: &Path) -> bool {
    path.file_name().is_some_and(|name| REPORTS.iter().any(|report| name == *report))
}

/// Returns a report in which each path of a stem is the name of its file.
pub(crate) fn without_paths(path: &Path) -> io::Result<File> {
    let text = std::fs::read_to_string(path)?;
    // The page has the same paths as the document beside it.
    let document = std::fs::read(path.with_file_name(REPORTS[0])).unwrap_or_default();
    let mut paths = Vec::new();
    collect(&serde_json::from_slice(&document).unwrap_or_default(), &mut paths);
    // A path may be the beginning of another.
    paths.sort_unstable_by_key(|path: &String| std::cmp::Reverse(path.len()));
    paths.dedup();
    let mut file = tempfile::tempfile()?;
    file.write_all(replaced(text, &paths).as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// Collects the values of `file` that have more than a name.
fn collect(value: &Value, paths: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(file) = fields.get("file").and_then(Value::as_str).filter(|file| file.contains(['/', '\\'])) {
                paths.push(file.to_owned());
            }
            fields.values().for_each(|value| collect(value, paths));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, paths)),
        _ => {}
    }
}

/// Replaces paths, as JSON and as HTML write them.
fn replaced(mut text: String, paths: &[String]) -> String {
    for path in paths {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        for form in [|text: &str| text.to_owned(), in_json, in_html] {
            text = text.replace(&form(path), &form(name));
        }
    }
    text
}

fn in_json(text: &str) -> String {
    Value::from(text).to_string().trim_matches('"').to_owned()
}

fn in_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn stems_are_named_without_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        let json =
            r#"{"session":{"tracks":[{"file":"/srv/media/a & b/x.wav"}]},"note":"/srv/media/a & b/x.wav: short"}"#;
        std::fs::write(folder.path().join("report.json"), json).unwrap();
        std::fs::write(folder.path().join("report.html"), "<td title=\"/srv/media/a &amp; b/x.wav\">x</td>").unwrap();
        for (name, expected) in [
            ("report.json", r#"{"session":{"tracks":[{"file":"x.wav"}]},"note":"x.wav: short"}"#),
            ("report.html", "<td title=\"x.wav\">x</td>"),
        ] {
            let path = folder.path().join(name);
            assert!(is_report(&path));
            let mut text = String::new();
            without_paths(&path).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
    }
}

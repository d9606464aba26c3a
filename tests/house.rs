//! Rules of CONTRIBUTING.md for the text of the project.

use std::fs;
use std::path::{Path, PathBuf};

const COLUMNS: usize = 100;
const FOLDERS: [&str; 6] = ["engine", "jobs", "fixtures", "benches", "tests", "docs"];

/// Collects files below `folder` with one of these extensions, except build output.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let ends = path.extension().is_some_and(|ending| endings.iter().any(|one| *one == ending));
        if path.is_dir() && entry.file_name() != "target" {
            files(&path, endings, found);
        } else if ends {
            found.push(path);
        }
    }
}

/// Returns the numbers of lines that are too long: comments of code, and Markdown except tables and
/// code.
fn too_long(text: &str, is_markdown: bool) -> Vec<usize> {
    let mut in_code = false;
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let start = line.trim_start();
        in_code ^= start.starts_with("```");
        let counts = if is_markdown { !in_code && !start.starts_with('|') } else { start.starts_with("//") };
        if counts && line.chars().count() > COLUMNS {
            found.push(number);
        }
    }
    found
}

#[test]
fn comments_and_markdown_keep_within_a_hundred_columns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut paths: Vec<PathBuf> = fs::read_dir(root).unwrap().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    for folder in FOLDERS {
        files(&root.join(folder), &["rs", "md"], &mut paths);
    }
    assert!(paths.len() > 500, "{} files", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let is_markdown = path.extension().is_some_and(|ending| ending == "md");
        for number in too_long(&fs::read_to_string(&path).unwrap(), is_markdown) {
            wrong.push(format!("{}:{number}", path.strip_prefix(root).unwrap().display()));
        }
    }
    assert!(wrong.is_empty(), "beyond {COLUMNS} columns:\n{}", wrong.join("\n"));
}

#[test]
fn long_lines_are_found_where_they_count() {
    let long = "x".repeat(COLUMNS);
    assert_eq!(too_long(&format!("let a = 1; {long}\n    // {long}\n"), false), [2]);
    assert_eq!(too_long(&format!("| {long} |\n{long}x\n```\n{long}x\n```\n{long}\n"), true), [2]);
}

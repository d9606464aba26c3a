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
        if path.is_dir() && entry.file_name() != "target" && entry.file_name() != "node_modules" {
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
fn comments_and_markdown_fit_a_hundred_columns() {
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

/// Verbs of persons, which code is not.
const PRIVATE_VERBS: [&str; 23] = [
    "hear",
    "hears",
    "heard",
    "hearing",
    "say",
    "says",
    "said",
    "saying",
    "ask",
    "asks",
    "asked",
    "asking",
    "tell",
    "tells",
    "told",
    "telling",
    "go",
    "goes",
    "going",
    "gone",
    "listen",
    "listens",
    "listening",
];
/// Words that open a question, not a noun phrase or a statement.
const QUESTION_WORDS: [&str; 8] = ["What", "Who", "Whoever", "Where", "How", "Whether", "Why", "Which"];

/// Returns the numbers of comment lines with a verb of [`PRIVATE_VERBS`], or with a doc comment
/// that opens with one of [`QUESTION_WORDS`]. Code between backticks does not count.
fn badly_worded(text: &str) -> Vec<usize> {
    let (mut found, mut in_doc) = (Vec::new(), false);
    for (line, number) in text.lines().zip(1..) {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            in_doc = false;
            continue;
        };
        let words: String = comment.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let mut words = words.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
        let is_doc = comment.starts_with(['/', '!']);
        let opens_badly = is_doc && !in_doc && words.clone().next().is_some_and(|word| QUESTION_WORDS.contains(&word));
        if opens_badly || words.any(|word| PRIVATE_VERBS.contains(&word.to_lowercase().as_str())) {
            found.push(number);
        }
        in_doc = is_doc;
    }
    found
}

#[test]
fn comments_are_worded_by_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut paths = Vec::new();
    for folder in FOLDERS {
        files(&root.join(folder), &["rs"], &mut paths);
    }
    assert!(paths.len() > 400, "{} files", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        for number in badly_worded(&fs::read_to_string(&path).unwrap()) {
            wrong.push(format!("{}:{number}", path.strip_prefix(root).unwrap().display()));
        }
    }
    assert!(wrong.is_empty(), "private verbs, or docs that open with a question word:\n{}", wrong.join("\n"));
}

#[test]
fn wording_is_judged_in_comments_alone() {
    let text =
        "/// Whether it plays.\nlet told = 1; // fine\n/// Returns it.\n/// Where it is.\n// It goes on.\n// `go`\n";
    assert_eq!(badly_worded(text), [1, 5]);
}

#[test]
fn long_lines_are_found_where_they_count() {
    let long = "x".repeat(COLUMNS);
    assert_eq!(too_long(&format!("let a = 1; {long}\n    // {long}\n"), false), [2]);
    assert_eq!(too_long(&format!("| {long} |\n{long}x\n```\n{long}x\n```\n{long}\n"), true), [2]);
}

//! The reference for users matches the code: its example parses, its tables are the schema's.

use super::*;
use crate::session::schema::{resolve, schema};
use crate::session::value_rule::ValueRule;
use serde_json::Value;

const REFERENCE: &str = include_str!("../../../../docs/session.md");

/// Last words before the inserts.
const INSERTS: &str = "be below half the session's rate.\n";

/// The text between a fence that opens with a language and the next fence, for the first such
/// block.
fn block(language: &str) -> &'static str {
    let (_, rest) = REFERENCE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

/// A table of the keys of a schema, as the reference prints it.
fn table(of: &'static Value) -> String {
    let required = of["required"].as_array().map_or(&[][..], Vec::as_slice);
    let rows = of["properties"].as_object().unwrap().iter().filter(|(key, _)| *key != "type").map(|(key, of)| {
        let kind = resolve(of);
        let takes = match kind["type"].as_str() {
            Some("object") => "a table".into(),
            Some("array") => "a list".into(),
            _ => ValueRule::from(kind).expected(),
        };
        let default = match of.get("default") {
            Some(Value::Object(_)) => "as below".into(),
            Some(Value::Number(number)) => crate::session::document_tree::plain(number),
            Some(default) => default.to_string(),
            None if required.iter().any(|name| name == key) => "required".into(),
            None => "see left".into(),
        };
        let description = of["description"].as_str().unwrap().replace('\n', " ");
        format!("| `{key}` | {description} | {takes} | {default} |\n")
    });
    format!("| key | meaning | takes | default |\n|---|---|---|---|\n{}", rows.collect::<String>())
}

#[test]
fn the_example_of_the_reference_is_a_sound_session() {
    let text = block("toml");
    let stems = text.lines().filter_map(|line| line.strip_prefix("file = \"")).map(|name| name.trim_end_matches('"'));
    let folder = Folder::with(&stems.collect::<Vec<_>>());
    let session = folder.parse("mix.toml", text).unwrap();
    assert_eq!((session.tracks.len(), session.buses.len()), (4, 2));
    assert_eq!(session.master.target, "spotify".parse().unwrap());
    assert_eq!(folder.parse("mix.toml", &session.to_toml()).unwrap(), session);
}

#[test]
fn the_problems_of_the_reference_are_what_a_user_sees() {
    let document = block("toml wrong");
    let folder = Folder::with(&["bass.wav"]);
    let shown = folder.parse("mix.toml", document).unwrap_err().to_string();
    let shown = folder.short(&shown).replace(&folder.path("mix.toml").display().to_string(), "mix.toml");
    assert_eq!(block("text"), shown + "\n");
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_schema() {
    let defs = &schema()["$defs"];
    let mut missing = String::new();
    let named = ["AlignSettings", "TimeRange", "Track", "AuxSend", "Bus", "Master", "OutputSettings"];
    for of in named.iter().map(|name| &defs[name]).chain([schema()]) {
        let table = table(of);
        if !REFERENCE.contains(&table) {
            missing.extend(["\n", &table]);
        }
    }
    for NamedTarget { name, loudness_lufs, ceiling_dbtp, source, date } in TARGETS {
        let ceiling = ceiling_dbtp.map_or("none stated: -1".into(), |dbtp| dbtp.to_string());
        let row = format!("| `{name}` | {loudness_lufs} | {ceiling} | {source} | {date} |\n");
        if !REFERENCE.contains(&row) {
            missing += &row;
        }
    }
    assert!(missing.is_empty(), "docs/session.md lacks these, word for word:\n{missing}");
}

/// The inserts are the end of the page. With `BLESS=1` they are written again.
#[test]
fn the_inserts_of_the_reference_are_those_of_the_schema() {
    let (page, inserts) = REFERENCE.split_at(REFERENCE.find(INSERTS).unwrap() + INSERTS.len());
    let section = |of: &'static Value| {
        let (name, about) = (&of["properties"]["type"]["const"], &of["description"]);
        format!("\n### `{}`\n{}\n\n{}", name.as_str().unwrap(), about.as_str().unwrap(), table(of))
    };
    let sections: Vec<String> = schema()["$defs"]["Insert"]["oneOf"].as_array().unwrap().iter().map(section).collect();
    let expected = sections.concat();
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/session.md"), format!("{page}{expected}"))
            .unwrap();
    } else {
        let missing: String = sections.into_iter().filter(|section| !inserts.contains(section)).collect();
        assert!(inserts == expected, "docs/session.md differs, BLESS=1 writes it; it lacks, word for word:\n{missing}");
    }
}

//! The reference for users is the table of containers, and its rows do not contradict each other.

use crate::io::container::{CONTAINERS, beginning, names};
use crate::io::{AudioFormat, extensions, formats, refused_formats};
use std::collections::HashSet;

const REFERENCE: &str = include_str!("../../../../docs/formats.md");

/// Returns a text with one space in the place of every run of white space.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_table_of_the_reference_is_that_of_the_containers() {
    let row = |format: &AudioFormat| {
        let endings: Vec<String> = format.extensions.iter().map(|ending| format!("`{ending}`")).collect();
        let (name, endings) = (format.name, endings.join(", "));
        format!("| {name} | {endings} | {} | {} | {} |\n", format.codecs, format.trimming, format.corrections)
    };
    let rows = formats().map(row).collect::<Vec<_>>().concat();
    let head =
        "| files | extensions | codecs | start and end from | corrected while it is read |\n|---|---|---|---|---|\n";
    assert!(REFERENCE.contains(&format!("{head}{rows}")), "missing in docs/formats.md:\n{head}{rows}");
    let refused = format!("Refused by name are {}.", refused_formats().join(", "));
    assert!(flowing(REFERENCE).contains(&refused), "missing in docs/formats.md:\n{refused}");
}

#[test]
fn no_two_containers_claim_the_same_file() {
    let endings: Vec<&str> = extensions().collect();
    assert_eq!(endings.iter().collect::<HashSet<_>>().len(), endings.len(), "{endings:?}");
    assert!(endings.iter().all(|ending| *ending == ending.to_ascii_lowercase()), "{endings:?}");
    for row in CONTAINERS.iter().map(|container| container.row()) {
        for (magic, name) in row.magic {
            let found = beginning(magic).map(|container| container.row().id);
            assert_eq!((found, names::known_but_not_read(magic)), (Some(row.id), None), "{name}");
        }
        let owners = |id| CONTAINERS.iter().filter(|other| other.row().demuxers.contains(id)).count();
        assert!(row.demuxers.iter().all(|id| owners(id) == 1), "{}", row.id);
    }
}

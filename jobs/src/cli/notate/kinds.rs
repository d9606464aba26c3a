//! The files of a stem, and how earlier ones are recognised.

use mixdown_engine::io::OutputKind;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A MIDI file: its first text names mixdown.
const MIDI: OutputKind = OutputKind::new("a MIDI file that mixdown wrote", |file| {
    head(file).is_some_and(|head| head.starts_with(b"MThd") && contains(&head[..head.len().min(64)], b"mixdown "))
});
/// A score: its encoding names mixdown.
const SCORE: OutputKind = OutputKind::new("a score that mixdown wrote", |file| {
    head(file).is_some_and(|head| contains(&head, b"<software>mixdown "))
});
/// Notes: their `schema`, which comes first.
const NOTES: OutputKind = OutputKind::new("notes of mixdown", |file| {
    head(file).is_some_and(|head| contains(&head[..head.len().min(64)], b"\"schema\": \"mixdown.notes/"))
});
/// A piano roll: the generator in its head.
const ROLL: OutputKind = OutputKind::new("a piano roll of mixdown", |file| {
    head(file).is_some_and(|head| head.starts_with(b"<svg ") && contains(&head, b"data-generator=\"mixdown\""))
});

/// Returns all files that may be written for a stem of a name.
pub(super) fn files(out: &Path, name: &str) -> [(PathBuf, OutputKind); 5] {
    [(".mid", MIDI), (".quantised.mid", MIDI), (".musicxml", SCORE), (".notes.json", NOTES), (".svg", ROLL)]
        .map(|(ending, kind)| (out.join(format!("{name}{ending}")), kind))
}

/// Bytes of a head: more than the longest names of parts take.
const HEAD: u64 = 8_192;

fn head(file: File) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).ok()?;
    Some(head)
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

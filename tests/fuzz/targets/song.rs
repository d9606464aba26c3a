//! Analyses of songs and lists of notes, as JSON lines: read, and written as scores.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mixdown_analyse::Song;
use mixdown_analyse::notate::{NotesDocument, PartKind, notate};

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let song = lines.next().and_then(|line| serde_json::from_slice::<Song>(line).ok());
    let notes = lines.next().and_then(|line| serde_json::from_slice::<NotesDocument>(line).ok());
    if let (Some(song), Some(notes)) = (song, notes) {
        let parts = [PartKind::Drums, PartKind::Bass].map(|kind| notes.part("part", kind));
        let _ = notate(&parts, &song);
    }
});

//! Parts of a stem, notation, and the state of an analysis.

use crate::common::{add, hash, library, song, stem};
use mixdown_library::{Error, NewStem, Place, Query, Status, StemType};
use serde_json::json;
use std::fs;

#[test]
fn parts_replace_earlier_ones_and_a_scan_keeps_them() {
    let (folder, mut library) = library();
    let whole = song("x", stem(StemType::Other, 1));
    let id = add(&mut library, &whole);
    let audio = library.get(&id).unwrap().record.audio_file_id;
    let place = folder.path().join(&audio).join("stems");
    fs::create_dir_all(&place).unwrap();
    for name in ["drums.wav", "bass.wav"] {
        fs::write(place.join(name), name).unwrap();
    }
    let part = |stem_type, file: &str, number| NewStem::new(stem_type, Place::media(&audio, file), hash(number));
    let both = [part(StemType::Drums, "drums.wav", 2), part(StemType::Bass, "bass.wav", 3)];
    let first = library.set_parts(&audio, &id, &both).unwrap();
    let again = library.set_parts(&audio, &id, &both[..1]).unwrap();
    assert_eq!(again, first[..1], "a part at the same place keeps its id");
    assert!(place.join("drums.wav").exists() && !place.join("bass.wav").exists());
    for scans in [false, true] {
        if scans {
            library.scan().unwrap();
        }
        let stems = library.audio(&audio).unwrap().stems;
        assert_eq!(stems.len(), 2);
        assert_eq!(stems[1].part_of.as_ref(), Some(&id));
        let known = library.add(&whole).unwrap();
        assert!(!known.is_new && known.audio_file_id == audio, "parts do not change what the song is");
    }
    let unknown = library.set_parts(&audio, "none", &both);
    assert!(matches!(unknown, Err(Error::UnknownStem(_))));
    let outside = [part(StemType::Drums, "../x.wav", 4)];
    assert!(matches!(library.set_parts(&audio, &id, &outside), Err(Error::Invalid { .. })));
}

#[test]
fn notation_and_state_are_recorded_with_the_stem() {
    let (_folder, mut library) = library();
    let id = add(&mut library, &song("x", stem(StemType::Bass, 1)));
    let audio = library.get(&id).unwrap().record.audio_file_id;
    let notes = json!({ "notes": [{ "pitch_midi": 40 }] });
    library.set_notation(&audio, &[(id.clone(), notes.clone())].into()).unwrap();
    library.set_status(&audio, Status::Failed).unwrap();
    for _ in 0..2 {
        assert_eq!(library.get(&id).unwrap().notation, Some(notes.clone()));
        let failed = Query { status: Some(Status::Failed), ..Query::default() };
        assert_eq!(library.search(&failed).unwrap().total, 1);
        library.scan().unwrap();
    }
    let unknown = library.set_notation(&audio, &[("none".to_owned(), notes)].into());
    assert!(matches!(unknown, Err(Error::UnknownStem(_))));
    assert!(matches!(library.set_status("none", Status::Failed), Err(Error::UnknownAudioFile(_))));
}

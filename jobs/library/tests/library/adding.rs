//! Songs that are added, added again, and analysed again.

use crate::common::{add, hash, library, song, stem, tuned};
use mixdown_library::{
    Descriptors, Error, Library, NewSong, NewStem, Place, Query, SongAnalysis, StemAnalysis, StemType,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Returns a song with two stems and all values.
fn full() -> NewSong {
    let analysis = SongAnalysis {
        bpm: Some(123.45),
        key: Some("Db".parse().unwrap()),
        tuning_hz: Some(441.2),
        beats_per_bar: Some(4),
        chords: Some(json!([{"start_s": 0.0, "chord": "C#:maj"}])),
        beats: Some(json!([0.5, 1.0])),
        downbeats: Some(json!([0.5])),
        sections: Some(json!([])),
        notation: Some(json!({"format": "musicxml"})),
        ..SongAnalysis::default()
    };
    let mut drums = stem(StemType::Drums, 1);
    drums.tags = vec!["dry".into(), "tight room".into()];
    drums.favourite = true;
    drums.descriptors.chroma = Some([0.1; 12]);
    NewSong { name: "Full".into(), analysis, stems: vec![drums, stem(StemType::Bass, 2)], ..NewSong::default() }
}

#[test]
fn all_values_come_back_also_after_a_scan() {
    let (folder, mut library) = library();
    let added = library.add(&full()).unwrap();
    let before: Vec<_> = added.stem_ids.iter().map(|id| library.get(id).unwrap()).collect();
    let json = serde_json::to_value(&before[0]).unwrap();
    assert_eq!(json["key"], "C# major");
    assert_eq!(
        (&json["bpm"], &json["type"], &json["place"]),
        (&json!(123.45), &json!("drums"), &json!("/music/1/drums.wav"))
    );
    assert_eq!(
        (&json["tags"], &json["favourite"], &json["uses"]),
        (&json!(["dry", "tight room"]), &json!(true), &json!(0))
    );
    assert_eq!(
        (&json["beats"], &json["rms_dbfs"], &json["status"]),
        (&json!([0.5, 1.0]), &Value::Null, &json!("completed"))
    );
    assert_eq!((&json["audio_file_id"], &json["blake3"]), (&json!(added.audio_file_id), &json!(hash(1))));

    drop(library);
    for name in ["library.sqlite", "library.sqlite-wal", "library.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    let mut again = Library::open(folder.path(), None).unwrap();
    let after: Vec<_> = added.stem_ids.iter().map(|id| again.get(id).unwrap()).collect();
    assert_eq!(after, before);
    let scanned = again.scan().unwrap();
    assert_eq!((scanned.songs, scanned.stems, scanned.skipped.len()), (1, 2, 0));
    assert_eq!(again.get(&added.stem_ids[0]).unwrap(), before[0]);
}

#[test]
fn equal_content_is_one_audio_file_unless_forced() {
    let (_folder, mut library) = library();
    let first = library.add(&full()).unwrap();
    let mut other = full();
    other.stems.reverse();
    other.name = "Another name".into();
    let again = library.add(&other).unwrap();
    assert!(first.is_new && !again.is_new);
    assert_eq!(again.audio_file_id, first.audio_file_id);
    assert_eq!(again.stem_ids, [first.stem_ids[1].clone(), first.stem_ids[0].clone()]);
    assert_eq!(library.search(&Query::default()).unwrap().total, 2);

    let forced = library.add_forced(&full()).unwrap();
    assert_ne!(forced.audio_file_id, first.audio_file_id);
    assert_eq!(library.add(&full()).unwrap().audio_file_id, first.audio_file_id);
    assert_eq!(library.search(&Query::default()).unwrap().total, 4);
    // A part of the content is other content.
    let mut part = full();
    part.stems.pop();
    assert!(library.add(&part).unwrap().is_new);
}

#[test]
fn many_songs_are_added_together_and_doubles_once() {
    let (_folder, mut library) = library();
    let songs: Vec<NewSong> = [1, 2, 1].map(|number| song("x", stem(StemType::Other, number))).into();
    let added = library.add_many(&songs).unwrap();
    assert_eq!(added.iter().map(|one| one.is_new).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(added[0].stem_ids, added[2].stem_ids);
}

#[test]
fn values_that_are_not_numbers_or_out_of_range_are_refused() {
    let (_folder, mut library) = library();
    let wrong_bpm = [0.0, -1.0, f64::NAN, f64::INFINITY];
    for bpm in wrong_bpm {
        assert!(
            matches!(library.add(&tuned("x", 1, Some(bpm), None)), Err(Error::Invalid { field, .. }) if field == "bpm")
        );
    }
    let mut nan = song("x", stem(StemType::Other, 1));
    nan.stems[0].descriptors.rms_dbfs = Some(f64::NAN);
    assert!(matches!(library.add(&nan), Err(Error::Invalid { field, .. }) if field == "rms_dbfs"));
    let mut hash = song("x", stem(StemType::Other, 1));
    hash.stems[0].blake3 = "ABC".into();
    assert!(matches!(library.add(&hash), Err(Error::Invalid { field, .. }) if field == "blake3"));
    assert!(matches!(library.add(&NewSong::default()), Err(Error::Invalid { field, .. }) if field == "stems"));
    let outside = NewStem::new(StemType::Bass, Place::Media("../x.wav".into()), crate::common::hash(1));
    assert!(matches!(library.add(&song("x", outside)), Err(Error::Invalid { field, .. }) if field == "place"));
    let named = NewSong { audio_file_id: Some("../up".into()), ..song("x", stem(StemType::Other, 1)) };
    assert!(library.add(&named).is_err());
    assert_eq!(library.search(&Query::default()).unwrap().total, 0);

    let mut zero = song("silence", stem(StemType::Other, 1));
    zero.stems[0].descriptors = Descriptors {
        spectral_centroid_hz: Some(0.0),
        crest_db: Some(0.0),
        silence_share: Some(1.0),
        ..Descriptors::default()
    };
    let id = add(&mut library, &zero);
    assert_eq!(library.get(&id).unwrap().record.descriptors, zero.stems[0].descriptors);
}

#[test]
fn ids_of_other_songs_are_refused() {
    let (_folder, mut library) = library();
    let mut first = song("x", stem(StemType::Other, 1));
    first.audio_file_id = Some("audio-1".into());
    first.stems[0].stem_id = Some("stem-1".into());
    add(&mut library, &first);
    let mut second = song("x", stem(StemType::Other, 2));
    second.audio_file_id = Some("audio-1".into());
    assert!(matches!(library.add(&second), Err(Error::Invalid { field, .. }) if field == "audio_file_id"));
    second.audio_file_id = None;
    second.stems[0].stem_id = Some("stem-1".into());
    assert!(matches!(library.add(&second), Err(Error::Invalid { field, .. }) if field == "stem_id"));
}

#[test]
fn analyses_stand_beside_each_other_and_one_is_current() {
    let (_folder, mut library) = library();
    let added = library.add(&full()).unwrap();
    let (audio, drums) = (added.audio_file_id.as_str(), added.stem_ids[0].as_str());
    let second = SongAnalysis { analysis_version: 2, bpm: Some(61.0), ..SongAnalysis::default() };
    let louder = Descriptors { integrated_lufs: Some(-3.0), ..Descriptors::default() };
    let stems = [(drums.to_owned(), StemAnalysis { stem_type: Some(StemType::Percussive), descriptors: louder })];
    library.reanalyse(audio, &second, &BTreeMap::from(stems)).unwrap();
    let check = |library: &mut Library| {
        let record = library.get(drums).unwrap().record;
        assert_eq!((record.bpm, record.analysis_version, record.stem_type), (Some(61.0), 2, StemType::Percussive));
        assert_eq!((record.favourite, record.tags.len()), (true, 2));
        let bpm = Query { bpm: Some((61.0, 61.0)), ..Query::default() };
        assert_eq!(library.search(&bpm).unwrap().total, 2);
        let versions = library.versions(audio).unwrap();
        assert_eq!((versions.current, versions.analyses.len()), (2, 2));
    };
    check(&mut library);
    library.scan().unwrap();
    check(&mut library);

    library.select_version(audio, 1).unwrap();
    library.scan().unwrap();
    assert_eq!(library.get(drums).unwrap().record.bpm, Some(123.45));
    assert_eq!(library.versions(audio).unwrap().current, 1);
    assert!(matches!(library.select_version(audio, 9), Err(Error::UnknownVersion { version: 9, .. })));
    let unknown = BTreeMap::from([("none".to_owned(), StemAnalysis::default())]);
    assert!(matches!(library.reanalyse(audio, &second, &unknown), Err(Error::UnknownStem(_))));
    assert!(matches!(library.reanalyse("none", &second, &BTreeMap::new()), Err(Error::UnknownAudioFile(_))));
}

#[test]
fn exported_lines_hold_every_stem() {
    let (_folder, mut library) = library();
    let added = library.add(&full()).unwrap();
    let mut lines = Vec::new();
    assert_eq!(library.export(&mut lines).unwrap(), 2);
    let lines: Vec<Value> =
        std::str::from_utf8(&lines).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["stem_id"].as_str().unwrap()).collect::<Vec<_>>(), added.stem_ids);
    assert_eq!(lines[0]["notation"]["format"], "musicxml");
}

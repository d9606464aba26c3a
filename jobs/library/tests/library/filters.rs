//! Each filter of a search.

use crate::common::{add, found, hash, library, song, stem, tuned};
use mixdown_library::{Error, Library, NewSong, Patch, Query, SongAnalysis, Status, StemType};

#[test]
fn types_keys_and_tempos_filter() {
    let (_folder, mut library) = library();
    for (name, number, bpm, key) in [
        ("a", 1, Some(120.0), Some("C# major")),
        ("b", 2, Some(130.0), Some("C# minor")),
        ("c", 3, Some(130.01), Some("C# major")),
        ("d", 4, None, None),
    ] {
        add(&mut library, &tuned(name, number, bpm, key));
    }
    add(&mut library, &song("e", stem(StemType::Drums, 5)));
    let mut find = |query: Query| found(&mut library, &query);
    assert_eq!(find(Query { types: vec![StemType::Drums], ..Query::default() }), ["e"]);
    assert_eq!(find(Query { types: vec![StemType::Drums, StemType::Other], ..Query::default() }).len(), 5);
    assert_eq!(find(Query { keys: vec!["Db".parse().unwrap()], ..Query::default() }), ["a", "c"]);
    assert_eq!(find(Query { keys: vec!["12A".parse().unwrap()], ..Query::default() }), ["b"]);
    assert_eq!(find(Query { bpm: Some((120.0, 130.0)), ..Query::default() }), ["a", "b"]);
    assert_eq!(find(Query { bpm: Some((0.0, f64::INFINITY)), ..Query::default() }), ["a", "b", "c"]);
    let both = Query { bpm: Some((125.0, 140.0)), keys: vec!["C#".parse().unwrap()], ..Query::default() };
    assert_eq!(find(both), ["c"]);
    assert!(find(Query { bpm: Some((10.0, 20.0)), ..Query::default() }).is_empty());
}

#[test]
fn wrong_ranges_are_refused() {
    let (_folder, mut library) = library();
    for bpm in [(130.0, 120.0), (f64::NAN, 1.0)] {
        let query = Query { bpm: Some(bpm), ..Query::default() };
        assert!(matches!(library.search(&query), Err(Error::Invalid { field, .. }) if field == "bpm"));
    }
    let none = Query { limit: 0, ..Query::default() };
    assert!(matches!(library.search(&none), Err(Error::Invalid { field, .. }) if field == "limit"));
}

#[test]
fn favourites_states_tags_and_audio_files_filter() {
    let (_folder, mut library) = library();
    let a = add(&mut library, &song("a", stem(StemType::Other, 1)));
    let analysis = SongAnalysis { status: Status::Failed, ..SongAnalysis::default() };
    let b = NewSong { analysis, ..song("b", stem(StemType::Other, 2)) };
    let b = library.add(&b).unwrap().audio_file_id;
    let tags = Some(vec!["Dry".into(), "80s".into(), "Dry".into()]);
    let record = library.patch(&a, &Patch { tags, favourite: Some(true) }).unwrap();
    assert_eq!((record.tags.len(), record.favourite), (2, true));
    let mut find = |query: Query| found(&mut library, &query);
    assert_eq!(find(Query { favourite: Some(true), ..Query::default() }), ["a"]);
    assert_eq!(find(Query { favourite: Some(false), ..Query::default() }), ["b"]);
    assert_eq!(find(Query { status: Some(Status::Failed), ..Query::default() }), ["b"]);
    assert_eq!(find(Query { status: Some(Status::Running), ..Query::default() }).len(), 0);
    assert_eq!(find(Query { tags: vec!["Dry".into(), "80s".into()], ..Query::default() }), ["a"]);
    assert!(find(Query { tags: vec!["Dry".into(), "wet".into()], ..Query::default() }).is_empty());
    assert!(find(Query { tags: vec!["dry".into()], ..Query::default() }).is_empty());
    assert_eq!(find(Query { audio_file: Some(b), ..Query::default() }), ["b"]);
    assert!(find(Query { audio_file: Some("none".into()), ..Query::default() }).is_empty());
}

/// Adds a song of each tempo, and returns those that mix with the first one.
fn mixing(library: &mut Library, tempos: &[f64]) -> Vec<String> {
    let mut first = None;
    for (number, bpm) in tempos.iter().enumerate() {
        let id = add(library, &tuned(&bpm.to_string(), number, Some(*bpm), Some("C")));
        first.get_or_insert(id);
    }
    found(library, &Query { compatible_with: first, ..Query::default() })
}

#[test]
fn compatible_tempos_stretch_by_six_percent_also_half_and_double() {
    let (_folder, mut library) = library();
    let tempos = [120.0, 112.7, 112.9, 127.1, 127.3, 56.3, 56.5, 63.5, 63.7, 225.5, 225.7, 254.3, 254.5, 40.0];
    assert_eq!(mixing(&mut library, &tempos), ["112.9", "127.1", "225.7", "254.3", "56.5", "63.5"]);
}

#[test]
fn compatible_keys_are_relatives_and_fifths() {
    let (_folder, mut library) = library();
    let keys = ["C", "Am", "G", "F", "Cm", "D", "Em", "C#"];
    let ids: Vec<String> = (0..keys.len())
        .map(|number| add(&mut library, &tuned(keys[number], number, Some(100.0), Some(keys[number]))))
        .collect();
    add(&mut library, &tuned("no key", 90, Some(100.0), None));
    add(&mut library, &tuned("no tempo", 91, None, Some("C")));
    let compatible = |id: &str| Query { compatible_with: Some(id.into()), ..Query::default() };
    assert_eq!(found(&mut library, &compatible(&ids[0])), ["Am", "F", "G"]);
    let unpitched = add(&mut library, &tuned("drums", 92, Some(100.0), None));
    assert_eq!(found(&mut library, &compatible(&unpitched)).len(), keys.len() + 1);
    let empty = add(&mut library, &song("nothing", stem(StemType::Other, 93)));
    assert!(matches!(library.search(&compatible(&empty)), Err(Error::NothingToCompare(_))));
    assert!(matches!(library.search(&compatible("none")), Err(Error::UnknownStem(id)) if id == "none"));
}

#[test]
fn stats_count_what_lists_show() {
    let (_folder, mut library) = library();
    for number in 0..6 {
        let key = (number % 2 == 0).then_some("Am");
        let mut song = tuned(&number.to_string(), number, None, key);
        song.created = Some(format!("2026-01-0{}T23:59:59Z", 1 + number / 4).parse().unwrap());
        add(&mut library, &song);
    }
    let two = NewSong { stems: vec![stem(StemType::Drums, 10), stem(StemType::Bass, 11)], ..NewSong::default() };
    let two = NewSong { created: Some("2026-01-03T00:00:00Z".parse().unwrap()), ..two };
    let ids = library.add(&two).unwrap().stem_ids;
    for id in [&ids[0], &ids[1], &ids[1]] {
        library.use_stem(id).unwrap();
    }
    let stats = library.stats().unwrap();
    assert_eq!((stats.stems, stats.audio_files, stats.favourites), (8, 7, 0));
    let json = serde_json::to_value(&stats).unwrap();
    let pairs = |name: &str| {
        json[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", one["value"], one["stems"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(pairs("by_type"), ["\"drums\" 1", "\"bass\" 1", "\"other\" 6"]);
    assert_eq!(pairs("by_key"), ["\"A minor\" 3", "null 5"]);
    assert_eq!(pairs("by_day"), ["\"2026-01-01\" 4", "\"2026-01-02\" 2", "\"2026-01-03\" 2"]);
    let used: Vec<_> = stats.most_used.iter().map(|stem| (stem.blake3.clone(), stem.uses)).collect();
    assert_eq!(used, [(hash(11), 2), (hash(10), 1)]);
    library.scan().unwrap();
    assert_eq!(library.stats().unwrap(), stats);
}

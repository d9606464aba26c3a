//! Orders and pages.

use crate::common::{add, library, names, stem, tuned};
use mixdown_library::{Error, Library, NewSong, Query, Sort, StemType};
use std::collections::HashSet;

/// Adds songs with tempos that repeat, some without one, and returns the library's folder.
fn filled() -> (tempfile::TempDir, Library) {
    let (folder, mut library) = library();
    let songs: Vec<NewSong> = (0..300)
        .map(|number| {
            let bpm = (number % 7 != 0).then_some(60.0 + (number * 37 % 101) as f64);
            let mut song = tuned(&format!("song {:03}", number * 7 % 300), number, bpm, None);
            song.created = Some(jiff::Timestamp::from_second(1_000_000 + (number as i64 * 31 % 50)).unwrap());
            song
        })
        .collect();
    library.add_many(&songs).unwrap();
    (folder, library)
}

#[test]
fn pages_by_offset_and_by_cursor_join_to_the_whole() {
    let (_folder, mut library) = filled();
    for sort in Sort::ALL {
        for descending in [None, Some(false), Some(true)] {
            let query = Query { sort, descending, limit: 1000, ..Query::default() };
            let whole = library.search(&query).unwrap();
            assert_eq!((whole.total, whole.stems.len(), &whole.next), (300, 300, &None));
            let (mut by_offset, mut by_cursor, mut after) = (Vec::new(), Vec::new(), None);
            for offset in (0..300).step_by(64) {
                let page = library.search(&Query { limit: 64, offset, ..query.clone() }).unwrap();
                assert_eq!((page.total, page.next.is_some()), (300, offset < 256));
                by_offset.extend(page.stems);
                let page = library.search(&Query { limit: 64, after, ..query.clone() }).unwrap();
                assert_eq!(page.total, 300);
                after = page.next;
                by_cursor.extend(page.stems);
            }
            assert!(by_offset == whole.stems && by_cursor == whole.stems, "{sort} {descending:?}");
            let ids: HashSet<_> = whole.stems.iter().map(|stem| &stem.stem_id).collect();
            assert_eq!(ids.len(), 300);
        }
    }
}

#[test]
fn orders_are_those_of_the_values_and_unknown_comes_last() {
    let (_folder, mut library) = filled();
    for (descending, sign) in [(false, 1.0), (true, -1.0)] {
        let query = Query { sort: Sort::Bpm, descending: Some(descending), limit: 1000, ..Query::default() };
        let stems = library.search(&query).unwrap().stems;
        let known: Vec<f64> = stems.iter().map_while(|stem| Some(stem.bpm? * sign)).collect();
        assert_eq!(known.len(), 300 - 43);
        assert!(known.is_sorted());
    }
    let by_name = library.search(&Query { sort: Sort::Name, limit: 3, ..Query::default() }).unwrap();
    assert_eq!(names(&by_name), ["song 000", "song 001", "song 002"]);
    let newest = library.search(&Query { limit: 1000, ..Query::default() }).unwrap().stems;
    assert!(newest.iter().map(|stem| std::cmp::Reverse(stem.created)).is_sorted());
}

#[test]
fn equal_times_list_the_latest_added_first() {
    let (_folder, mut library) = library();
    for number in 0..3 {
        let mut song = tuned(&number.to_string(), number, None, None);
        song.created = Some(jiff::Timestamp::UNIX_EPOCH);
        add(&mut library, &song);
    }
    assert_eq!(names(&library.search(&Query::default()).unwrap()), ["2", "1", "0"]);
}

#[test]
fn pages_outside_are_empty_and_wrong_cursors_are_refused() {
    let (_folder, mut library) = filled();
    let page = library.search(&Query { offset: 10_000, ..Query::default() }).unwrap();
    assert_eq!((page.total, page.stems.len(), page.next), (300, 0, None));
    let far = library.search(&Query { offset: usize::MAX, ..Query::default() }).unwrap();
    assert_eq!(far.stems.len(), 0);
    let unknown = Query { after: Some("none".into()), ..Query::default() };
    assert!(matches!(library.search(&unknown), Err(Error::UnknownStem(_))));
    let drums = NewSong { stems: vec![stem(StemType::Drums, 999)], ..NewSong::default() };
    let drums = add(&mut library, &drums);
    let other = Query { types: vec![StemType::Other], after: Some(drums), ..Query::default() };
    assert!(matches!(library.search(&other), Err(Error::Invalid { field, .. }) if field == "after"));
}

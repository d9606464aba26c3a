//! Searches by words.

use crate::common::{add, found, library, song, stem};
use mixdown_library::{Library, NewSong, Patch, Place, Query, StemType};

/// Returns the names that a text finds.
fn find(library: &mut Library, text: &str) -> Vec<String> {
    found(library, &Query { text: Some(text.into()), limit: 1000, ..Query::default() })
}

#[test]
fn words_of_name_path_and_tags_are_found_by_their_begin() {
    let (_folder, mut library) = library();
    let mut one = stem(StemType::Drums, 1);
    one.place = Place::Path("/samples/Vintage Kit/take-07.wav".into());
    one.tags = vec!["Dusty Break".into()];
    add(&mut library, &song("Funky Loop", one));
    add(&mut library, &song("Other", stem(StemType::Bass, 2)));
    for text in ["funky", "LOO", "vint", "07", "take wav", "break funk kit", "dus"] {
        assert_eq!(find(&mut library, text), ["Funky Loop"], "{text}");
    }
    for text in ["unky", "funky other", "loops", "7"] {
        assert!(find(&mut library, text).is_empty(), "{text}");
    }
    assert_eq!(find(&mut library, " ").len(), 2);
}

#[test]
fn signs_of_the_query_language_are_plain_text() {
    let (_folder, mut library) = library();
    add(&mut library, &song("Rock \"n\" Roll (it's NOT* a-test) AND {so}: ^on", stem(StemType::Other, 1)));
    for text in
        ["\"", "\"rock", "rock\" OR \"x", "'; DROP TABLE stems; --", "*", "(", "name:", "^", "NEAR(a b)", "-", "\u{0}"]
    {
        let _ = find(&mut library, text);
    }
    assert_eq!(find(&mut library, "rock \"n\" roll").len(), 1);
    assert_eq!(find(&mut library, "it's not* (a-test)").len(), 1);
    assert_eq!(find(&mut library, "AND").len(), 1);
    assert!(find(&mut library, "rock OR missing").is_empty());
    assert!(find(&mut library, "name:rock").is_empty());
    assert!(find(&mut library, "\"*\"").is_empty());
}

#[test]
fn case_and_accents_of_all_scripts_are_found() {
    let (_folder, mut library) = library();
    for (number, name) in ["Café Noir", "Cafe\u{301} Blanc", "Über", "ДРАМ луп", "東京ドラム", "हिन्दी ढोल", "🥁 solo"]
        .into_iter()
        .enumerate()
    {
        add(&mut library, &song(name, stem(StemType::Other, number)));
    }
    assert_eq!(find(&mut library, "cafe").len(), 2);
    assert_eq!(find(&mut library, "CAFÉ"), find(&mut library, "cafe\u{301}"));
    for (text, name) in
        [("uber", "Über"), ("драм", "ДРАМ луп"), ("東京", "東京ドラム"), ("हिन्दी", "हिन्दी ढोल"), ("🥁 SOLO", "🥁 solo")]
    {
        assert_eq!(find(&mut library, text), [name], "{text}");
    }
}

/// Adds enough stems with equal words that the index of words is not read for them.
fn crowd() -> (tempfile::TempDir, Library) {
    let (folder, mut library) = library();
    let stem = |number: usize| {
        let mut stem = stem(StemType::Other, number);
        stem.name = Some(format!("Loop sample{number:05} {}", if number == 1_234 { "needle" } else { "hay" }));
        stem.tags = vec!["Common Tag".into()];
        if number.is_multiple_of(5) {
            stem.tags.push("fifth".into());
        }
        stem
    };
    let song = |first| NewSong { stems: (first..first + 100).map(stem).collect(), ..NewSong::default() };
    let songs: Vec<NewSong> = (0..2_500).step_by(100).map(song).collect();
    library.add_many(&songs).unwrap();
    (folder, library)
}

#[test]
fn common_words_and_tags_are_counted_exactly() {
    let (_folder, mut library) = crowd();
    let mut total = |text: &str| library.search(&Query { text: Some(text.into()), ..Query::default() }).unwrap().total;
    assert_eq!((total("loop"), total("l"), total("sample"), total("loop sample0")), (2_500, 2_500, 2_500, 2_500));
    assert_eq!((total("needle"), total("loop needle"), total("sample needl")), (1, 1, 1));
    assert_eq!((total("fifth"), total("loop fifth hay"), total("sample02")), (500, 500, 500));
    assert_eq!((total("loop missing"), total("oop"), total("tag common")), (0, 0, 2_500));
    let mut tagged = |tags: &[&str]| {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        library.search(&Query { tags, ..Query::default() }).unwrap().total
    };
    assert_eq!((tagged(&["Common Tag"]), tagged(&["Common"]), tagged(&["Common Tag", "fifth"])), (2_500, 0, 500));
}

#[test]
fn changed_tags_and_removed_stems_are_not_found_any_more() {
    let (_folder, mut library) = crowd();
    let query = |text: &str| Query { text: Some(text.into()), ..Query::default() };
    let id = library.search(&query("needle")).unwrap().stems.remove(0).stem_id;
    library.patch(&id, &Patch { tags: Some(vec!["Fresh".into()]), favourite: None }).unwrap();
    let mut total = |query: &Query| library.search(query).unwrap().total;
    assert_eq!((total(&query("common")), total(&query("fresh needle")), total(&query("needle"))), (2_499, 1, 1));
    let tag = Query { tags: vec!["Common Tag".into()], ..Query::default() };
    assert_eq!(total(&tag), 2_499);
    library.remove(&id).unwrap();
    let mut total = |query: &Query| library.search(query).unwrap().total;
    assert_eq!((total(&query("needle")), total(&query("loop")), total(&query("fresh"))), (0, 2_499, 0));
}

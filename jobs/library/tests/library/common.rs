//! Libraries and songs for tests.

use mixdown_library::{Descriptors, Library, NewSong, NewStem, Page, Place, Query, SongAnalysis, StemType};
use tempfile::TempDir;

/// Returns a library in a folder of its own.
pub(crate) fn library() -> (TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::open(folder.path(), None).unwrap();
    (folder, library)
}

/// Returns a hash that differs for each number.
pub(crate) fn hash(number: usize) -> String {
    format!("{number:064x}")
}

/// Returns a stem known by a path; the number gives path and content.
pub(crate) fn stem(stem_type: StemType, number: usize) -> NewStem {
    let mut stem =
        NewStem::new(stem_type, Place::Path(format!("/music/{number}/{stem_type}.wav").into()), hash(number));
    stem.descriptors = Descriptors { integrated_lufs: Some(-(number as f64 % 60.0)), ..Descriptors::default() };
    stem
}

/// Returns a song of one stem.
pub(crate) fn song(name: &str, stem: NewStem) -> NewSong {
    NewSong { name: name.into(), stems: vec![stem], ..NewSong::default() }
}

/// Returns a song of one stem with a tempo and a key.
pub(crate) fn tuned(name: &str, number: usize, bpm: Option<f64>, key: Option<&str>) -> NewSong {
    let key = key.map(|key| key.parse().unwrap());
    let analysis = SongAnalysis { bpm, key, ..SongAnalysis::default() };
    NewSong { analysis, ..song(name, stem(StemType::Other, number)) }
}

/// Adds a song of one stem, and returns the id of the stem.
pub(crate) fn add(library: &mut Library, song: &NewSong) -> String {
    library.add(song).unwrap().stem_ids.remove(0)
}

/// Returns the names of a page's stems.
pub(crate) fn names(page: &Page) -> Vec<&str> {
    page.stems.iter().map(|stem| stem.name.as_str()).collect()
}

/// Returns the sorted names that a search finds.
pub(crate) fn found(library: &mut Library, query: &Query) -> Vec<String> {
    let page = library.search(query).unwrap();
    assert_eq!(page.total, page.stems.len());
    let mut names: Vec<String> = page.stems.into_iter().map(|stem| stem.name).collect();
    names.sort();
    names
}

//! Databases that are damaged, missing, newer or of somebody else.

use crate::common::{add, library, song, stem};
use mixdown_library::{Error, Library, NewSong, Query, StemType};
use std::fs;
use std::path::Path;

/// Returns the names of databases that were set aside.
fn set_aside(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("library.sqlite.damaged-")).collect()
}

/// Fills a library, damages its database, and expects all stems after opening it again.
fn survives(damage: impl Fn(&mut Vec<u8>)) {
    let (folder, mut library) = library();
    let songs: Vec<NewSong> =
        (0..200).map(|number| song(&format!("song {number}"), stem(StemType::Other, number))).collect();
    let ids: Vec<String> = library.add_many(&songs).unwrap().into_iter().flat_map(|one| one.stem_ids).collect();
    drop(library);
    let path = folder.path().join("library.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    damage(&mut bytes);
    fs::write(&path, &bytes).unwrap();
    let mut library = Library::open(folder.path(), None).unwrap();
    let page = library.search(&Query { text: Some("song".into()), ..Query::default() }).unwrap();
    assert_eq!(page.total, 200);
    assert!(ids.iter().all(|id| library.get(id).is_ok()));
    assert_eq!(set_aside(folder.path()).len(), 1);
    assert!(library.set_aside().is_some_and(Path::exists));
    assert_eq!(fs::read(library.set_aside().unwrap()).unwrap(), bytes);
    add(&mut library, &song("new", stem(StemType::Drums, 1_000)));
}

#[test]
fn a_text_in_place_of_the_database_is_set_aside() {
    survives(|bytes| *bytes = b"this is not a database, but longer than the header of one. ".repeat(20));
}

#[test]
fn a_database_cut_short_is_set_aside() {
    survives(|bytes| bytes.truncate(bytes.len() / 2));
}

#[test]
fn overwritten_pages_are_set_aside_when_they_are_read() {
    survives(|bytes| bytes[8192..].fill(0xa5));
}

#[test]
fn a_process_follows_another_that_renewed_the_database() {
    let (folder, mut first) = library();
    let kept = add(&mut first, &song("a", stem(StemType::Other, 1)));
    let path = folder.path().join("library.sqlite");
    fs::rename(&path, folder.path().join("moved")).unwrap();
    let mut second = Library::open(folder.path(), None).unwrap();
    let added = add(&mut first, &song("b", stem(StemType::Other, 2)));
    assert!(second.get(&added).is_ok() && second.get(&kept).is_ok() && first.get(&kept).is_ok());
}

#[test]
fn missing_and_empty_databases_are_derived_anew() {
    let (folder, mut library) = library();
    let id = add(&mut library, &song("a", stem(StemType::Other, 1)));
    drop(library);
    let path = folder.path().join("library.sqlite");
    fs::write(&path, []).unwrap();
    assert!(Library::open(folder.path(), None).unwrap().get(&id).is_ok());
    fs::remove_file(&path).unwrap();
    assert!(Library::open(folder.path(), None).unwrap().get(&id).is_ok());
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("other.sqlite");
    let mut library = Library::open(folder.path(), Some(&other)).unwrap();
    assert!(library.get(&id).is_ok() && library.database() == other);
    assert!(set_aside(folder.path()).is_empty());
}

#[test]
fn newer_and_foreign_databases_are_refused_and_stay() {
    let (folder, library) = library();
    drop(library);
    let path = folder.path().join("library.sqlite");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 1_000).unwrap();
    other.close().unwrap();
    let before = fs::read(&path).unwrap();
    let error = Library::open(folder.path(), None).err().unwrap();
    assert!(matches!(error, Error::NewerSchema { found: 1_000, .. }));
    assert!(error.to_string().contains("library.sqlite") && error.to_string().contains("1000"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);

    fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    other.close().unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Library::open(folder.path(), None), Err(Error::ForeignDatabase { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(set_aside(folder.path()).is_empty());
}

#[test]
fn sidecars_that_are_not_whole_are_named_and_stay() {
    let (folder, mut library) = library();
    add(&mut library, &song("a", stem(StemType::Other, 1)));
    let sidecars = folder.path().join("library");
    fs::write(sidecars.join("broken.v1.json"), "{\"format\":1,").unwrap();
    fs::write(sidecars.join("later.v1.json"), "{\"format\":2}").unwrap();
    fs::write(sidecars.join("part.1-2.tmp"), "{").unwrap();
    let scanned = library.scan().unwrap();
    assert_eq!((scanned.songs, scanned.skipped.len()), (1, 2));
    assert!(sidecars.join("broken.v1.json").exists() && sidecars.join("later.v1.json").exists());
    assert!(!sidecars.join("part.1-2.tmp").exists());
}

#[test]
fn sidecars_that_no_process_wrote_to_the_end_are_written_on_opening() {
    let (folder, mut library) = library();
    let added = library.add(&song("a", stem(StemType::Other, 1))).unwrap();
    let sidecar = folder.path().join("library").join(format!("{}.v1.json", added.audio_file_id));
    let text = fs::read(&sidecar).unwrap();
    let other = rusqlite::Connection::open(folder.path().join("library.sqlite")).unwrap();
    // As after a crash of the system: the name stands, the content is lost.
    let sql = "INSERT OR REPLACE INTO unsettled VALUES (?1, 1, 'another run', 7)";
    other.execute(sql, [format!("library/{}.v1.json", added.audio_file_id)]).unwrap();
    fs::write(&sidecar, []).unwrap();
    let _second = Library::open(folder.path(), None).unwrap();
    assert_eq!(fs::read(&sidecar).unwrap(), text);
    let left: i64 = other.query_row("SELECT count(*) FROM unsettled", (), |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_library_of_the_schema_before_finds_its_words_and_tags() {
    let (folder, mut library) = library();
    let songs: Vec<NewSong> = (0..1_200)
        .map(|number| {
            let mut one = stem(StemType::Other, number);
            one.tags = vec!["everywhere".into()];
            song(&format!("loop {number}"), one)
        })
        .collect();
    library.add_many(&songs).unwrap();
    drop(library);
    let other = rusqlite::Connection::open(folder.path().join("library.sqlite")).unwrap();
    let before = "DROP TABLE term_blocks; CREATE TABLE text_blocks (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
                  PRAGMA user_version = 1";
    other.execute_batch(before).unwrap();
    drop(other);
    let mut library = Library::open(folder.path(), None).unwrap();
    assert_eq!(library.set_aside(), None);
    let mut total = |query: Query| library.search(&query).unwrap().total;
    assert_eq!(total(Query { text: Some("loop".into()), ..Query::default() }), 1_200);
    assert_eq!(total(Query { tags: vec!["everywhere".into()], ..Query::default() }), 1_200);
}

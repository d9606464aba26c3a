//! Files that are deleted with their records, and files that are not.

use crate::common::{add, hash, library, song, stem};
use mixdown_library::{Error, Library, NewSong, NewStem, Place, Query, StemType};
use std::fs;
use std::path::Path;

/// Returns a song with a stem below the media folder and one known by a path there, both written.
fn written(media: &Path) -> NewSong {
    let id = Library::new_id();
    let folder = media.join(&id).join("stems");
    fs::create_dir_all(&folder).unwrap();
    let (own, known) = (folder.join("drums.wav"), media.join("known.wav"));
    fs::write(own, "own").unwrap();
    fs::write(&known, "known").unwrap();
    let stems = vec![
        NewStem::new(StemType::Drums, Place::media(&id, "drums.wav"), hash(1)),
        NewStem::new(StemType::Bass, Place::Path(known), hash(2)),
    ];
    NewSong { audio_file_id: Some(id), name: "x".into(), stems, ..NewSong::default() }
}

/// Returns the names of the files below a folder that are not the database.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else if !name.starts_with("library.sqlite") && name != "repair.lock" {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[test]
fn removing_an_audio_file_deletes_own_files_and_leaves_known_ones() {
    let (folder, mut library) = library();
    let song = written(folder.path());
    let added = library.add(&song).unwrap();
    let id = added.audio_file_id;
    assert_eq!(files(folder.path()), [&*format!("{id}.v1.json"), "drums.wav", "known.wav"]);
    let mut removed = library.remove_audio(&id).unwrap();
    removed.sort();
    let mut expected = added.stem_ids.clone();
    expected.sort();
    assert_eq!(removed, expected);
    assert_eq!(files(folder.path()), ["known.wav"]);
    assert!(!folder.path().join(&id).exists());
    assert!(matches!(library.get(&added.stem_ids[0]), Err(Error::UnknownStem(_))));
    assert!(matches!(library.remove_audio(&id), Err(Error::UnknownAudioFile(_))));
    assert_eq!(library.scan().unwrap().songs, 0);
}

#[test]
fn removing_stems_one_by_one_ends_with_the_audio_file() {
    let (folder, mut library) = library();
    let added = library.add(&written(folder.path())).unwrap();
    library.remove(&added.stem_ids[0]).unwrap();
    assert!(!files(folder.path()).contains(&"drums.wav".to_owned()));
    library.scan().unwrap();
    assert_eq!(library.search(&Query::default()).unwrap().total, 1);
    // The rest is other content than the whole.
    let rest = song("rest", NewStem::new(StemType::Bass, Place::Path("/else.wav".into()), hash(2)));
    assert!(!library.add(&rest).unwrap().is_new);
    library.remove(&added.stem_ids[1]).unwrap();
    assert_eq!(files(folder.path()), ["known.wav"]);
    assert_eq!(library.stats().unwrap().audio_files, 0);
}

#[test]
fn other_files_of_the_audio_file_stay() {
    let (folder, mut library) = library();
    let added = library.add(&written(folder.path())).unwrap();
    let id = &added.audio_file_id;
    fs::write(folder.path().join(id).join("stems/notes.txt"), "").unwrap();
    library.remove_audio(id).unwrap();
    assert_eq!(files(folder.path()), ["known.wav", "notes.txt"]);
}

#[test]
fn nothing_is_written_beside_known_files() {
    let (_folder, mut library) = library();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("loop.wav");
    fs::write(&path, "audio").unwrap();
    let id = add(&mut library, &song("x", NewStem::new(StemType::Drums, Place::Path(path.clone()), hash(1))));
    library.use_stem(&id).unwrap();
    library.remove(&id).unwrap();
    assert_eq!(files(elsewhere.path()), ["loop.wav"]);
    assert_eq!(fs::read(path).unwrap(), b"audio");
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_folder_leads_to_no_deletion() {
    let (folder, mut library) = library();
    let elsewhere = tempfile::tempdir().unwrap();
    let song = written(folder.path());
    let id = song.audio_file_id.clone().unwrap();
    let stems = folder.path().join(&id).join("stems");
    fs::rename(stems.join("drums.wav"), elsewhere.path().join("drums.wav")).unwrap();
    fs::remove_dir(&stems).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &stems).unwrap();
    library.add(&song).unwrap();
    library.remove_audio(&id).unwrap();
    assert_eq!(files(elsewhere.path()), ["drums.wav"]);
}

#[test]
fn sidecars_with_places_elsewhere_are_not_used() {
    let (folder, mut library) = library();
    let added = library.add(&song("x", stem(StemType::Other, 1))).unwrap();
    let sidecar = folder.path().join("library").join(format!("{}.v1.json", added.audio_file_id));
    let text = fs::read_to_string(&sidecar).unwrap();
    fs::write(&sidecar, text.replace("/music/1/other.wav", "../../etc/passwd")).unwrap();
    let scanned = library.scan().unwrap();
    assert_eq!((scanned.songs, scanned.skipped.len()), (0, 1));
    assert!(scanned.skipped[0].1.contains("place"), "{:?}", scanned.skipped);
    assert!(sidecar.exists());
}

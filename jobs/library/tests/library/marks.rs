//! Values that users set.

use crate::common::{add, library, song, stem};
use mixdown_library::{Error, Library, Patch, StemType};

#[test]
fn tags_favourites_and_uses_outlive_the_database() {
    let (folder, mut library) = library();
    let id = add(&mut library, &song("a", stem(StemType::Other, 1)));
    library.patch(&id, &Patch { tags: Some(vec!["ü \"x\"".into()]), favourite: Some(true) }).unwrap();
    library.use_stem(&id).unwrap();
    assert_eq!(library.use_stem(&id).unwrap().uses, 2);
    let before = library.get(&id).unwrap();
    drop(library);
    std::fs::remove_file(folder.path().join("library.sqlite")).unwrap();
    let mut library = Library::open(folder.path(), None).unwrap();
    assert_eq!(library.get(&id).unwrap(), before);

    library.patch(&id, &Patch { tags: Some(Vec::new()), favourite: Some(false) }).unwrap();
    let record = library.get(&id).unwrap().record;
    assert_eq!((record.tags.len(), record.favourite, record.uses), (0, false, 2));
    let same = library.patch(&id, &Patch::default()).unwrap();
    assert_eq!(same, record);
}

#[test]
fn wrong_tags_and_unknown_stems_are_refused() {
    let (_folder, mut library) = library();
    let id = add(&mut library, &song("a", stem(StemType::Other, 1)));
    for tag in ["", " x", "a\nb", "\u{1f}", &"x".repeat(201)] {
        let patch = Patch { tags: Some(vec![tag.into()]), favourite: None };
        assert!(matches!(library.patch(&id, &patch), Err(Error::Invalid { field, .. }) if field == "tags"), "{tag:?}");
    }
    assert!(matches!(library.patch("none", &Patch::default()), Err(Error::UnknownStem(_))));
    assert!(matches!(library.use_stem("none"), Err(Error::UnknownStem(_))));
}

#[test]
fn two_libraries_of_one_folder_see_each_other() {
    let (folder, mut first) = library();
    let mut second = Library::open(folder.path(), None).unwrap();
    let id = add(&mut first, &song("a", stem(StemType::Other, 1)));
    assert_eq!(second.use_stem(&id).unwrap().uses, 1);
    assert_eq!(first.use_stem(&id).unwrap().uses, 2);
    second.remove(&id).unwrap();
    assert!(matches!(first.get(&id), Err(Error::UnknownStem(_))));
}

#[test]
fn counts_of_concurrent_uses_add_up() {
    let (folder, mut library) = library();
    let id = add(&mut library, &song("a", stem(StemType::Other, 1)));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut library = Library::open(folder.path(), None).unwrap();
                for _ in 0..10 {
                    library.use_stem(&id).unwrap();
                }
            });
        }
    });
    assert_eq!(library.get(&id).unwrap().record.uses, 40);
    library.scan().unwrap();
    assert_eq!(library.get(&id).unwrap().record.uses, 40);
}

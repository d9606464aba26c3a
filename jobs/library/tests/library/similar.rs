//! Nearest stems by the sound.

use crate::common::{add, library, names, song, stem};
use mixdown_library::{Descriptors, Error, NewSong, NewStem, Query, StemType};

/// Returns a sound of this level and brightness.
fn sound(level: f64, centroid: f64) -> Descriptors {
    Descriptors { rms_dbfs: Some(level), spectral_centroid_hz: Some(centroid), ..Descriptors::default() }
}

/// Returns a song with this sound.
fn sounding(name: &str, number: usize, descriptors: Descriptors) -> NewSong {
    let mut stem = stem(if number.is_multiple_of(2) { StemType::Drums } else { StemType::Bass }, number);
    stem.descriptors = descriptors;
    song(name, stem)
}

#[test]
fn the_nearest_come_first_with_filters_and_pages() {
    let (_folder, mut library) = library();
    let reference = add(&mut library, &sounding("reference", 0, sound(-20.0, 1_000.0)));
    for (name, number, level, centroid) in [
        ("far", 1, -60.0, 9_000.0),
        ("near", 2, -21.0, 1_050.0),
        ("middle", 3, -30.0, 2_000.0),
        ("same", 5, -20.0, 1_000.0),
    ] {
        add(&mut library, &sounding(name, number, sound(level, centroid)));
    }
    add(&mut library, &sounding("unknown", 7, Descriptors::default()));
    let query = Query { similar_to: Some(reference), ..Query::default() };
    let page = library.search(&query).unwrap();
    assert_eq!((page.total, names(&page)), (5, vec!["same", "near", "middle", "far", "unknown"]));
    let distances: Vec<f64> = page.stems.iter().map(|stem| stem.distance.unwrap()).collect();
    assert!(distances.is_sorted() && distances[0] == 0.0 && distances[3] > 0.3, "{distances:?}");
    let basses = Query { types: vec![StemType::Bass], limit: 2, ..query.clone() };
    let page = library.search(&basses).unwrap();
    assert_eq!((page.total, names(&page)), (4, vec!["same", "middle"]));
    let rest = library.search(&Query { after: page.next, ..basses }).unwrap();
    assert_eq!((rest.total, names(&rest), &rest.next), (4, vec!["far", "unknown"], &None));
    library.scan().unwrap();
    assert_eq!(library.search(&query).unwrap().stems.len(), 5);
}

#[test]
fn the_nearest_of_many_are_those_of_a_full_comparison() {
    let (_folder, mut library) = library();
    // Levels from a linear congruential generator; the distance of levels alone has a closed form.
    let mut state = 12_345u64;
    let mut level = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        -90.0 + 90.0 * (state >> 40) as f64 / (1u64 << 24) as f64
    };
    let levels: Vec<f64> = (0..1_000).map(|_| level()).collect();
    let sounding = |(number, level): (usize, &f64)| {
        let mut stem = stem(StemType::Other, number);
        stem.descriptors = Descriptors { rms_dbfs: Some(*level), ..Descriptors::default() };
        stem
    };
    let stems: Vec<NewStem> = levels.iter().enumerate().map(sounding).collect();
    let songs: Vec<NewSong> =
        stems.chunks(100).map(|stems| NewSong { stems: stems.to_vec(), ..NewSong::default() }).collect();
    let ids: Vec<String> = library.add_many(&songs).unwrap().into_iter().flat_map(|one| one.stem_ids).collect();
    let page = library.search(&Query { similar_to: Some(ids[500].clone()), ..Query::default() }).unwrap();
    let mut expected: Vec<usize> = (0..1_000).filter(|number| *number != 500).collect();
    expected.sort_by(|one, other| {
        let distance = |number: usize| (levels[number] - levels[500]).abs();
        distance(*one).total_cmp(&distance(*other))
    });
    // The packed numbers have 15 bits, so only neighbours closer than that may swap.
    for (stem, number) in page.stems.iter().zip(&expected) {
        let distance = (levels[*number] - levels[500]).abs() / 90.0;
        assert!((stem.distance.unwrap() - distance).abs() < 2.0 / 32_767.0, "{number}");
    }
    assert_eq!((page.total, page.stems.len()), (999, 50));
}

#[test]
fn references_without_a_sound_are_refused() {
    let (_folder, mut library) = library();
    let silent = add(&mut library, &sounding("silent", 1, Descriptors::default()));
    let query = |id: &str| Query { similar_to: Some(id.into()), ..Query::default() };
    assert!(matches!(library.search(&query(&silent)), Err(Error::NothingToCompare(id)) if id == silent));
    assert!(matches!(library.search(&query("none")), Err(Error::UnknownStem(_))));
}

//! Metres of made evidence.

use super::*;

/// Returns a value in 0 to 1 that differs for each beat and seed.
fn noise(beat: usize, seed: usize) -> f64 {
    ((beat * 7_919 + seed * 104_729) as f64 * 0.618_034).fract()
}

fn accents(beats: usize, length: usize, phase: usize) -> BeatEvidence {
    let is_first = |beat: usize| f64::from(u8::from(beat % length == phase));
    let of = |seed: usize, size: f64| -> Vec<f64> {
        (0..beats).map(|beat| size * is_first(beat) + 0.7 * noise(beat, seed)).collect()
    };
    BeatEvidence {
        kick: of(1, 0.8),
        bass_change: of(2, 0.9),
        harmony_change: of(3, 1.0),
        downbeat: of(4, 0.6),
        ..BeatEvidence::default()
    }
}

#[test]
fn every_length_and_phase_is_found() {
    for length in [3, 4, 5, 6, 7] {
        for phase in 0..length {
            let metre = find_metre(&accents(97, length, phase)).unwrap();
            assert_eq!((metre.beats_per_bar, metre.downbeats[0]), (length as u32, phase), "{metre:?}");
            assert!(metre.downbeats.windows(2).all(|pair| pair[1] - pair[0] == length));
            assert!(metre.confidence > 0.8, "{metre:?}");
        }
    }
}

#[test]
fn the_fit_of_bars_agrees_with_the_metre() {
    for length in [3, 4, 5, 6, 7] {
        let fits = bar_fits(&accents(97, length, 1)).unwrap();
        let best = fits.iter().max_by(|one, other| one.score.total_cmp(&other.score)).unwrap();
        assert_eq!(best.length, length);
        assert!(best.downbeats > 1.0 && best.repetition > 0.2, "{best:?}");
    }
    assert_eq!(bar_fits(&accents(7, 4, 0)), None);
}

#[test]
fn snares_between_kicks_make_bars_of_four() {
    let beats = 64;
    let at = |places: &'static [usize]| -> Vec<f64> {
        (0..beats).map(|beat| f64::from(u8::from(places.contains(&(beat % 4)))) + 0.2 * noise(beat, 9)).collect()
    };
    let evidence =
        BeatEvidence { kick: at(&[1, 3]), snare: at(&[0, 2]), harmony_change: at(&[3]), ..BeatEvidence::default() };
    let metre = find_metre(&evidence).unwrap();
    assert_eq!((metre.beats_per_bar, metre.downbeats[0]), (4, 3));
}

#[test]
fn little_or_no_evidence_has_no_metre_or_little_confidence() {
    assert_eq!(find_metre(&BeatEvidence::default()), None);
    assert_eq!(find_metre(&accents(7, 4, 0)), None);
    let same = BeatEvidence { kick: vec![1.0; 40], snare: vec![f64::NAN; 40], ..BeatEvidence::default() };
    assert_eq!(find_metre(&same), None);
    let random = BeatEvidence { kick: (0..40).map(|beat| noise(beat, 5)).collect(), ..BeatEvidence::default() };
    let metre = find_metre(&random).unwrap();
    assert!(metre.confidence_of_downbeats < 0.5, "{metre:?}");
}

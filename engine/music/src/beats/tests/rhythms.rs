//! Tempi, metres and changes of tempo.

use super::band::{Band, agreement, steady};

const FOUR: (&[f64], &[f64]) = (&[0.0, 2.0, 2.5], &[1.0, 3.0]);

#[test]
fn constant_tempi_are_exact() {
    for (bpm, start) in [(72.0, 0.3), (120.0, 0.0), (143.0, 0.61), (171.5, 0.2)] {
        let beats = steady(bpm, start, (28.0 * bpm / 60.0) as usize / 4 * 4 + 1);
        let rhythm = Band::play(&beats, 4, 0, FOUR.0, FOUR.1).analyse(8_192);
        let found = rhythm.tempo_bpm.unwrap();
        assert!((found - bpm).abs() < 0.05, "{bpm}: {found} {:?}", rhythm.tempo_candidates_bpm);
        assert!(agreement(&rhythm.beats_s, &beats, 0.02) > 0.95, "{bpm} {:?}", rhythm.beats_s);
        assert!(rhythm.confidence.tempo > 0.5 && rhythm.confidence.beats > 0.5, "{bpm} {:?}", rhythm.confidence);
        let downbeats: Vec<f64> = beats.iter().copied().step_by(4).collect();
        assert_eq!(rhythm.beats_per_bar, Some(4), "{bpm}");
        assert!(agreement(&rhythm.downbeats_s, &downbeats, 0.03) > 0.85, "{bpm} {:?}", rhythm.downbeats_s);
    }
}

#[test]
fn metres_and_pick_ups_are_found() {
    let metres: [(usize, usize, &[f64], &[f64]); 4] = [
        (3, 0, &[0.0], &[1.0, 2.0]),
        (3, 1, &[0.0], &[1.0, 2.0]),
        (5, 0, &[0.0, 3.0], &[2.0, 4.0]),
        (7, 2, &[0.0, 2.0, 4.0], &[1.0, 3.0, 5.0]),
    ];
    for (per_bar, first, kicks, snares) in metres {
        let beats = steady(126.0, 0.4, 64);
        let rhythm = Band::play(&beats, per_bar, first, kicks, snares).analyse(8_192);
        assert!((rhythm.tempo_bpm.unwrap() - 126.0).abs() < 0.05, "{per_bar} {:?}", rhythm.tempo_candidates_bpm);
        assert_eq!(rhythm.beats_per_bar, Some(per_bar as u32), "{first}");
        let downbeats: Vec<f64> = beats.iter().copied().skip(first).step_by(per_bar).collect();
        assert!(agreement(&rhythm.downbeats_s, &downbeats, 0.03) > 0.85, "{per_bar} {:?}", rhythm.downbeats_s);
    }
}

#[test]
fn a_tempo_that_drifts_is_followed() {
    let mut beats = vec![0.5f64];
    while beats.last().unwrap() < &28.0 {
        let last = beats.last().unwrap();
        beats.push(last + 60.0 / (112.0 * (1.0 + 0.05 * (last / 4.0).sin())));
    }
    let rhythm = Band::play(&beats, 4, 0, FOUR.0, FOUR.1).analyse(8_192);
    assert!(agreement(&rhythm.beats_s, &beats, 0.03) > 0.95, "{:?}", rhythm.beats_s);
    assert!((rhythm.tempo_bpm.unwrap() / 112.0 - 1.0).abs() < 0.04);
}

#[test]
fn a_ritardando_is_followed() {
    let mut beats = vec![0.2f64];
    while beats.len() < 60 {
        let (last, slower) = (beats.last().unwrap(), beats.len().saturating_sub(48) as f64 * 0.025);
        beats.push(last + 60.0 / (124.0 * (1.0 - slower)));
    }
    let rhythm = Band::play(&beats, 4, 0, FOUR.0, FOUR.1).analyse(8_192);
    assert!(agreement(&rhythm.beats_s, &beats, 0.03) > 0.93, "{:?} {beats:?}", rhythm.beats_s);
}

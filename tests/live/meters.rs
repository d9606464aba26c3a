//! Readings of the meters, also when they are not received.

use super::{plan, session, untouched};
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::live::{Command, LiveOptions, StripId, open_replay};
use mixdown_engine::session::{Session, Track};
use mixdown_fixtures::signals;
use serde_json::json;
use std::f64::consts::TAU;
use std::time::Duration;

#[test]
fn meters_match_the_output_and_unread_ones_are_counted() {
    let folder = Folder::new();
    let (left, right) = (
        signals::sine(48_000.0, 1_000.0, 0.5, 0.0, 192_000),
        signals::sine(48_000.0, 1_000.0, 0.5, TAU / 4.0, 192_000),
    );
    folder.write_wav("sine.wav", 48_000, &[&left, &right]);
    let mut session = untouched(Session { tracks: vec![Track::new(folder.path("sine.wav"))], ..Session::default() });
    session.tracks[0].inserts = vec![
        serde_json::from_value(json!({ "type": "compressor", "threshold_db": -16.0, "ratio": 2.0, "knee_db": 0.0 }))
            .unwrap(),
    ];
    let plan = plan(&session);
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    live.control.now(Command::Play).unwrap();
    let (mut out, mut readings) = (AudioBuffer::new(2, 64), Vec::new());
    for _ in 0..3 * 48_000 / 64 {
        live.engine.process(&mut out.block_mut());
        readings.extend(live.readings.try_iter());
    }
    for strip in [StripId::Track(0), StripId::Master] {
        let of_strip: Vec<_> = readings.iter().filter(|reading| reading.strip == strip).collect();
        assert!((89..=91).contains(&of_strip.len()), "{} readings in three seconds", of_strip.len());
        let last = of_strip.last().unwrap();
        // -6.02 dBFS is 9.98 dB above the threshold: the gain reduction is 4.99 dB.
        let level = -6.02 - 4.99;
        let near = |value: Option<f64>, expected: f64, within: f64| {
            assert!((value.unwrap() - expected).abs() < within, "{value:?} for {expected}, {strip:?}");
        };
        near(last.levels.peak_dbfs, level, 0.05);
        near(last.levels.rms_dbfs, level - 3.01, 0.05);
        near(last.levels.true_peak_dbtp, level, 0.05);
        // Two channels at 1 kHz, where the K filter has about 0.66 dB: -0.691 + 0.66 and the sum of
        // two mean squares.
        near(last.levels.momentary_lufs, level - 0.03, 0.1);
        near(last.levels.correlation, 0.0, 0.01);
        let reduction_db = if strip == StripId::Master { 0.0 } else { 4.99 };
        near(Some(last.gain_reduction_db), reduction_db, 0.05);
        let loudest = (0..64).max_by(|a, b| last.spectrum_dbfs[*a].total_cmp(&last.spectrum_dbfs[*b])).unwrap();
        assert_eq!(loudest, 35, "20·1200^((35+½)/64) is 1.02 kHz");
        assert!(
            last.scope.iter().filter(|[x, y]| (x.hypot(*y) - 0.2815).abs() < 0.01).count() > 55,
            "{:?}",
            last.scope
        );
    }
    assert_eq!(live.engine.counters().stats().dropped_meters, 0);
    for _ in 0..48_000 / 64 {
        live.engine.process(&mut out.block_mut());
    }
    let dropped = live.engine.counters().stats().dropped_meters;
    assert!((20..=40).contains(&dropped), "{dropped} of 60, as half a second of them is kept");
}

#[test]
fn every_strip_is_metered_at_the_requested_rate() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    for (readings_a_second, expected) in [(30.0, 60), (10.0, 20), (100.0, 200), (0.0, 0)] {
        let mut live = open_replay(&plan, &LiveOptions { readings_a_second, ..LiveOptions::default() }).unwrap();
        live.control.now(Command::Play).unwrap();
        let (mut out, mut readings) = (AudioBuffer::new(2, 500), Vec::new());
        for _ in 0..2 * 48_000 / 500 {
            live.engine.process(&mut out.block_mut());
            readings.extend(live.readings.try_iter());
        }
        let tracks = (0..3).map(StripId::Track);
        for strip in tracks.chain([StripId::Bus(0), StripId::Bus(1), StripId::Master]) {
            let count = readings.iter().filter(|reading| reading.strip == strip).count();
            assert!(count.abs_diff(expected) <= 1, "{strip:?}: {count} of {expected}");
        }
        let loud = readings.iter().filter(|reading| reading.levels.peak_dbfs.is_some_and(|peak| peak > -60.0)).count();
        assert!(2 * loud >= readings.len(), "{loud} of {}", readings.len());
    }
}

#[test]
fn block_times_are_counted_by_the_driver() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    live.control.now(Command::Play).unwrap();
    let mut out = AudioBuffer::new(2, 64);
    for block in 0..1_000 {
        live.engine.process(&mut out.block_mut());
        let took = Duration::from_micros(if block == 500 { 2_000 } else { 200 });
        live.engine.counters().record_block(took, Duration::from_micros(1_333));
    }
    let stats = live.engine.counters().stats();
    assert_eq!((stats.blocks, stats.late_blocks, stats.starvations, stats.worst_us), (1_000, 1, 0, 2_000.0));
    // In steps of 9 %, upwards.
    assert!((0.15..0.1636).contains(&stats.median_load) && (1.5..1.501).contains(&stats.worst_load), "{stats:?}");
}

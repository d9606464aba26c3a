//! Keys in whole mixes: aligned to the frame whatever the latencies, the same live and offline, for
//! any block and chunk.
#![allow(clippy::unwrap_used)] // Failures here fail a test, with the line.

use super::Render;
use crate::dsp::Insert;
use crate::io::MemoryStem;
use crate::live::{Command, Live, LiveOptions, StripName, Timed, open_replay, replay};
use crate::render::plan::Plan;
use crate::session::{AlignMode, Bus, Ceiling, OutputFormat, Session, Target, Track};
use crate::units::SampleRate;
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// Frame at which the key begins to sound.
const BEGINS: usize = 10_007;
const FRAMES: usize = 24_000;

fn insert(settings: Value) -> Insert {
    serde_json::from_value(settings).unwrap()
}

/// Returns an insert that only delays.
fn late(look_ahead_ms: f64) -> Insert {
    insert(json!({ "type": "compressor", "threshold_db": 0.0, "ratio": 1.0, "look_ahead_ms": look_ahead_ms }))
}

/// Returns a ducker that answers its key within a frame.
fn ducker(key: &str) -> Insert {
    insert(json!({ "type": "ducker", "key": key, "attack_ms": 0.01, "depth_db": 12.0, "hold_ms": 5_000.0 }))
}

fn track(name: &str, samples: &[f32]) -> Track {
    Track::from_memory(name, MemoryStem::from_planar(SampleRate::DEFAULT, &[samples]).unwrap())
}

/// Returns a session of a muted kick that begins in frame [`BEGINS`], and a pad of constant level:
/// kick → drums → master, pad → music → master.
fn session() -> Session {
    let mut kick = vec![0.0; FRAMES];
    kick[BEGINS..].fill(0.5);
    let mut tracks = [track("kick", &kick), track("pad", &vec![0.25; FRAMES])];
    tracks[0].mute = true;
    (tracks[0].output, tracks[1].output) = ("drums".into(), "music".into());
    let mut session = Session {
        tracks: tracks.into(),
        buses: ["drums", "music"].map(Bus::new).into(),
        sample_rate_hz: Some(SampleRate::DEFAULT),
        ..Session::default()
    };
    session.align.mode = AlignMode::Off;
    session.master.target = Target::None;
    session.master.ceiling_dbtp = Some(Ceiling::Off);
    session.output.format = OutputFormat::Wav32f;
    session
}

fn rendered(session: &Session, chunk: usize) -> Vec<Vec<f32>> {
    let (audio, _) = Render::new(session.clone()).mix_only(true).chunk_frames(chunk).to_memory().unwrap();
    (0..2).map(|channel| audio.channel(channel).to_vec()).collect()
}

/// Returns the first frame that is not at the level of the pad, in the channel on the left.
fn first_ducked(out: &[Vec<f32>]) -> Option<usize> {
    out[0].iter().position(|sample| (sample - 0.25).abs() > 1e-6)
}

#[test]
fn a_key_acts_in_its_own_frame_whatever_the_latencies() {
    for (on_key, before, after) in
        [(0.0, 0.0, 0.0), (7.0, 0.0, 0.0), (0.0, 5.0, 0.0), (7.0, 3.0, 2.0), (3.0, 7.0, 1.0), (4.0, 4.0, 4.0)]
    {
        for key in ["kick", "drums"] {
            for place in ["track", "bus", "master"] {
                let mut session = session();
                session.tracks[0].inserts = vec![late(on_key)];
                // Half of the latency of a bus is that of the track that feeds it.
                session.buses[0].inserts = vec![late(on_key / 2.0)];
                // The kick is muted after its inserts: the bus has a send before its fader.
                let send = json!([{ "to": "drums", "pre_fader": true }]);
                session.tracks[0].sends = serde_json::from_value(send).unwrap();
                session.buses[0].mute = true;
                let chain = vec![late(before), ducker(key), late(after)];
                match place {
                    "track" => session.tracks[1].inserts = chain,
                    "bus" => session.buses[1].inserts = chain,
                    _ => session.master.inserts = chain,
                }
                let out = rendered(&session, 16_384);
                let name = format!("{key} on a {place}, {on_key} ms, {before} ms and {after} ms");
                assert_eq!(first_ducked(&out), Some(BEGINS), "{name}");
                // Past the attack, 12 dB.
                let level_db = 20.0 * f64::from(out[0][BEGINS + 100] / 0.25).log10();
                assert!((level_db + 12.0).abs() < 1e-3, "{name}: {level_db}");
                // The output ends with the stems: nothing is cut off, nothing is added.
                assert_eq!(out[0].len(), FRAMES, "{name}");
            }
        }
    }
}

/// Returns a session in which tracks, buses and the master are keyed by each other, one after the
/// other, with latencies on all of them.
fn chained() -> Session {
    let mut session = session();
    let noise = |seed| mixdown_fixtures::signals::pink_noise(seed, 0.3, FRAMES);
    session.tracks.extend((0..6).map(|n| track(&format!("noise {n}"), &noise(n))));
    let compressor = |key: &str, detector: &str| {
        insert(json!({
            "type": "compressor", "threshold_db": -40.0, "ratio": 4.0, "key": key, "detector": detector,
            "detector_high_pass_hz": 90.0, "look_ahead_ms": 1.5, "mix": 0.8
        }))
    };
    session.tracks[0].mute = false;
    session.tracks[0].inserts = vec![late(2.0)];
    session.tracks[1].inserts = vec![ducker("noise 3"), compressor("drums", "rms")];
    session.tracks[2].inserts = vec![late(11.0), compressor("noise 1", "true_peak")];
    session.tracks[3].inserts = vec![compressor("kick", "peak")];
    session.tracks[5].inserts = vec![insert(json!({
        "type": "gate", "threshold_db": -20.0, "key": "noise 1", "look_ahead_ms": 2.0, "hold_ms": 1.0, "detector": "peak"
    }))];
    session.tracks[7].inserts = vec![compressor("pad", "peak")];
    session.tracks[4].output = "music".into();
    session.buses[0].inserts = vec![late(1.0), compressor("noise 4", "peak")];
    session.buses[1].inserts = vec![ducker("drums")];
    session.master.inserts = vec![compressor("music", "rms"), late(1.0)];
    session
}

fn played(live: &mut Live<impl crate::live::LiveInput>, commands: &[Timed], block: usize) -> Vec<Vec<f32>> {
    let mut out = vec![Vec::new(); 2];
    replay(live, commands, block, |block| {
        out.iter_mut().enumerate().for_each(|(channel, out)| out.extend_from_slice(block.channel(channel)));
        ControlFlow::Continue(())
    })
    .unwrap();
    out
}

#[test]
fn live_equals_offline_for_any_block_chunk_and_number_of_threads() {
    let session = chained();
    let expected = rendered(&session, 16_384);
    assert!(expected[0].iter().any(|sample| sample.abs() > 0.1));
    for (chunk, threads) in [(333, 1), (1_024, 2), (5_000, 3)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let out = pool.install(|| rendered(&session, chunk));
        assert!(out == expected, "chunks of {chunk}");
    }
    let plan = Plan::new(session).unwrap();
    for block in [100, 1_024, 1_500, 4_096] {
        let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
        let latency = live.engine.latency() as usize;
        let out = played(&mut live, &[Timed::at(0, Command::Play)], block);
        for (out, expected) in out.iter().zip(&expected) {
            assert!(out[latency..latency + FRAMES] == expected[..FRAMES], "blocks of {block}");
        }
    }
}

#[test]
fn a_key_set_during_playback_acts_in_its_own_frame() {
    let mut session = session();
    session.tracks[0].inserts = vec![late(7.0)];
    session.tracks[1].inserts = vec![ducker("")];
    // The pad is above the threshold of a ducker that measures its own input.
    let Insert::Ducker(settings) = &mut session.tracks[1].inserts[0] else { panic!("it is a ducker") };
    settings.hold_ms = 0.0;
    settings.release_ms = 1.0;
    let plan = Plan::new(session).unwrap();
    let pad = || StripName::Track("pad".into());
    let key = |at, name: &str| {
        Timed::at(at, Command::Parameter { place: pad(), insert: 0, field: "key".into(), value: json!(name) })
    };
    let kick = || StripName::Track("kick".into());
    let commands = [
        Timed::at(0, Command::Play),
        key(1_000, "drums"),
        key(1_500, "kick"),
        // The latency of the key changes, and with it the wait of the pad.
        Timed::at(4_000, Command::Insert { place: kick(), before: 0, settings: late(9.0) }),
        Timed::at(4_000, Command::Bypass { place: kick(), insert: 1, bypass: true }),
    ];
    let mut first = None;
    for block in [64, 777, 2_048] {
        let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
        let out = played(&mut live, &commands, block);
        let latency = live.engine.latency() as usize;
        assert_eq!(latency, 9 * 48, "that of the kick alone");
        let settled = 9_000;
        let ducked = out[0][settled..].iter().position(|sample| (sample - 0.25).abs() > 1e-6);
        assert_eq!(ducked.map(|frame| frame + settled), Some(BEGINS + latency), "blocks of {block}");
        assert!(out[0][..900].iter().all(|sample| sample.abs() < 0.13), "its own input turns the pad down");
        // Playback ends with a block, so that only the last frames depend on its size.
        let part = out.iter().map(|channel| channel[..FRAMES].to_vec()).collect::<Vec<_>>();
        assert!(*first.get_or_insert_with(|| part.clone()) == part, "blocks of {block}");
    }
}

#[test]
fn keys_may_turn_around_during_playback() {
    let mut session = session();
    session.tracks[0].inserts = vec![ducker("pad")];
    session.tracks[1].inserts = vec![late(3.0)];
    let plan = Plan::new(session).unwrap();
    let strip = |name: &str| StripName::Track(name.into());
    let commands = [
        Timed::at(0, Command::Play),
        Timed::at(2_000, Command::Remove { place: strip("kick"), insert: 0 }),
        // In the same frame as the removal: the exchange of the kick's chain is under way.
        Timed::at(2_000, Command::Insert { place: strip("pad"), before: 1, settings: ducker("kick") }),
    ];
    let mut first = None;
    for block in [64, 1_000] {
        let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
        let out = played(&mut live, &commands, block);
        let latency = live.engine.latency() as usize;
        let settled = 6_000;
        let ducked = out[0][settled..].iter().position(|sample| (sample - 0.25).abs() > 1e-6);
        assert_eq!(ducked.map(|frame| frame + settled), Some(BEGINS + latency), "blocks of {block}");
        // Playback ends with a block, so that only the last frames depend on its size.
        let part = out.iter().map(|channel| channel[..FRAMES].to_vec()).collect::<Vec<_>>();
        assert!(*first.get_or_insert_with(|| part.clone()) == part, "blocks of {block}");
    }
}

#[test]
fn a_circle_is_refused_during_playback_and_changes_nothing() {
    let mut session = session();
    session.tracks[1].inserts = vec![ducker("kick")];
    let plan = Plan::new(session).unwrap();
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    let before = live.control.session();
    let place = StripName::Track("kick".into());
    let refused = live.control.now(Command::Insert { place, before: 0, settings: ducker("pad") });
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("makes a circle: "), "{message}");
    assert_eq!(live.control.session(), before);
}

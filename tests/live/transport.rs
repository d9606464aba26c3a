//! Play, pause, stop, seek and loop.

use super::{at, difference, plan, play_frames, render, untouched};
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::live::{Command, Event, LiveOptions, Motion, open, open_replay};
use mixdown_engine::render::{RenderOptions, render_to_memory};
use mixdown_engine::session::{Session, Track};
use mixdown_fixtures::signals;
use std::ops::ControlFlow;

/// Writes one track of noise at unity; returns the session and its left channel.
fn noise(folder: &Folder) -> (Session, Vec<f32>) {
    let (left, right) = (signals::white_noise(9, 0.5, 60_000), signals::white_noise(8, 0.5, 60_000));
    folder.write_wav("noise.wav", 48_000, &[&left, &right]);
    (untouched(Session { tracks: vec![Track::new(folder.path("noise.wav"))], ..Session::default() }), left)
}

#[test]
fn seeks_and_loops_are_exact_to_the_frame() {
    let folder = Folder::new();
    let (session, noise) = noise(&folder);
    let options = LiveOptions { start: 12_345, loop_range: Some((10_000, 15_000)), ..LiveOptions::default() };
    let mut live = open(&plan(&session), &options).unwrap();
    live.control.now(Command::Play).unwrap();
    let observed = play_frames(&mut live, 20_000, 441).swap_remove(0);
    // The first 20 ms fade in; from there on every frame is the stem's.
    for (frame, x) in observed.iter().enumerate().skip(960) {
        let position = 10_000 + (12_345 - 10_000 + frame) % 5_000;
        assert_eq!(*x, noise[position], "frame {frame}, position {position}");
    }
    assert!(observed[..960].iter().zip(&noise[12_345..]).all(|(x, y)| x.abs() <= y.abs()));

    let mut sought = open(&plan(&session), &LiveOptions::default()).unwrap();
    sought.control.now(Command::Seek { position: 12_345 }).unwrap();
    sought.control.now(Command::Loop { range: Some((10_000, 15_000)) }).unwrap();
    sought.control.now(Command::Play).unwrap();
    assert_eq!(play_frames(&mut sought, 20_000, 64)[0][..20_000], observed[..20_000]);
}

#[test]
fn pause_keeps_and_stop_resets_the_position() {
    let folder = Folder::new();
    let (session, noise) = noise(&folder);
    let mut live = open(&plan(&session), &LiveOptions::default()).unwrap();
    let commands = [at(0, Command::Play), at(10_000, Command::Pause)];
    for command in commands {
        live.control.send(command).unwrap();
    }
    let mut observed = play_frames(&mut live, 10_960, 100);
    assert_eq!(live.engine.motion(), Motion::Still);
    for _ in 0..20 {
        assert_eq!(render(&mut live, 500, &mut observed), 0, "nothing is rendered while it stands still");
    }
    assert_eq!((observed[0].len(), live.engine.counters().position()), (10_960, 10_960));
    assert_eq!(observed[0][..10_000], noise[..10_000]);
    assert!((10_000..10_960).all(|frame| observed[0][frame].abs() <= noise[frame].abs()));
    assert!(observed[0][10_940..].iter().all(|x| x.abs() < 1e-3), "it has faded out");
    live.control.now(Command::Play).unwrap();
    let on = play_frames(&mut live, 5_000, 333).swap_remove(0);
    assert!((0..960).all(|frame| on[frame].abs() <= noise[10_960 + frame].abs()));
    assert_eq!(on[960..5_000], noise[11_920..15_960]);
    live.control.now(Command::Stop).unwrap();
    let mut rest = vec![Vec::new(); 2];
    while live.engine.motion() != Motion::Still {
        render(&mut live, 64, &mut rest);
    }
    assert_eq!((rest[0].len(), live.engine.counters().position()), (960, 0));
    live.control.now(Command::Play).unwrap();
    assert_eq!(play_frames(&mut live, 5_000, 64)[0][..5_000], noise[..5_000], "from the beginning, without a fade");
    let motions: Vec<Motion> = live
        .events
        .try_iter()
        .filter_map(|event| if let Event::Moved { motion, .. } = event { Some(motion) } else { None })
        .collect();
    assert_eq!(
        motions,
        [
            Motion::Cueing,
            Motion::Rolling,
            Motion::Still,
            Motion::Rolling,
            Motion::Still,
            Motion::Cueing,
            Motion::Rolling
        ]
    );
}

#[test]
fn a_loop_of_coded_stems_equals_the_offline_render() {
    let coded = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/stems/coded/");
    let tracks = ["band.mp3", "band.m4a", "band.ogg"].map(|name| Track::new(format!("{coded}{name}")));
    let mut session = untouched(Session { tracks: tracks.into(), ..Session::default() });
    for (track, name) in session.tracks.iter_mut().zip(["mp3", "m4a", "ogg"]) {
        (track.name, track.gain_db) = (Some(name.into()), -6.0);
    }
    let options = RenderOptions { mix_only: true, ..RenderOptions::default() };
    let (offline, _) = render_to_memory(session.clone(), &options, &mut |_| ControlFlow::Continue(())).unwrap();
    let plan = plan(&session);
    let rate = plan.sample_rate();
    let (start, end) = (rate.frames(4.0) as usize, rate.frames(4.7) as usize);
    let options = LiveOptions {
        start: start as u64 + 777,
        loop_range: Some((start as u64, end as u64)),
        ..LiveOptions::default()
    };
    let mut live = open(&plan, &options).unwrap();
    live.control.now(Command::Play).unwrap();
    let observed = play_frames(&mut live, 6 * (end - start), 512);
    let ramp = rate.frames(0.02) as usize;
    for (frame, x) in observed[0].iter().enumerate().skip(ramp) {
        let position = start + (777 + frame) % (end - start);
        assert_eq!(*x, offline.channel(0)[position], "frame {frame}, position {position}");
    }
    assert_eq!(live.engine.counters().stats().starvations, 0);
    let mut again = open_replay(&plan, &options).unwrap();
    again.control.now(Command::Play).unwrap();
    let again = play_frames(&mut again, 6 * (end - start), 77);
    assert_eq!(difference(&observed, &again, 6 * (end - start)), None);
}

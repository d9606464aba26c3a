//! Live, offline and replayed output has the same bits, whatever the blocks.

use super::{at, bus, commands, difference, plan, play, random_sizes, render, session, track, untouched};
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::live::{Command, LiveOptions, Timed, open, open_replay, replay};
use mixdown_engine::render::Render;
use mixdown_engine::session::{Ceiling, Polarity, Session, Track};
use mixdown_fixtures::signals;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

#[test]
fn live_equals_offline_for_every_block_size() {
    let folder = Folder::new();
    let mut session = session(&folder);
    let mut limited = 0;
    for ceiling in [Ceiling::Off, Ceiling::Dbtp(-6.0)] {
        if ceiling != Ceiling::Off {
            // Offline, a ceiling that a meter reads as missed by more than 0.02 dB is lowered and
            // the master is made again. With tones the first pass is enough.
            let tones = [220.0, 331.0, 997.0].map(|hz| {
                let name = format!("{hz}.wav");
                folder.write_wav(&name, 48_000, &[&signals::sine(48_000.0, hz, 0.5, 0.3, 120_000)]);
                Track::new(folder.path(&name))
            });
            session = untouched(Session { tracks: tones.into(), ..Session::default() });
            session.master.ceiling_dbtp = Some(ceiling);
        }
        session.master.ceiling_dbtp = Some(ceiling);
        let (offline, report) = Render::new(session.clone()).mix_only(true).to_memory().unwrap();
        assert_eq!(report.master.passes, 1, "{ceiling:?}");
        limited += usize::from(report.master.limiter.is_some_and(|limiter| limiter.max_reduction_db > 1.0));
        let offline = vec![offline.channel(0).to_vec(), offline.channel(1).to_vec()];
        let loud = offline[0].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!(loud > 0.005, "too soft to tell anything: {loud}");
        // The offline limiter looks 5 ms ahead.
        let options = LiveOptions { look_ahead_ms: 5.0, ..LiveOptions::default() };
        let plan = plan(&session);
        let compare = |what: &str, latency: usize, live: &[Vec<f32>]| {
            let live: Vec<Vec<f32>> = live.iter().map(|channel| channel[latency..].to_vec()).collect();
            assert!(live[0].len() >= offline[0].len(), "{what}: {} of {}", live[0].len(), offline[0].len());
            assert_eq!(difference(&offline, &live, offline[0].len()), None, "{what}");
        };
        for size in [1, 17, 64, 441, 512, 4_096] {
            let mut live = open_replay(&plan, &options).unwrap();
            let observed = play(&mut live, &[at(0, Command::Play)], || size);
            compare(&format!("blocks of {size}"), live.engine.latency() as usize, &observed);
        }
        let mut live = open_replay(&plan, &options).unwrap();
        compare(
            "random blocks",
            live.engine.latency() as usize,
            &play(&mut live, &[at(0, Command::Play)], random_sizes(7)),
        );
        let mut live = open(&plan, &options).unwrap();
        compare(
            "read ahead",
            live.engine.latency() as usize,
            &play(&mut live, &[at(0, Command::Play)], random_sizes(8)),
        );
    }
    assert!(limited > 0, "no limiter has been compared");
}

#[test]
fn timed_commands_give_the_same_bits_in_any_block() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let options = LiveOptions::default();
    let mut first = open_replay(&plan, &options).unwrap();
    let expected = play(&mut first, &commands(), || 512);
    let plain = play(&mut open_replay(&plan, &options).unwrap(), &commands()[..1], || 512);
    assert!(difference(&expected, &plain, 60_000).is_some(), "the commands change nothing");
    for size in [1, 17, 64, 441, 4_096] {
        let observed = play(&mut open_replay(&plan, &options).unwrap(), &commands(), || size);
        assert_eq!(
            difference(&expected, &observed, expected[0].len().min(observed[0].len())),
            None,
            "blocks of {size}"
        );
    }
    let observed = play(&mut open_replay(&plan, &options).unwrap(), &commands(), random_sizes(3));
    assert_eq!(difference(&expected, &observed, expected[0].len().min(observed[0].len())), None, "random blocks");
    let observed = play(&mut open(&plan, &options).unwrap(), &commands(), random_sizes(4));
    assert_eq!(difference(&expected, &observed, expected[0].len().min(observed[0].len())), None, "read ahead");
}

#[test]
fn a_recording_replays_to_the_same_bits() {
    let folder = Folder::new();
    let plan = plan(&session(&folder));
    let mut live = open(&plan, &LiveOptions::default()).unwrap();
    let (mut sizes, mut turn) = (random_sizes(5), 0);
    // The readers are threads of their own: if one never arrives, the test fails and does not hang.
    let deadline = Instant::now() + Duration::from_secs(60);
    live.control.now(Command::Play).unwrap();
    let mut by_hand = commands().into_iter().skip(1).filter(|timed| !matches!(timed.command, Command::Pause));
    let mut observed = vec![Vec::new(); 2];
    while observed[0].len() < 200_000 {
        assert!(Instant::now() < deadline, "{} of 200000 frames in a minute", observed[0].len());
        // Blocks without frames, while the readers seek, do not count: commands keep their places.
        if render(&mut live, sizes(), &mut observed) == 0 {
            continue;
        }
        turn += 1;
        if turn % 3 == 0
            && let Some(timed) = by_hand.next()
        {
            live.control.now(timed.command).unwrap();
        }
    }
    assert_eq!(live.engine.counters().stats().starvations, 0);
    let recording = live.control.recording().to_vec();
    assert!(recording.len() >= commands().len() - 2, "{}", recording.len());
    // The recording survives being written and read.
    let recording: Vec<Timed> = serde_json::from_str(&serde_json::to_string(&recording).unwrap()).unwrap();
    let mut again = vec![Vec::new(); 2];
    let mut live = open_replay(&plan, &LiveOptions::default()).unwrap();
    replay(&mut live, &recording, 333, |block| {
        for (channel, again) in again.iter_mut().enumerate() {
            again.extend_from_slice(block.channel(channel));
        }
        if again[0].len() >= observed[0].len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    let frames = observed[0].len().min(again[0].len());
    assert!(frames >= 200_000, "{frames}");
    assert_eq!(difference(&observed, &again, frames), None);
}

#[test]
fn solo_and_polarity_give_the_bits_of_a_render_of_the_changed_session() {
    let folder = Folder::new();
    let session = session(&folder);
    let solo = |place| Command::Solo { place, solo: true };
    let invert = |place| Command::Polarity { place, polarity: Polarity::Inverted };
    let rendered = |session: Session| {
        let (audio, _) = Render::new(session).mix_only(true).to_memory().unwrap();
        vec![audio.channel(0).to_vec(), audio.channel(1).to_vec()]
    };
    let mut seen = vec![rendered(session.clone())];
    for commands in [
        &[solo(bus("group"))][..],
        &[solo(bus("echo"))],
        &[solo(bus("group")), solo(track("b"))],
        &[invert(bus("group")), solo(track("a"))],
        &[invert(bus("echo")), invert(track("c"))],
    ] {
        let mut live = open_replay(&plan(&session), &LiveOptions::default()).unwrap();
        // A seek ends the ramps.
        let sent = commands.iter().cloned().chain([Command::Seek { position: 0 }, Command::Play]);
        let observed = play(&mut live, &sent.map(Timed::now).collect::<Vec<_>>(), random_sizes(9));
        let latency = live.engine.latency() as usize;
        let observed: Vec<Vec<f32>> = observed.iter().map(|channel| channel[latency..].to_vec()).collect();
        // The document that is left has the sound that was played.
        let changed = Session::parse(&live.control.session().to_toml(), &folder.path("mix.toml")).unwrap();
        let offline = rendered(changed);
        assert_eq!(difference(&offline, &observed, offline[0].len()), None, "{commands:?}");
        assert!(!seen.contains(&offline), "{commands:?} change nothing");
        seen.push(offline);
    }
}

//! Latency of the output, which is equal for all paths, whatever is edited.

use super::{at, plan, play, play_frames, untouched};
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::live::{Command, Event, LiveOptions, StripName, open_replay};
use mixdown_engine::session::{Bus, Ceiling, Polarity, Session, Track};
use mixdown_fixtures::signals;
use serde_json::json;

#[test]
fn an_impulse_is_delayed_by_the_reported_latency() {
    let folder = Folder::new();
    let click = signals::impulse(1_000, 0.5, 20_000);
    folder.write_wav("click.wav", 48_000, &[&click, &click]);
    let mut session = untouched(Session { tracks: vec![Track::new(folder.path("click.wav"))], ..Session::default() });
    let limited = |ceiling| Session {
        master: mixdown_engine::session::Master { ceiling_dbtp: Some(ceiling), ..session.master.clone() },
        ..session.clone()
    };
    let plain = limited(Ceiling::Off);
    let (one, five) = (limited(Ceiling::Dbtp(-1.0)), limited(Ceiling::Dbtp(-1.0)));
    session.tracks[0].inserts = vec![
        serde_json::from_value(
            json!({ "type": "compressor", "threshold_db": 0.0, "ratio": 2.0, "look_ahead_ms": 3.0 }),
        )
        .unwrap(),
    ];
    // The limiter delays by its look-ahead, by default 1.5 ms, and the 128 frames of its true-peak
    // detector.
    for (session, look_ahead_ms, expected) in
        [(plain, 1.5, 0), (one, 1.5, 72 + 128), (five, 5.0, 240 + 128), (session, 1.5, 144)]
    {
        let options = LiveOptions { look_ahead_ms, ..LiveOptions::default() };
        let mut live = open_replay(&plan(&session), &options).unwrap();
        assert_eq!(live.engine.latency(), expected);
        let observed = play(&mut live, &[at(0, Command::Play)], || 64);
        assert_eq!(observed[0].iter().position(|x| *x != 0.0), Some(1_000 + expected as usize));
    }
    assert!(LiveOptions::default().look_ahead_ms <= 1.5);
}

#[test]
fn a_stem_and_its_inverse_cancel_during_insert_edits() {
    let folder = Folder::new();
    let noise = signals::white_noise(3, 0.25, 96_000);
    folder.write_wav("up.wav", 48_000, &[&noise, &noise]);
    folder.write_wav("down.wav", 48_000, &[&noise, &noise]);
    let tracks = ["up.wav", "down.wav"].map(|name| Track::new(folder.path(name)));
    let mut session =
        untouched(Session { tracks: tracks.into(), buses: vec![Bus::new("group")], ..Session::default() });
    session.tracks[1].polarity = Polarity::Inverted;
    session.tracks[1].output = "group".into();
    let mut live = open_replay(&plan(&session), &LiveOptions::default()).unwrap();
    let settings =
        |ceiling_dbtp: f64| serde_json::from_value(json!({ "type": "limiter", "ceiling_dbtp": ceiling_dbtp }));
    // A limiter that is idle is a delay.
    let insert = |place| Command::Insert { place, before: 0, settings: settings(0.0).unwrap() };
    let up = || StripName::Track("up".into());
    let group = || StripName::Bus("group".into());
    let commands = [
        at(0, Command::Play),
        at(10_000, insert(up())),
        at(25_000, insert(group())),
        at(40_000, Command::Bypass { place: up(), insert: 0, bypass: true }),
        at(55_000, Command::Remove { place: group(), insert: 0 }),
    ];
    for command in commands {
        live.control.send(command).unwrap();
    }
    let observed = play_frames(&mut live, 80_000, 441);
    // Both paths are faded alike: they cancel even while one of them changes. If the delay moves
    // along one path, from a connection to its bus, the fades follow each other. Meanwhile
    // the path sounds at two delays.
    let moving = |frame: usize| [25_000, 40_000].iter().any(|at| (*at..at + 2_000).contains(&frame));
    let left = observed[0].iter().enumerate().filter(|(frame, _)| !moving(*frame));
    let loudest =
        left.fold((0.0_f32, 0), |loudest, (frame, x)| if x.abs() > loudest.0 { (x.abs(), frame) } else { loudest });
    assert_eq!(loudest.0, 0.0, "{loudest:?}");
    let reported: Vec<u64> = live
        .events
        .try_iter()
        .filter_map(|event| if let Event::LatencyChanged { latency, .. } = event { Some(latency) } else { None })
        .collect();
    assert_eq!(reported.len(), 2, "{reported:?}");
    assert!(reported[0] > 128 && reported[1] == 0, "{reported:?}");
    assert_eq!(live.engine.latency(), 0);
}

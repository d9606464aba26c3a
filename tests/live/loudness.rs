//! The loudness target in live playback: the gain of an earlier render, or none.

use super::{at, difference, plan, play, untouched};
use crate::program_runs::TestFolder as Folder;
use mixdown_engine::live::{Command, LiveOptions, RenderedGain, RenderedLevels, open_replay};
use mixdown_engine::master::MasterLimiter;
use mixdown_engine::render::Render;
use mixdown_engine::session::{Ceiling, Session, Target, Track};
use mixdown_fixtures::signals;

/// Writes three tones, softer than any target.
fn tones(folder: &Folder) -> Session {
    let tracks = [220.0, 331.0, 997.0].map(|hz| {
        let name = format!("{hz}.wav");
        folder.write_wav(&name, 48_000, &[&signals::sine(48_000.0, hz, 0.042, 0.3, 120_000)]);
        Track::new(folder.path(&name))
    });
    untouched(Session { tracks: tracks.into(), ..Session::default() })
}

#[test]
fn a_target_plays_at_the_gain_and_bits_of_the_render() {
    let folder = Folder::new();
    let mut session = tones(&folder);
    (session.master.target, session.master.ceiling_dbtp) = (Target::Lufs(-20.0), Some(Ceiling::Dbtp(-1.0)));
    let (offline, report) = Render::new(session.clone()).mix_only(true).to_memory().unwrap();
    assert_eq!(report.master.passes, 1);
    assert!(report.master.gain_db > 3.0, "{}", report.master.gain_db);
    let before = report.master.before.unwrap();
    let found = RenderedGain {
        target_lufs: -20.0,
        ceiling_dbtp: Some(-1.0),
        limiter: MasterLimiter::CLEAN,
        gain_db: report.master.gain_db,
    };
    let measured = RenderedLevels {
        integrated_lufs: before.integrated_lufs.unwrap(),
        true_peak_dbtp: before.true_peak_dbtp.unwrap(),
        found: Some(found),
    };
    // The offline limiter looks 5 ms ahead.
    let options = LiveOptions { look_ahead_ms: 5.0, measured: Some(measured), ..LiveOptions::default() };
    let mut live = open_replay(&plan(&session), &options).unwrap();
    let observed = play(&mut live, &[at(0, Command::Play)], || 64);
    let observed: Vec<_> = observed.iter().map(|channel| channel[live.engine.latency() as usize..].to_vec()).collect();
    let offline = [offline.channel(0).to_vec(), offline.channel(1).to_vec()];
    assert_eq!(difference(&offline, &observed, offline[0].len()), None);
}

#[test]
fn a_target_needs_an_earlier_render() {
    let folder = Folder::new();
    let mut session = tones(&folder);
    let peak = |samples: &[f32]| samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let plain =
        play(&mut open_replay(&plan(&session), &LiveOptions::default()).unwrap(), &[at(0, Command::Play)], || 64);
    session.master.target = Target::Lufs(-20.0);
    let unmeasured =
        play(&mut open_replay(&plan(&session), &LiveOptions::default()).unwrap(), &[at(0, Command::Play)], || 64);
    assert_eq!(plain[0][..100_000], unmeasured[0][..100_000]);
    let measured = Some(RenderedLevels { integrated_lufs: -30.0, true_peak_dbtp: -15.0, found: None });
    let options = LiveOptions { measured, ..LiveOptions::default() };
    let target = |lufs| Command::Target { target: Target::Lufs(lufs) };
    let commands =
        [at(0, Command::Play), at(40_000, target(-26.0)), at(80_000, Command::Target { target: Target::None })];
    let observed = play(&mut open_replay(&plan(&session), &options).unwrap(), &commands, || 64);
    for (part, gain_db) in [(20_000..39_000, 10.0), (60_000..79_000, 4.0), (90_000..119_000, 0.0)] {
        let gain = 20.0 * f64::from(peak(&observed[0][part.clone()]) / peak(&plain[0][part])).log10();
        assert!((gain - gain_db).abs() < 1e-4, "{gain} dB for {gain_db}");
    }
}

//! Null tests of whole renders: equal signals cancel, and all others stay, to the bit.

use crate::alignment::mono;
use crate::program_runs::{TestFolder, read_wav};
use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::dsp::Insert;
use mixdown_engine::dsp::delay::DelaySettings;
use mixdown_engine::dsp::dynamics::CompressorSettings;
use mixdown_engine::render::Render;
use mixdown_engine::report::Report;
use mixdown_engine::session::{AlignMode, AuxSend, Bus, Ceiling, PanLaw, Polarity, Session, Target, Track};
use mixdown_fixtures::{alignment as make, signals};

/// Builds a session that does not change its sum.
fn untouched(tracks: Vec<Track>) -> Session {
    let mut session = Session { tracks, ..Session::default() };
    session.align.mode = AlignMode::Off;
    session.master.target = Target::None;
    session.master.ceiling_dbtp = Some(Ceiling::Off);
    session
}

fn render(session: Session) -> (AudioBuffer, Report) {
    Render::new(session).to_memory().unwrap()
}

fn noise_file(folder: &TestFolder, name: &str, seed: u64) {
    let (left, right) = (signals::pink_noise(seed, 0.2, 30_000), signals::white_noise(seed + 1, 0.4, 30_000));
    folder.write_wav(name, 48_000, &[&left, &right]);
}

#[test]
fn a_stem_and_its_inverse_cancel_exactly() {
    let folder = TestFolder::new();
    noise_file(&folder, "a.wav", 1);
    let (plain, mut inverse) = (Track::new(folder.path("a.wav")), Track::new(folder.path("a.wav")));
    inverse.name = Some("inverse".into());
    inverse.polarity = Polarity::Inverted;
    let (audio, _) = render(untouched(vec![plain, inverse]));
    assert_eq!(audio, AudioBuffer::new(2, 30_000));
}

#[test]
fn a_bus_and_its_inverse_cancel_exactly() {
    let folder = TestFolder::new();
    noise_file(&folder, "a.wav", 15);
    let track = |name: &str, output: &str| Track {
        name: Some(name.into()),
        output: output.into(),
        pan: 0.3,
        sends: vec![AuxSend { gain_db: -3.0, ..AuxSend::new(output) }],
        ..Track::new(folder.path("a.wav"))
    };
    let bus = |name: &str, polarity| Bus { polarity, width: 0.7, gain_db: -2.0, ..Bus::new(name) };
    let mut session = untouched(vec![track("plain", "plain"), track("inverse", "inverse")]);
    session.buses = vec![bus("plain", Polarity::Normal), bus("inverse", Polarity::Inverted)];
    let (audio, _) = render(session.clone());
    assert_eq!(audio, AudioBuffer::new(2, 30_000));
    session.buses[1].polarity = Polarity::Normal;
    assert!(render(session).0.channel(0).iter().any(|sample| *sample != 0.0));
}

#[test]
fn a_soloed_bus_is_the_mix_with_the_other_tracks_muted() {
    let folder = TestFolder::new();
    for (seed, name) in [(21, "kick.wav"), (23, "snare.wav"), (25, "bass.wav"), (27, "vox.wav")] {
        noise_file(&folder, name, seed);
    }
    let track = |name: &str, output: &str| Track { output: output.into(), ..Track::new(folder.path(name)) };
    let mut session = untouched(vec![
        track("kick.wav", "skins"),
        track("snare.wav", "drums"),
        track("bass.wav", "master"),
        track("vox.wav", "master"),
    ]);
    // The returns of sends stay open, and mute and solo leave sends before the fader alone.
    session.tracks[1].sends = vec![AuxSend::new("verb")];
    session.tracks[2].sends = vec![AuxSend::new("drums")];
    session.tracks[3].sends = vec![AuxSend { pre_fader: true, ..AuxSend::new("verb") }];
    session.buses = vec![Bus::new("drums"), Bus { output: "drums".into(), ..Bus::new("skins") }, Bus::new("verb")];
    session.buses[2].inserts = vec![Insert::Delay(DelaySettings { mix: 1.0, ..DelaySettings::new(10.0) })];
    let cases: [(&[usize], &[usize], &[usize]); 5] = [
        (&[0], &[], &[2, 3]),
        (&[1], &[], &[1, 2, 3]),
        (&[1], &[3], &[1, 2]),
        (&[2], &[], &[0, 1, 2, 3]),
        (&[], &[1], &[0, 2, 3]),
    ];
    for (soloed_buses, soloed_tracks, muted) in cases {
        let (mut soloed, mut others_muted) = (session.clone(), session.clone());
        for index in soloed_buses {
            soloed.buses[*index].solo = true;
        }
        for index in soloed_tracks {
            soloed.tracks[*index].solo = true;
        }
        for index in muted {
            others_muted.tracks[*index].mute = true;
        }
        let (audio, _) = render(soloed);
        assert_eq!(audio, render(others_muted).0, "buses {soloed_buses:?}, tracks {soloed_tracks:?}");
        assert_ne!(audio, render(session.clone()).0);
    }
}

#[test]
fn latencies_are_balanced_and_late_paths_cancel() {
    let folder = TestFolder::new();
    noise_file(&folder, "a.wav", 2);
    let idle = CompressorSettings { look_ahead_ms: 7.0, ..CompressorSettings::new(-20.0, 1.0) };
    let (plain, mut late) = (Track::new(folder.path("a.wav")), Track::new(folder.path("a.wav")));
    late.name = Some("late".into());
    late.polarity = Polarity::Inverted;
    late.inserts = vec![Insert::Compressor(idle.clone())];
    late.output = "bus".into();
    let mut session = untouched(vec![plain, late]);
    let mut bus = Bus::new("bus");
    bus.inserts = vec![Insert::Compressor(idle)];
    session.buses = vec![bus];
    let (audio, report) = render(session);
    assert_eq!(report.output.latency_frames, 2 * 336);
    assert_eq!(audio, AudioBuffer::new(2, 30_000));
}

#[test]
fn sends_cancel_before_and_after_the_fader() {
    let folder = TestFolder::new();
    noise_file(&folder, "a.wav", 3);
    for pre_fader in [false, true] {
        let mut track = Track::new(folder.path("a.wav"));
        // Before the fader a muted track still feeds the bus; after it, it does not.
        track.mute = true;
        track.sends = vec![AuxSend { pre_fader, ..AuxSend::new("bus") }];
        let mut session = untouched(vec![track]);
        session.buses = vec![Bus::new("bus")];
        let (audio, _) = render(session);
        let observed = audio.channel(0).iter().any(|sample| *sample != 0.0);
        assert_eq!(observed, pre_fader);
    }
}

#[test]
fn one_track_at_unity_is_written_bit_for_bit() {
    let folder = TestFolder::new();
    // Beyond full scale too: floats preserve it.
    let (left, right) = (signals::pink_noise(4, 0.2, 20_011), signals::white_noise(5, 1.7, 20_011));
    folder.write_wav("a.wav", 44_100, &[&left, &right]);
    let run = folder.run("render a.wav --target none --format wav32f --out mix");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(read_wav(&folder.path("mix/final_mix.wav")), [left, right]);
}

#[test]
fn exported_stems_sum_to_their_mix() {
    let folder = TestFolder::new();
    let (voice, bass) = (signals::sine(48_000.0, 1_000.0, 0.25, 0.0, 10_000), signals::pink_noise(8, 0.1, 10_000));
    let sides = [signals::white_noise(9, 0.2, 10_000), signals::pink_noise(10, 0.2, 10_000)];
    folder.write_wav("voice.wav", 48_000, &[&voice]);
    folder.write_wav("bass.wav", 48_000, &[&bass]);
    folder.write_wav("sides.wav", 48_000, &[&sides[0], &sides[1]]);
    let tracks = ["voice.wav", "bass.wav", "sides.wav"].map(|name| Track::new(folder.path(name)));
    let (audio, _) = render(untouched(tracks.to_vec()));
    for (channel, side) in sides.iter().enumerate() {
        let mono = voice.iter().zip(&bass).map(|(a, b)| f64::from(*a) + f64::from(*b));
        let mix: Vec<f32> = mono.zip(side).map(|(mono, side)| (mono + f64::from(*side)) as f32).collect();
        assert_eq!(audio.channel(channel), mix, "channel {channel}");
    }
}

#[test]
fn named_constant_power_lowers_mono_by_3_db() {
    let folder = TestFolder::new();
    let mono = signals::sine(48_000.0, 1_000.0, 0.5, 0.0, 10_000);
    folder.write_wav("m.wav", 48_000, &[&mono]);
    let track = Track { pan_law: PanLaw::ConstantPower, ..Track::new(folder.path("m.wav")) };
    let (audio, _) = render(untouched(vec![track]));
    let expected: Vec<f32> = mono.iter().map(|x| (f64::from(*x) * std::f64::consts::FRAC_1_SQRT_2) as f32).collect();
    let apart =
        |channel: usize| audio.channel(channel).iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // cos 45° and sin 45° may differ from 1/√2 in the last bit of a double: one f32 ulp at 0.5.
    assert!(apart(0) <= 6e-8 && apart(1) <= 6e-8);
}

#[test]
fn a_stem_is_placed_and_trimmed_by_the_session() {
    let folder = TestFolder::new();
    let ramp: Vec<f32> = (0..48_000).map(|n| n as f32 / 48_000.0).collect();
    folder.write_wav("r.wav", 48_000, &[&ramp, &ramp]);
    let mut track = Track::new(folder.path("r.wav"));
    (track.start_s, track.trim_start_s, track.trim_end_s, track.delay_ms) = (0.25, 0.1, 0.2, 10.0);
    let mut session = untouched(vec![track]);
    let (audio, _) = render(session.clone());
    // 0.25 s + 10 ms of silence, then the ramp from 0.1 s to 0.8 s.
    assert_eq!(audio.frames(), 12_480 + 33_600);
    assert!(audio.channel(0)[..12_480].iter().all(|sample| *sample == 0.0));
    assert_eq!(audio.channel(0)[12_480..], ramp[4_800..38_400]);

    // A part of the session is the same part of the whole.
    (session.time.start_s, session.time.end_s) = (Some(0.5), Some(1.5));
    let (part, _) = render(session);
    assert_eq!(part.frames(), 48_000);
    assert_eq!(part.channel(1)[..22_080], audio.channel(1)[24_000..]);
    assert!(part.channel(1)[22_080..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn an_echo_rings_until_it_has_died_away_and_no_longer() {
    let folder = TestFolder::new();
    let click = signals::impulse(100, 0.5, 4_800);
    folder.write_wav("c.wav", 48_000, &[&click, &click]);
    let mut track = Track::new(folder.path("c.wav"));
    track.inserts = vec![Insert::Delay(DelaySettings { feedback: 0.5, mix: 0.5, ..DelaySettings::new(100.0) })];
    let (audio, _) = render(untouched(vec![track]));
    // Echo n (from 1) is 0.25·0.5^(n−1): the thirteenth is the last above −90 dBFS (3.16e-5).
    assert_eq!(audio.frames(), 100 + 13 * 4_800 + 1);
    assert_eq!(audio.channel(0)[100 + 4_800], 0.25);
}

/// Renders the difference between a source and its aligned copy.
fn difference_in_time(rate_hz: u32, source: &[f32], copy: &[f32]) -> (AudioBuffer, Report) {
    let folder = TestFolder::new();
    folder.write_wav("a.wav", rate_hz, &[source, source]);
    folder.write_wav("b.wav", rate_hz, &[copy, copy]);
    let mut inverse = Track::new(folder.path("b.wav"));
    inverse.polarity = Polarity::Inverted;
    let mut session = untouched(vec![Track::new(folder.path("a.wav")), inverse]);
    session.align.mode = AlignMode::Recordings;
    render(session)
}

#[test]
fn a_shifted_copy_is_found_and_moved_back() {
    let source = signals::pink_noise(6, 0.2, 480_000);
    let mut late = vec![0.0; 1_234];
    late.extend_from_slice(&source);
    let (audio, report) = difference_in_time(48_000, &source, &late);
    let alignment = report.alignment.unwrap();
    assert_eq!(alignment.moved(), 1, "{alignment:?}");
    let observed = audio.channel(0).iter().filter(|sample| **sample != 0.0).count();
    assert_eq!(
        observed,
        0,
        "of {} frames; {:?}",
        audio.frames(),
        report.tracks.iter().map(|t| t.start_frame).collect::<Vec<_>>()
    );
}

#[test]
fn a_copy_whose_drift_changes_cancels() {
    const HZ: usize = 44_100;
    let mut source = mono("feelings/guitar.ogg");
    source.extend(mono("feelings/band.ogg"));
    let half = source.len() as f64 / 2.0;
    let copy = make::drifting_in_pieces(&source, 100.2, 20.0, &[(half, 120.0)]);
    let (audio, report) = difference_in_time(HZ as u32, &source, &copy);
    let alignment = report.alignment.unwrap();
    assert_eq!((alignment.moved(), alignment.stems[1].drift_changes.len()), (1, 1), "{alignment:?}");
    let depth_db = |seconds: std::ops::Range<usize>| {
        let part = seconds.start * HZ..seconds.end * HZ;
        20.0 * (make::rms(&audio.channel(0)[part.clone()]) / make::rms(&source[part])).log10()
    };
    for start in (0..76).step_by(4) {
        let depth = depth_db(start..start + 4);
        // −94 dB before the change, −61 dB after it, where the fit is off by hundredths of a
        // sample.
        assert!(depth < -55.0, "{start} s: {depth} dB");
    }
}

#[test]
fn unrelated_stems_stay_where_they_are() {
    let folder = TestFolder::new();
    let (a, b) = (signals::pink_noise(7, 0.2, 480_000), signals::pink_noise(8, 0.2, 480_000));
    folder.write_wav("a.wav", 48_000, &[&a, &a]);
    folder.write_wav("b.wav", 48_000, &[&b, &b]);
    let mut session = untouched(vec![Track::new(folder.path("a.wav")), Track::new(folder.path("b.wav"))]);
    session.align.mode = AlignMode::Auto;
    let (_, report) = render(session);
    assert_eq!(report.alignment.unwrap().moved(), 0);
    assert!(report.tracks.iter().all(|track| track.start_frame == 0));
}

#[test]
fn a_bus_is_measured_as_the_mix_that_it_makes() {
    let folder = TestFolder::new();
    noise_file(&folder, "a.wav", 12);
    noise_file(&folder, "b.wav", 14);
    let late = CompressorSettings { look_ahead_ms: 7.0, ..CompressorSettings::new(-20.0, 1.0) };
    let (mut a, mut b) = (Track::new(folder.path("a.wav")), Track::new(folder.path("b.wav")));
    (a.output, b.output) = ("all".into(), "all".into());
    b.inserts = vec![Insert::Compressor(late.clone())];
    a.sends = vec![AuxSend { to: "soft".into(), gain_db: 0.0, pre_fader: false }];
    b.sends = a.sends.clone();
    let mut session = untouched(vec![a, b]);
    let (mut soft, mut all) = (Bus::new("soft"), Bus::new("all"));
    all.inserts = vec![Insert::Compressor(late)];
    soft.gain_db = -6.0;
    soft.output = "void".into();
    let mut void = Bus::new("void");
    void.mute = true;
    session.buses = vec![void, soft, all];
    session.time.start_s = Some(0.1);
    session.time.tail_s = Some(0.0);
    let (_, report) = render(session);
    let [void, soft, all] = &report.buses[..] else { panic!("{:?}", report.buses) };
    assert_eq!(all.measured, report.master.before.unwrap());
    assert_eq!(all.measured.frames, 30_000 - 4_800);
    assert_eq!((void.name.as_str(), void.measured.rms_dbfs), ("void", None));
    let softer_db = all.measured.rms_dbfs.unwrap() - soft.measured.rms_dbfs.unwrap();
    // Both readings are rounded to 0.01 dB.
    assert!((softer_db - 6.0).abs() < 0.011, "{softer_db}");
}

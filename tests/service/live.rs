//! The live socket plays the mix of a render, by its client's commands and credit.

use super::live_socket::{LiveClient, connect, create_song, document, wav};
use super::server::TestServer;
use crate::program_runs::{Run, program, read_wav};
use serde_json::{Value, json};
use std::process::Command;

fn server() -> TestServer {
    let server = TestServer::start();
    create_song(&server);
    server
}

/// Runs `mixdown` in the folder of a service, with arguments separated by spaces.
fn run(server: &TestServer, arguments: &str) -> Run {
    let mut command = Command::new(program());
    let run: Run = command.current_dir(server.path("")).args(arguments.split_whitespace()).output().unwrap().into();
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    run
}

/// Writes the session's document for the command line, which finds stems from its own folder.
fn write_for_command_line(server: &TestServer) {
    let mut document = document();
    for track in document["tracks"].as_array_mut().unwrap() {
        track["file"] = format!("media/song/stems/{}", track["file"].as_str().unwrap()).into();
    }
    std::fs::write(server.path("session.json"), document.to_string()).unwrap();
}

/// Renders the session to the place of its results.
fn render(server: &TestServer) -> Vec<Vec<f32>> {
    write_for_command_line(server);
    run(server, "render --session session.json --out storage/mix_outputs/song --quiet");
    read_wav(&server.path("storage/mix_outputs/song/final_mix.wav"))
}

fn same_bits(a: &[Vec<f32>], b: &[Vec<f32>], frames: usize) -> Option<usize> {
    (0..frames).find(|&frame| (0..2).any(|channel| a[channel][frame].to_bits() != b[channel][frame].to_bits()))
}

#[test]
fn the_socket_gives_the_bits_of_the_last_render() {
    let server = server();
    let rendered = render(&server);
    let mut client = LiveClient::open(&server, "song", "format=float&rate_hz=30");
    let ready = client.ready.clone();
    let gain_db = ready["gain"]["gain_db"].as_f64().unwrap();
    assert!(ready["gain"]["from"] == "render" && gain_db.abs() > 1.0, "{ready:#}");
    assert!(ready["gain"]["rendered_at"].is_string() && ready["gain"]["target_lufs"] == -20.0, "{ready:#}");
    assert_eq!(
        (&ready["sample_rate"], &ready["channels"], &ready["format"]),
        (&json!(48_000), &json!(2), &json!("float"))
    );
    assert_eq!(ready["duration_s"], 3.0);
    let places: Vec<&Value> = ready["strips"].as_array().unwrap().iter().map(|strip| &strip["place"]).collect();
    assert_eq!(json!(places), json!([{ "track": "wide" }, { "track": "low" }, { "bus": "group" }, "master"]));
    assert!(!ready.to_string().contains(server.path("").to_str().unwrap()), "{ready:#}");
    client.send(&json!({ "command": "play" }));
    client.play_frames(rendered[0].len());
    assert_eq!(client.first, Some(0));
    assert_eq!(same_bits(&rendered, &client.sound, rendered[0].len()), None);
    // The readings fit the sound, and the whole has the loudness of the target.
    let last = client.events("readings").last().map(|text| (*text).clone()).unwrap();
    let lufs = last["master"]["integrated_lufs"].as_f64().unwrap();
    assert!((lufs + 20.0).abs() < 0.3, "{last:#}");
    let (frame, position_s) = (last["frame"].as_f64().unwrap(), last["position_s"].as_f64().unwrap());
    assert!((frame / 48_000.0 - position_s).abs() < 1e-3 && last["playing"] == true, "{last:#}");
    assert_eq!(last["strips"].as_array().unwrap().len(), 4);
    client.credit(96_000);
    let ended = client.until(|text| text["event"] == "ended");
    assert!(ended["frame"].as_u64().unwrap() >= 144_000, "{ended}");
}

#[test]
fn timed_commands_give_the_bits_of_a_replay() {
    let server = server();
    render(&server);
    let commands = json!([
        { "at": 0, "command": "play" },
        { "at": 4_801, "command": "gain", "place": { "track": "wide" }, "gain_db": -12.0 },
        { "at": 9_001, "command": "pan", "place": { "bus": "group" }, "pan": -0.9, "ramp_ms": 5.0 },
        { "at": 12_345, "command": "solo", "track": "low", "solo": true },
        { "at": 16_000, "command": "solo", "track": "low", "solo": false },
        { "at": 20_000, "command": "parameter", "place": { "track": "wide" }, "insert": 0, "field": "cutoff_hz", "value": 333.0 },
        { "at": 30_000, "command": "seek", "position": 90_000 },
        { "at": 60_000, "command": "target", "target": -24.0 },
    ]);
    std::fs::write(server.path("commands.json"), commands.to_string()).unwrap();
    let play = "play --session session.json --report storage/mix_outputs/song/report.json --replay commands.json";
    run(&server, &format!("{play} --freewheel --wav played.wav --json"));
    let expected = read_wav(&server.path("played.wav"));
    let mut client = LiveClient::open(&server, "song", "rate_hz=0");
    for (id, command) in commands.as_array().unwrap().iter().enumerate() {
        let mut command = command.clone();
        command["id"] = id.into();
        client.send(&command);
        let answer = client.until(|text| text["id"] == id);
        assert_eq!((&answer["event"], &answer["frame"]), (&json!("accepted"), &command["at"]));
    }
    let frames = 80_000;
    client.play_frames(frames);
    assert_eq!(same_bits(&expected, &client.sound, frames), None);
    assert!(client.events("readings").is_empty(), "none were wanted");
}

#[test]
fn before_a_render_the_mix_plays_at_its_own_level() {
    let server = server();
    let mut client = LiveClient::open(&server, "song", "");
    assert_eq!(client.ready["gain"], json!({ "from": "none" }));
    client.send(&json!({ "command": "play" }));
    client.play_frames(96_000);
    let rendered = render(&server);
    // The ceiling is out of reach: the two differ by the gain alone.
    let report = std::fs::read_to_string(server.path("storage/mix_outputs/song/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let gain = 10.0_f32.powf(report["master"]["gain_db"].as_f64().unwrap() as f32 / 20.0);
    for (observed, rendered) in client.sound[0].iter().zip(&rendered[0]) {
        assert!((observed * gain - rendered).abs() < 1e-6, "{observed} at {gain} for {rendered}");
    }
}

#[test]
fn sixteen_bit_samples_are_the_nearest_to_the_float_ones() {
    let server = server();
    let [mut float, mut int] = ["format=float", "format=int16"].map(|query| LiveClient::open(&server, "song", query));
    for client in [&mut float, &mut int] {
        client.send(&json!({ "command": "play" }));
        client.play_frames(20_000);
    }
    let worst = |channel: usize| {
        let pairs = float.sound[channel].iter().zip(&int.sound[channel]);
        pairs.map(|(float, int)| (float * 32_768.0 - int).abs()).fold(0.0, f32::max)
    };
    assert!(worst(0) <= 0.5 && worst(1) <= 0.5 && worst(0) > 0.3, "{} {}", worst(0), worst(1));
}

#[test]
fn sound_comes_as_far_as_the_credit_reaches() {
    let server = server();
    let mut client = LiveClient::open(&server, "song", "");
    // Without credit a command to play waits, and others are carried out.
    client.send(&json!({ "command": "play" }));
    assert_eq!(client.answer(json!({ "command": "readings", "rate_hz": 0 }))["event"], "accepted");
    for (granted, expected) in [(1, 1), (1_000, 1_001), (37, 1_038)] {
        client.credit(granted);
        while client.sound[0].len() < expected {
            client.take();
        }
    }
    // Nothing more comes before the next answers.
    for _ in 0..20 {
        client.answer(json!({ "command": "gain", "place": { "track": "low" }, "gain_db": 0.0 }));
    }
    assert_eq!(client.sound[0].len(), 1_038);
    // Two seconds at most.
    let most = client.ready["max_credit_frames"].as_u64().unwrap();
    assert_eq!(most, 96_000);
    client.credit(most / 2);
    client.credit(u64::MAX);
    let mut previous = 0;
    while client.sound[0].len() > previous {
        previous = client.sound[0].len();
        client.answer(json!({ "command": "play" }));
        std::thread::sleep(std::time::Duration::from_millis(300));
        client.answer(json!({ "command": "play" }));
    }
    assert!((97_038..=145_038).contains(&previous), "{previous}");
}

#[test]
fn commands_are_answered_with_their_ids() {
    let server = server();
    let mut client = LiveClient::open(&server, "song", "");
    let accepted = client.answer(json!({ "command": "mute", "place": { "track": "low" }, "mute": true }));
    assert_eq!((&accepted["event"], &accepted["frame"]), (&json!("accepted"), &json!(0)));
    for (command, part) in [
        (json!({ "command": "mute", "place": { "track": "flute" }, "mute": true }), "flute"),
        (json!({ "command": "target", "target": -9.0 }), "render it first"),
        (json!({ "command": "pan", "place": { "track": "low" }, "pan": 7.0 }), "pan"),
        (json!({ "command": "fly" }), "fly"),
        (json!({ "command": "readings", "rate_hz": 61 }), "rate_hz"),
    ] {
        let refused = client.answer(command);
        assert_eq!(refused["event"], "refused", "{refused}");
        assert!(refused["message"].as_str().unwrap().contains(part), "{refused}");
    }
    client.socket.send(tungstenite::Message::text("{")).unwrap();
    let refused = client.until(|text| text["event"] == "refused");
    assert_eq!(refused["id"], Value::Null);
}

#[test]
fn spectrum_and_scope_come_when_they_are_wanted() {
    let server = server();
    let mut client = LiveClient::open(&server, "song", "rate_hz=30");
    client.send(&json!({ "command": "readings", "rate_hz": 10, "spectrum": true, "scope": true }));
    client.send(&json!({ "command": "play" }));
    client.play_frames(96_000);
    client.answer(json!({ "command": "pause" }));
    let counts = ["readings", "spectrum", "scope"].map(|event| client.events(event).len());
    // Two seconds at 10 a second, and a few while nothing played.
    assert!(counts[1] >= 18 && counts[1] <= 22 && counts[2] == counts[1], "{counts:?}");
    let spectrum = client.events("spectrum")[10].clone();
    let (bands, levels) = (spectrum["bands_hz"].as_array().unwrap(), spectrum["levels_db"].as_array().unwrap());
    assert_eq!((bands.len(), levels.len()), (64, 64));
    let loudest = (0..64).max_by(|a, b| levels[*a].as_f64().unwrap().total_cmp(&levels[*b].as_f64().unwrap())).unwrap();
    // One of the tones, in bands of a sixth of an octave.
    let hz = bands[loudest].as_f64().unwrap();
    assert!([110.0, 331.0].iter().any(|tone: &f64| (hz / tone).log2().abs() < 0.12), "{hz}");
    assert_eq!(client.events("scope")[10]["points"].as_array().unwrap().len(), 64);
}

#[test]
fn while_nothing_plays_readings_come_without_levels() {
    let server = server();
    let mut client = LiveClient::open(&server, "song", "");
    let still = client.until(|text| text["event"] == "readings");
    assert_eq!((&still["playing"], &still["position_s"]), (&json!(false), &json!(0.0)));
    assert_eq!(still["strips"][0]["peak_dbfs"], Value::Null);
    client.answer(json!({ "command": "seek", "position": 48_000 }));
    let moved = client.until(|text| text["event"] == "readings" && text["position_s"] == 1.0);
    assert_eq!((&moved["playing"], &moved["frame"]), (&json!(false), &json!(0)));
}

#[test]
fn a_replaced_stem_does_not_disturb_what_plays() {
    let server = server();
    let mut plain = LiveClient::open(&server, "song", "");
    plain.send(&json!({ "command": "play" }));
    plain.play_frames(140_000);
    let mut client = LiveClient::open(&server, "song", "");
    client.send(&json!({ "command": "play" }));
    client.play_frames(2_000);
    let replaced = server.upload("song", "wide.wav", &wav(&[&vec![0.5; 4_800]]));
    assert_eq!(replaced.status, 200, "{replaced:?}");
    client.play_frames(140_000);
    assert_eq!(same_bits(&plain.sound, &client.sound, 140_000), None);
    assert!(client.events("warning").is_empty(), "{:?}", client.events("warning"));
}

#[test]
fn only_as_many_engines_run_as_are_allowed() {
    let server = TestServer::with(&["--workers", "0", "--live-engines", "1"]);
    create_song(&server);
    let mut client = LiveClient::open(&server, "song", "");
    assert_eq!(connect(&server, "/api/sessions/song/live", &[]).err(), Some(429));
    assert_eq!(server.get("/api/sessions/song/live").refusal(), (429, "TOO_MANY_ENGINES".into()));
    client.socket.close(None).unwrap();
    let begin = std::time::Instant::now();
    while connect(&server, "/api/sessions/song/live", &[]).is_err() {
        assert!(begin.elapsed().as_secs() < 10, "the place stays taken");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_session_with_an_open_socket_is_not_deleted() {
    let server = server();
    let client = LiveClient::open(&server, "song", "");
    let delete = || server.request("DELETE", "/api/sessions/song").send(b"");
    assert_eq!(delete().refusal(), (409, "SESSION_BUSY".into()));
    drop(client);
    let begin = std::time::Instant::now();
    while delete().status != 200 {
        assert!(begin.elapsed().as_secs() < 10, "the session stays in use");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn requests_that_are_no_upgrade_or_have_wrong_parameters_are_refused() {
    let server = server();
    server.create("empty");
    for (path, status, code) in [
        ("/api/sessions/song/live", 426, "UPGRADE_NEEDED"),
        ("/api/sessions/song/live?rate_hz=61", 400, "BAD_QUERY"),
        ("/api/sessions/song/live?rate_hz=NaN", 400, "BAD_QUERY"),
        ("/api/sessions/song/live?format=mp3", 400, "BAD_QUERY"),
        ("/api/sessions/song/live?volume=11", 400, "BAD_QUERY"),
        ("/api/sessions/.song/live", 400, "BAD_ID"),
        ("/api/sessions/other/live", 404, "SESSION_NOT_FOUND"),
        ("/api/sessions/empty/live", 409, "NO_TRACKS"),
    ] {
        assert_eq!(server.get(path).refusal(), (status, code.to_owned()), "{path}");
    }
}

#[test]
fn sockets_of_other_pages_hosts_and_without_a_token_are_refused() {
    let server = server();
    let path = "/api/sessions/song/live";
    let own = format!("http://{}", server.address());
    assert!(connect(&server, path, &[("origin", &own)]).is_ok());
    for (name, value) in [("origin", "http://127.0.0.1:1"), ("origin", "null"), ("host", "evil.example.com")] {
        assert_eq!(connect(&server, path, &[(name, value)]).err(), Some(403), "{name}: {value}");
    }
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "0123456789abcdef").unwrap();
    let guarded = TestServer::with(&["--workers", "0", "--token-file", token.path().to_str().unwrap()]);
    assert_eq!(connect(&guarded, path, &[]).err(), Some(401));
    assert_eq!(connect(&guarded, path, &[("authorization", "Bearer 0123456789abcdeg")]).err(), Some(401));
    // There is no session, but the token is right.
    assert_eq!(connect(&guarded, path, &[("authorization", "Bearer 0123456789abcdef")]).err(), Some(404));
}

//! `mixdown work`: one order, one result, and an exit code that queues understand.

use crate::program_runs::{Run, TestFolder};
use mixdown_fixtures::path;
use serde_json::{Value, json};
use std::fs;

const STEMS: [&str; 3] = ["bass.flac", "drums.flac", "keys.flac"];

/// Creates a folder with three stems of the band.
fn bench() -> TestFolder {
    let folder = TestFolder::new();
    for stem in STEMS {
        fs::copy(path(format!("stems/band/{stem}")), folder.path(stem)).unwrap();
    }
    folder
}

fn order(folder: &TestFolder, kind: &str, more: &Value) {
    let mut order = json!({ "schema": "mixdown.order/1", "order_id": "song-1", "kind": kind, "out": "out" });
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    folder.write("order.json", order.to_string().as_bytes());
}

/// Returns the lines of a run, all of them of the order.
fn lines(run: &Run) -> Vec<Value> {
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        assert_eq!(line["order_id"], "song-1", "{line}");
        let progress = line["progress"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&progress) && line["message"].is_string(), "{line}");
    }
    assert_eq!(run.stderr, "");
    lines
}

fn stages(lines: &[Value]) -> Vec<&str> {
    let mut stages: Vec<&str> = lines.iter().map(|line| line["stage"].as_str().unwrap()).collect();
    stages.dedup();
    stages
}

/// Compares the published result with the files on disk, and returns it.
fn result(folder: &TestFolder) -> Value {
    let result: Value = serde_json::from_slice(&fs::read(folder.path("out/result.json")).unwrap()).unwrap();
    let attempt = result["attempt"].as_str().unwrap();
    assert_eq!(folder.names("out"), [attempt, "result.json"]);
    let files = result["files"].as_array().unwrap();
    let names: Vec<&str> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(folder.names(&format!("out/{attempt}")), names);
    for file in files {
        let path = file["url"].as_str().unwrap().strip_prefix("file://").unwrap();
        let bytes = fs::read(path).unwrap();
        assert_eq!(
            (file["bytes"].as_u64(), &file["blake3"]),
            (Some(bytes.len() as u64), &blake3::hash(&bytes).to_hex().as_str().into())
        );
    }
    result
}

#[test]
fn a_mix_is_the_one_that_render_writes_and_is_done_once() {
    let folder = bench();
    let run = folder.run("session bass.flac drums.flac keys.flac --out mix.toml");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(folder.run("render --session mix.toml --out plain -q").code, Some(0));
    let hash = blake3::hash(&fs::read(folder.path("drums.flac")).unwrap()).to_hex().to_string();
    order(&folder, "mix", &json!({ "session": "mix.toml", "stems": [{ "file": "drums.flac", "blake3": hash }] }));
    let run = folder.run("work order.json");
    let done = lines(&run);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let expected = ["checking", "fetching", "loading", "aligning", "mixing"];
    assert_eq!(stages(&done)[..5], expected, "{}", run.stdout);
    let published = result(&folder);
    assert_eq!((&done[done.len() - 1]["stage"], &done[done.len() - 1]["result"]), (&"done".into(), &published));
    let master = fs::read(folder.path(&format!("out/{}/final_mix.wav", published["attempt"].as_str().unwrap())));
    assert!(master.unwrap() == fs::read(folder.path("plain/final_mix.wav")).unwrap(), "other bytes than render's");

    // Delivered again, without its stems: answered by the result that is there.
    for stem in STEMS {
        fs::remove_file(folder.path(stem)).unwrap();
    }
    let again = folder.run("work order.json");
    assert_eq!((again.code, stages(&lines(&again))), (Some(0), vec!["checking", "done"]));
    assert_eq!(result(&folder), published);

    order(&folder, "mix", &json!({ "order_id": "song-2", "stems": STEMS }));
    let other = folder.run("work order.json");
    assert_eq!(other.code, Some(1));
    assert!(other.stdout.contains("out_in_use"), "{}", other.stdout);
    assert_eq!(result(&folder), published);
}

#[test]
fn an_order_from_a_pipe_holds_its_session() {
    let folder = bench();
    let order = json!({ "schema": "mixdown.order/1", "order_id": "song-1", "kind": "mix", "out": "out",
        "session": { "tracks": [{ "file": "drums.flac", "gain_db": -3.0 }], "time": { "end_s": 3.0 } } });
    let mut child = folder
        .command()
        .args(["work", "-", "-q"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), order.to_string().as_bytes()).unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.code, stages(&lines(&run))), (Some(0), vec!["done"]), "{}", run.stdout);
    result(&folder);
}

#[test]
fn an_analysis_is_that_of_analyse() {
    let folder = bench();
    order(&folder, "analysis", &json!({ "stems": STEMS }));
    let run = folder.run("work order.json");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(stages(&lines(&run)).contains(&"analysing"), "{}", run.stdout);
    let attempt = result(&folder)["attempt"].as_str().unwrap().to_owned();
    assert_eq!(folder.names(&format!("out/{attempt}")), ["analysis.json", "library.json", "song.html", "song.png"]);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.path(&format!("out/{attempt}/{name}"))).unwrap()).unwrap()
    };
    let (written, recorded) = (read("analysis.json"), read("library.json"));
    assert_eq!((&recorded["document"], &recorded["song"]["bpm"]), (&written, &written["song"]["tempo_bpm"]));
    let chroma: Vec<f64> = serde_json::from_value(recorded["stems"][0]["descriptors"]["chroma"].clone()).unwrap();
    assert!(chroma.len() == 12 && (chroma.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{chroma:?}");
    let run = folder.run("analyse bass.flac drums.flac keys.flac --json");
    assert_eq!(written, serde_json::from_str::<Value>(&run.stdout).unwrap());
}

#[test]
fn a_notation_is_that_of_notate() {
    let folder = bench();
    assert_eq!(folder.run("analyse bass.flac drums.flac keys.flac -o song.json -q").code, Some(0));
    assert_eq!(folder.run("notate bass.flac drums.flac --song song.json --out plain -q").code, Some(0));
    order(&folder, "notation", &json!({ "stems": &STEMS[..2], "song": "song.json" }));
    let run = folder.run("work order.json");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let done = lines(&run);
    assert!(stages(&done).contains(&"transcribing") && !stages(&done).contains(&"analysing"), "{}", run.stdout);
    let attempt = format!("out/{}", result(&folder)["attempt"].as_str().unwrap());
    assert_eq!(folder.names(&attempt), folder.names("plain"));
    for name in folder.names("plain") {
        let [written, plain] = [&*attempt, "plain"].map(|out| fs::read(folder.path(out).join(&name)).unwrap());
        assert!(written == plain, "{name}: other bytes than notate's");
    }
}

#[test]
fn a_notation_without_a_song_has_the_types_and_names_of_its_order() {
    let folder = bench();
    assert_eq!(folder.run("notate bass.flac --type other --out plain -q").code, Some(0));
    let stems =
        json!([{ "file": "bass.flac", "type": "other", "name": "001" }, { "file": "drums.flac", "type": "drums" }]);
    order(&folder, "notation", &json!({ "stems": stems, "song": "none" }));
    let run = folder.run("work order.json");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(!stages(&lines(&run)).contains(&"analysing"), "{}", run.stdout);
    let attempt = format!("out/{}", result(&folder)["attempt"].as_str().unwrap());
    let names = folder.names(&attempt);
    assert!(
        names.contains(&"001.notes.json".to_owned()) && names.contains(&"drums.notes.json".to_owned()),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.ends_with(".musicxml")), "no bars, no score: {names:?}");
    let [written, plain] = [(&*attempt, "001"), ("plain", "bass")]
        .map(|(out, name)| fs::read(folder.path(out).join(format!("{name}.notes.json"))).unwrap());
    assert!(written == plain, "other notes than notate's");
}

#[test]
fn a_separation_is_that_of_separate() {
    let folder = bench();
    assert_eq!(folder.run("separate bass.flac --with classical --out plain -q").code, Some(0));
    order(&folder, "separation", &json!({ "stems": ["bass.flac"], "with": "classical" }));
    let run = folder.run("work order.json");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(stages(&lines(&run)).contains(&"separating"), "{}", run.stdout);
    let attempt = format!("out/{}", result(&folder)["attempt"].as_str().unwrap());
    assert_eq!(folder.names(&attempt), ["centre.wav", "harmonic.wav", "percussive.wav", "residual.json"]);
    let [written, plain] = [&*attempt, "plain"].map(|out| fs::read(folder.path(out).join("centre.wav")).unwrap());
    assert!(written == plain, "other bytes than separate's");
    let report: Value =
        serde_json::from_slice(&fs::read(folder.path(&attempt).join("residual.json")).unwrap()).unwrap();
    assert_eq!((&report["song"], &report["parts"][0]["path"]), (&"bass.flac".into(), &"percussive.wav".into()));
}

#[test]
fn orders_that_cannot_be_done_are_named_and_publish_nothing() {
    let folder = bench();
    folder.write("notes.wav", b"no sound here");
    let cut = json!({ "tracks": [{ "file": "bass.flac", "gain_db": 900 }] });
    for (kind, more, code, named) in [
        ("remix", json!({ "stems": STEMS }), "kind_not_known", "mix, analysis, notation, separation"),
        ("analysis", json!({ "stems": STEMS, "session": {} }), "order_not_valid", "has no session"),
        ("separation", json!({ "stems": STEMS }), "order_not_valid", "one stem: the song"),
        ("separation", json!({ "stems": ["bass.flac"], "with": "tape" }), "order_not_valid", "classical"),
        (
            "separation",
            json!({ "stems": ["bass.flac"], "with": "classical", "model": "htdemucs" }),
            "order_not_valid",
            "model is that of demucs",
        ),
        ("separation", json!({ "stems": ["bass.flac"], "with": "no.onnx" }), "input_missing", "no.onnx"),
        ("notation", json!({}), "order_not_valid", "needs stems"),
        ("notation", json!({ "stems": STEMS, "song": "none" }), "order_not_valid", "needs a type"),
        ("mix", json!({ "stems": [{ "file": "bass.flac", "type": "bass" }] }), "order_not_valid", "has no type"),
        ("notation", json!({ "stems": STEMS, "with": "demucs" }), "order_not_valid", "has no with"),
        ("notation", json!({ "stems": STEMS, "song": "notes.wav" }), "work_failed", "not an analysis of a song"),
        ("mix", json!({ "schema": "mixdown.order/9" }), "schema_not_known", "mixdown.order/9"),
        ("mix", json!({}), "order_not_valid", "needs a session"),
        ("mix", json!({ "stems": ["bass.flac", "tuba.flac"] }), "input_missing", "tuba.flac"),
        ("mix", json!({ "stems": ["notes.wav"] }), "work_failed", "notes.wav"),
        ("mix", json!({ "session": cut }), "work_failed", "gain_db"),
        ("mix", json!({ "stems": [{ "file": "bass.flac", "blake3": "0".repeat(64) }] }), "input_differs", "bass.flac"),
        ("analysis", json!({ "stems": [] }), "work_failed", "at least one stem"),
        ("mix", json!({ "stems": ["ftp://user:secret@host/a.wav"] }), "place_not_valid", "ftp://host/a.wav"),
    ] {
        order(&folder, kind, &more);
        let run = folder.run("work order.json");
        let lines = lines(&run);
        let last = &lines[lines.len() - 1];
        assert_eq!((run.code, &last["stage"], &last["code"]), (Some(1), &"failed".into(), &code.into()), "{last}");
        assert!(last["message"].as_str().unwrap().contains(named) && !run.stdout.contains("secret"), "{last}");
        assert!(!folder.path("out").exists(), "{last}");
    }
    folder.write("order.json", b"{ \"schema\": ");
    let run = folder.run("work order.json");
    assert!(run.code == Some(1) && run.stdout.contains("order_not_valid"), "{}", run.stdout);
    let run = folder.run("work nothing.json");
    assert!(run.code == Some(1) && run.stdout.contains("nothing.json"), "{}", run.stdout);
    assert_eq!(folder.run("work").code, Some(2));
    let schema: Value = serde_json::from_str(&folder.run("work --schema").stdout).unwrap();
    assert_eq!(schema["properties"]["kind"]["enum"], json!(["mix", "analysis", "notation", "separation"]));
}

#[cfg(unix)]
#[test]
fn a_stopped_order_is_given_back_and_can_be_done_later() {
    use crate::program_runs::signal;
    use std::io::{BufRead, BufReader};
    use std::time::{Duration, Instant};
    let folder = TestFolder::new();
    let samples: Vec<f32> = (0..44_100 * 120).map(|n| (n % 301) as f32 / 400.0).collect();
    folder.write_wav("long.wav", 44_100, &[&samples]);
    order(&folder, "mix", &json!({ "stems": ["long.wav"] }));
    let mut child = folder.command().args(["work", "order.json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let reached = output.by_ref().any(|line| line.unwrap().contains("\"stage\":\"mixing\""));
    assert!(reached, "the order ended before it was mixed");
    assert_eq!(folder.names("out").len(), 1, "the folder of the attempt");
    signal(&child, rustix::process::Signal::TERM);
    let begin = Instant::now();
    let last: Value = serde_json::from_str(&output.last().unwrap().unwrap()).unwrap();
    assert_eq!((&last["stage"], &last["code"]), (&"returned".into(), &"stopped".into()), "{last}");
    assert_eq!(child.wait().unwrap().code(), Some(75));
    // Kubernetes waits 30 s, and Spot instances are taken away after two minutes.
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert!(!folder.path("out").exists());
    assert_eq!(folder.run("work order.json").code, Some(0));
    result(&folder);
}

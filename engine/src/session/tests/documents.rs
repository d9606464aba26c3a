//! Documents read back as the session that was written, and the reverse.

use super::*;
use crate::audio::NoiseShape;
use crate::dsp::dynamics::{CompressorSettings, DuckerSettings, GateSettings};
use crate::dsp::{Insert, Key};
use proptest::prelude::*;
use serde_json::{Value, json};

fn mixed() -> Session {
    let mut session = Session::from_stems(&["a.wav".into(), "x/a.wav".into(), "b.wav".into()]);
    session.tracks[0].inserts = vec![serde_json::from_value(json!({ "type": "high_pass", "cutoff_hz": 80 })).unwrap()];
    session.tracks[2].sends = vec![AuxSend { gain_db: -12.0, ..AuxSend::new("verb") }];
    session.buses = vec![Bus::new("drums"), Bus::new("verb")];
    session
}

#[test]
fn an_empty_document_with_one_track_is_the_default_session() {
    let folder = Folder::with(&["a.wav"]);
    let session = folder.parse("mix.toml", "[[tracks]]\nfile = 'a.wav'").unwrap();
    assert_eq!(session, Session { tracks: vec![Track::new(folder.path("a.wav"))], ..Session::default() });
    assert_eq!(session.tracks[0].title(), "a");
}

#[test]
fn toml_and_json_say_the_same() {
    let folder = Folder::with(&["a.wav"]);
    let toml = "sample_rate_hz = 48000\n[[tracks]]\nfile = 'a.wav'\npan = -1\nsends = [{ to = 'x' }]\n[[buses]]\nname = 'x'\n\
                [master]\ntarget = 'ebu-r128'\nceiling_dbtp = 'off'\n[time]\nend_s = 3";
    let json = r#"{ "sample_rate_hz": 48000, "tracks": [{ "file": "a.wav", "pan": -1, "sends": [{ "to": "x" }] }],
        "buses": [{ "name": "x" }], "master": { "target": "ebu-r128", "ceiling_dbtp": "off" }, "time": { "end_s": 3 } }"#;
    let read = folder.parse("mix.toml", toml).unwrap();
    assert_eq!(folder.parse("mix.json", json).unwrap(), read);
    assert_eq!(folder.parse("mix", json).unwrap(), read, "told by its first character");
    assert_eq!(folder.parse("mix.JSON", &format!("\u{feff}{json}")).unwrap(), read);
    assert_eq!(read.master.target.loudness_lufs(), Some(-23.0));
    assert_eq!(read.master.effective_ceiling_dbtp(), None);
}

#[test]
fn files_are_resolved_against_the_folder_of_the_document() {
    let folder = Folder::with(&["a.wav"]);
    std::fs::write(folder.path("mix.toml"), "[[tracks]]\nfile = 'a.wav'").unwrap();
    let session = Session::load(&folder.path("mix.toml")).unwrap();
    assert_eq!(session.tracks[0].file, folder.path("a.wav"));
    let absolute = format!("[[tracks]]\nfile = '{}'", folder.path("a.wav").display());
    assert_eq!(Session::parse(&absolute, Path::new("elsewhere/mix.toml")).unwrap(), session);
}

#[test]
fn the_ceiling_is_the_sessions_or_else_the_targets() {
    let mut master = Master::default();
    assert_eq!(master.effective_ceiling_dbtp(), Some(-1.0));
    master.target = "atsc-a85".parse().unwrap();
    assert_eq!(master.effective_ceiling_dbtp(), Some(-2.0));
    master.ceiling_dbtp = Some(Ceiling::Dbtp(-0.3));
    assert_eq!(master.effective_ceiling_dbtp(), Some(-0.3));
}

#[test]
fn every_insert_is_read_with_its_required_keys_alone_and_gets_its_defaults() {
    let schema = json_schema();
    let variants = schema["$defs"]["Insert"]["oneOf"].as_array().unwrap();
    assert_eq!(variants.len(), Insert::TYPES.len());
    let folder = Folder::with(&["a.wav"]);
    for variant in variants {
        let mut insert = json!({ "type": variant["properties"]["type"]["const"] });
        for key in variant["required"].as_array().unwrap().iter().filter_map(Value::as_str).filter(|key| *key != "type")
        {
            // What is not a number is the name of a key, and may be empty.
            insert[key] = variant["properties"][key].get("minimum").cloned().unwrap_or_else(|| "".into());
        }
        let document = json!({ "tracks": [{ "file": "a.wav", "inserts": [insert] }] });
        let session = folder.parse("mix.json", &document.to_string()).unwrap();
        let read = serde_json::to_value(&session.tracks[0].inserts[0]).unwrap();
        for (key, property) in variant["properties"].as_object().unwrap() {
            let expected = property.get("default").unwrap_or(&insert[key]);
            assert_eq!(&read[key], expected, "{key} of {insert}");
        }
    }
}

#[test]
fn names_from_stems_are_unique() {
    let paths: Vec<PathBuf> = ["a/kick.wav", "b/kick.wav", "kick 2.wav", "c/kick.flac", ""].map(Into::into).into();
    let session = Session::from_stems(&paths);
    let names = session.tracks.iter().map(|track| track.title().into_owned()).collect::<Vec<_>>();
    assert_eq!(names, ["kick", "kick 2", "kick 2 2", "kick 3", "track"]);
    assert_eq!(session.tracks.iter().map(|track| track.file.clone()).collect::<Vec<_>>(), paths);
}

#[test]
fn the_written_template_reads_back_equal_and_teaches() {
    let folder = Folder::with(&["a.wav", "b.wav"]);
    std::fs::create_dir(folder.path("x")).unwrap();
    std::fs::copy(folder.path("a.wav"), folder.path("x/a.wav")).unwrap();
    let session = mixed();
    let text = session.to_toml();
    let mut read = folder.parse("mix.toml", &text).unwrap();
    for track in &mut read.tracks {
        track.file = track.file.strip_prefix(folder.0.path()).unwrap().into();
    }
    assert_eq!(read, session, "{text}");
    for line in [
        "# Gain of the fader, in decibels. Takes a number (-120 to 60).",
        "# gain_db = 0.0",
        "# sample_rate_hz = 48000",
        "# target = -14.0",
        "  { type = \"high_pass\", cutoff_hz = 80.0, slope_db_per_octave = 12, design = \"matched\" },",
        "name = \"a 2\"",
        "# sends = [{ to = \"verb\", gain_db = -12.0 }]",
    ] {
        assert!(text.lines().any(|written| written == line), "{line}\n---\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 110));
}

#[test]
fn every_commented_key_of_the_template_is_accepted_when_it_is_uncommented() {
    let folder = Folder::with(&["a.wav", "vox.wav", "b.wav"]);
    std::fs::create_dir(folder.path("x")).unwrap();
    std::fs::copy(folder.path("a.wav"), folder.path("x/a.wav")).unwrap();
    let uncommented = |text: &str| {
        let key = |line: &str| {
            line.strip_prefix("# ").filter(|line| line.contains(" = ") || line.starts_with('[')).map(str::to_owned)
        };
        text.lines().map(|line| key(line).unwrap_or_else(|| line.into()) + "\n").collect::<String>()
    };
    folder.parse("mix.toml", &uncommented(&mixed().to_toml())).unwrap();
    // An empty session shows an example of each: its track sends to `verb`, its bus is `drums`.
    let text = uncommented(&Session::default().to_toml()).replace("\"verb\"", "\"drums\"");
    let problems = folder.problems("mix.toml", &text);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].ends_with("is routed in a circle: drums → drums"), "{problems:?}");
}

#[test]
fn what_toml_cannot_hold_is_reported_when_it_is_read_back() {
    let mut session = Session::from_stems(&["a.wav".into()]);
    session.tracks[0].gain_db = f64::INFINITY;
    session.output.seed = u64::MAX;
    let problems = Folder::with(&["a.wav"]).problems("mix.toml", &session.to_toml());
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].ends_with("track \"a\": gain_db = nan is not a finite number (-120 to 60)"), "{problems:?}");
    assert!(problems[1].contains("output: seed = 18446744073709551615 is out of range"), "{problems:?}");
}

/// Checks and counts the tables of a schema.
fn tables(value: &Value, count: &mut usize) {
    if let Some(properties) = value["properties"].as_object().filter(|_| value["type"] == "object") {
        *count += 1;
        assert_eq!(value["additionalProperties"], false, "{value}");
        for (key, property) in properties {
            assert!(property["description"].is_string() || key == "type", "{key}");
            let number = property["type"] == "number" || property["type"] == "integer";
            let ranged =
                property.get("const").is_some() || property["minimum"].is_number() && property["maximum"].is_number();
            assert!(!number || ranged, "{key} has no range");
        }
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| tables(item, count)),
        Value::Object(entries) => entries.values().for_each(|item| tables(item, count)),
        _ => {}
    }
}

#[test]
fn the_schema_is_strict_and_describes_every_key() {
    let schema = json_schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "mixdown session");
    let mut count = 0;
    tables(&schema, &mut count);
    assert!(count >= 21, "{count}");
}

/// Returns a value within the schema; `size` bounds lists.
fn within(schema: &Value, of: &Value) -> BoxedStrategy<Value> {
    let of = match of["$ref"].as_str() {
        Some(name) => &schema["$defs"][name.trim_start_matches("#/$defs/")],
        None => of,
    };
    if let Some(alternatives) = of["oneOf"].as_array().or(of["anyOf"].as_array()) {
        return proptest::strategy::Union::new(alternatives.iter().map(|one| within(schema, one))).boxed();
    }
    if let Some(only) = of.get("const") {
        return Just(only.clone()).boxed();
    }
    if let Some(choices) = of["enum"].as_array() {
        return proptest::sample::select(choices.clone()).boxed();
    }
    match of["type"].as_str().unwrap() {
        "number" => {
            let (min, max) = (of["minimum"].as_f64().unwrap(), of["maximum"].as_f64().unwrap());
            prop_oneof![Just(min), Just(max), min..=max].prop_map(Value::from).boxed()
        }
        "integer" => {
            let (min, max) = (of["minimum"].as_i64().unwrap(), of["maximum"].as_i64().unwrap());
            (min..=max).prop_map(Value::from).boxed()
        }
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "string" => "[a-z\"\\\\ #é\u{1}\n]{1,6}".prop_map(Value::from).boxed(),
        "array" => proptest::collection::vec(within(schema, &of["items"]), 0..3).prop_map(Value::from).boxed(),
        "object" => {
            let required = of["required"].as_array().cloned().unwrap_or_default();
            let keys = of["properties"].as_object().unwrap().iter().map(|(key, of)| {
                let always = required.iter().any(|name| name == key);
                let value = within(schema, of);
                let value = if always { value.prop_map(Some).boxed() } else { proptest::option::of(value).boxed() };
                (Just(key.clone()), value)
            });
            keys.collect::<Vec<_>>()
                .prop_map(|entries| entries.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
                .boxed()
        }
        other => panic!("a schema of type {other}"),
    }
}

/// Returns a session within the schema that is sound as a whole too.
fn sound(mut session: Session, stem: &Path) -> Session {
    session.tracks.push(Track::new(stem));
    for (index, track) in session.tracks.iter_mut().enumerate() {
        track.file = stem.into();
        track.name = Some(format!("{}{index}", track.name.clone().unwrap_or_default()));
        track.output = session.buses.first().map_or(MASTER.into(), |_| format!("{index}\"#é\n"));
    }
    let names = session.tracks.iter().map(|track| track.output.clone()).collect::<Vec<_>>();
    session.buses = session
        .buses
        .into_iter()
        .take(1)
        .cycle()
        .zip(&names)
        .map(|(bus, name)| Bus { name: name.clone(), ..bus })
        .collect();
    // Buses feed only later ones, so that there is no circle.
    let count = session.buses.len();
    for (index, bus) in session.buses.iter_mut().enumerate() {
        let next = names.get(index + 1).filter(|_| index + 1 < count);
        bus.output = next.cloned().unwrap_or(MASTER.into());
        bus.sends.retain_mut(|send| next.map(|next| send.to.clone_from(next)).is_some());
    }
    for track in &mut session.tracks {
        track
            .sends
            .retain_mut(|send| names.first().filter(|_| count > 0).map(|name| send.to.clone_from(name)).is_some());
    }
    // The first track is the key of all others, and has none itself.
    let first = Key::new(session.tracks[0].title());
    let tracks = session.tracks.iter_mut().map(|track| &mut track.inserts);
    let buses = session.buses.iter_mut().map(|bus| &mut bus.inserts);
    for (strip, inserts) in tracks.chain(buses).chain([&mut session.master.inserts]).enumerate() {
        for insert in inserts {
            let (Insert::Compressor(CompressorSettings { key, .. })
            | Insert::Ducker(DuckerSettings { key, .. })
            | Insert::Gate(GateSettings { key, .. })) = insert
            else {
                continue;
            };
            *key = if strip == 0 { Key::default() } else { first.clone() };
        }
    }
    if session.time.end_s.is_some() {
        (session.time.start_s, session.time.end_s) = (None, Some(1.5));
    }
    let tracks = session.tracks.iter_mut().map(|track| &mut track.inserts);
    let buses = session.buses.iter_mut().map(|bus| &mut bus.inserts);
    for inserts in tracks.chain(buses).chain([&mut session.master.inserts]) {
        inserts.retain(|insert| insert.contradictions().is_empty());
    }
    if session.output.format.samples().is_float() {
        session.output.shape = NoiseShape::None;
    }
    session.sample_rate_hz = None;
    let plain = |text: Option<String>| text.map(|_| "Née 1".to_owned());
    let output = &mut session.output;
    (output.name, output.title, output.artist) =
        (plain(output.name.take()), plain(output.title.take()), plain(output.artist.take()));
    session
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_schema_accepts_becomes_a_session_and_survives_both_syntaxes(
        value in within(&json_schema(), &json_schema())
    ) {
        let folder = Folder::with(&["a.wav"]);
        let session: Session = serde_json::from_value(value).expect("within the schema");
        let session = sound(session, &folder.path("a.wav"));
        prop_assert_eq!(session.problems(), vec![]);
        let text = session.to_toml();
        prop_assert_eq!(&Session::parse(&text, Path::new("mix.toml")).map_err(|error| TestCaseError::fail(error.to_string()))?, &session);
        let text = serde_json::to_string_pretty(&session).unwrap();
        prop_assert_eq!(&Session::parse(&text, Path::new("mix.json")).map_err(|error| TestCaseError::fail(error.to_string()))?, &session);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_bytes_makes_the_reader_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
        as_json in any::<bool>(),
    ) {
        let session = mixed();
        let text = if as_json { serde_json::to_string_pretty(&session).unwrap() } else { session.to_toml() };
        let mut bytes = text.into_bytes();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        let name = if as_json { "mix.json" } else { "mix.toml" };
        if let Err(errors) = Session::parse(&String::from_utf8_lossy(&bytes), Path::new(name)) {
            prop_assert!(!errors.problems.is_empty());
            prop_assert!(errors.to_string().starts_with(name));
        }
    }
}

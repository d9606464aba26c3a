//! The layout on disk is a contract: records of version 0.1.0, written by it, in the folder
//! `records`.

use super::{kinds, new, parse};
use crate::job::{Actor, Lease, Life, Lookup, Record, status_document};
use serde_json::{Map, Value};

const MASTERING: &str = include_str!("records/mastering.json");

fn lease(record: &Record) -> Lease {
    Lease {
        token: "t".into(),
        worker: "w".into(),
        heartbeat_at: record.created_at,
        heartbeat_boot: None,
        unknown: Map::new(),
    }
}

/// Returns the record of a job of a type that a worker has.
fn started(kind: &'static str) -> Record {
    let mut record = new(kind);
    record.transition(Life::Running, Actor::Worker, record.created_at).unwrap();
    record.lease = Some(lease(&record));
    record
}

fn status(record: &Record) -> Value {
    status_document(&Lookup::Found { record: Box::new(record.clone()), result: None })["data"].clone()
}

#[test]
fn records_of_the_first_version_are_read_and_written_again_byte_for_byte() {
    for (text, kind, life, stage) in [
        (include_str!("records/queued.json"), "mix", Life::Queued, None),
        (MASTERING, "mix", Life::Running, Some("mastering")),
        (include_str!("records/complete.json"), "mix", Life::Complete, None),
        (include_str!("records/error.json"), "mix", Life::Error, None),
        (include_str!("records/cleanup.json"), "cleanup", Life::Complete, None),
    ] {
        let record = parse(text.as_bytes()).unwrap();
        assert_eq!((record.kind.name(), record.life, record.stage), (kind, life, stage));
        assert_eq!(String::from_utf8(record.to_bytes()).unwrap(), text);
    }
}

#[test]
fn each_stage_of_a_mix_stands_in_its_state_in_records_and_status_and_nowhere_else() {
    for stage in ["loading_stems", "aligning_stems", "processing_tracks", "mixing", "mastering", "exporting"] {
        let text = MASTERING.replace("\"state\": \"mastering\"", &format!("\"state\": \"{stage}\""));
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!((read.life, read.stage), (Life::Running, Some(stage)));
        assert_eq!(String::from_utf8(read.to_bytes()).unwrap(), text);
        assert_eq!(status(&read)["state"], stage);
        assert!(status(&read).get("stage").is_none());

        let mut made = started("mix");
        made.enter(stage).unwrap();
        let written: Value = serde_json::from_slice(&made.to_bytes()).unwrap();
        assert_eq!(written["state"], stage);
        assert!(written.get("stage").is_none());
    }
    assert_eq!(serde_json::to_value(started("mix")).unwrap()["state"], "running");
}

#[test]
fn another_type_shows_its_life_in_state_and_its_stage_in_a_field_of_its_own() {
    let mut record = started("survey");
    assert!(serde_json::to_value(&record).unwrap().get("stage").is_none());
    record.enter("reading").unwrap();
    for stage in ["reading", "mixing"] {
        let _ = record.enter(stage);
        let written: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
        assert_eq!((&written["state"], &written["stage"]), (&"running".into(), &stage.into()));
        assert_eq!((&status(&record)["state"], &status(&record)["stage"]), (&"running".into(), &stage.into()));
        assert_eq!(parse(&record.to_bytes()).unwrap(), record);
    }
    record.transition(Life::Complete, Actor::Worker, record.created_at).unwrap();
    let written: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
    assert_eq!((&written["state"], written.get("stage")), (&"complete".into(), None));
}

#[test]
fn a_stage_of_mixes_in_an_old_record_of_another_type_means_that_it_runs() {
    for kind in ["export", "cleanup"] {
        let text = String::from_utf8(started(kind).to_bytes()).unwrap();
        let record = parse(text.replace("\"running\"", "\"exporting\"").as_bytes()).unwrap();
        assert_eq!((record.life, record.stage), (Life::Running, None));
    }
}

#[test]
fn unknown_fields_survive_at_every_level() {
    let mut value = serde_json::to_value(started("mix")).unwrap();
    value["tenant"] = "blue".into();
    value["stage"] = 7.into();
    value["lease"]["host"] = "mill".into();
    let read = parse(value.to_string().as_bytes()).unwrap();
    let again: Value = serde_json::from_slice(&read.to_bytes()).unwrap();
    for field in ["/tenant", "/stage", "/lease/host"] {
        assert_eq!(again.pointer(field), value.pointer(field), "{field}");
    }
}

#[test]
fn every_type_is_read_and_written_under_its_name() {
    for kind in kinds().iter() {
        let record = new(kind.name());
        assert_eq!(serde_json::to_value(&record).unwrap()["type"], kind.name());
        assert_eq!(parse(&record.to_bytes()).unwrap(), record);
    }
}

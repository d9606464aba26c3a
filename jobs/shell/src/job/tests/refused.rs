//! Bytes that are no record of this version.

use super::{kinds, new, parse};
use crate::job::{ParseError, Record};
use serde_json::Value;

fn edited(kind: &'static str, edit: impl FnOnce(&mut Value)) -> Result<Record, ParseError> {
    let mut value = serde_json::to_value(new(kind)).unwrap();
    edit(&mut value);
    parse(value.to_string().as_bytes())
}

#[test]
fn a_record_under_another_name_is_refused() {
    let bytes = new("mix").to_bytes();
    assert!(Record::parse(&bytes, &"s".parse().unwrap(), &"k".parse().unwrap(), &kinds()).is_err());
    assert!(Record::parse(&bytes, &"t".parse().unwrap(), &"j".parse().unwrap(), &kinds()).is_err());
}

#[test]
fn a_type_state_or_stage_of_a_newer_version_is_left_alone() {
    for (kind, field, word) in
        [("mix", "type", "remix"), ("mix", "state", "uploading"), ("survey", "stage", "dreaming")]
    {
        let found = edited(kind, |record| record[field] = word.into());
        assert_eq!(found.unwrap_err(), ParseError::Newer(format!("{field} {word}")));
    }
}

#[test]
fn a_text_that_is_no_word_is_damage() {
    for (kind, field, word) in [("mix", "type", "Mix"), ("mix", "state", "miX"), ("survey", "stage", "")] {
        let found = edited(kind, |record| record[field] = word.into());
        assert!(matches!(found, Err(ParseError::Invalid(_))), "{field} {found:?}");
    }
}

#[test]
fn a_stage_without_a_run_is_damage() {
    let found = edited("survey", |record| record["stage"] = "reading".into());
    let Err(ParseError::Invalid(why)) = found else { panic!("{found:?}") };
    assert!(why.to_string().contains("only a started job is in a stage"), "{why}");
}

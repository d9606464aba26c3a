//! Every setting of every insert, wrong in each way: refused with its line and with the accepted
//! values.

use super::*;
use crate::dsp::Insert;
use crate::session::document_tree::plain;
use serde_json::Number;
use std::collections::BTreeMap;

/// Returns one insert of each type.
fn each() -> Vec<Insert> {
    let cases = Insert::law_cases().into_iter().map(|case| (case.settings.type_name(), case.settings));
    cases.collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Returns a document with an insert, one key per line.
fn document(insert: &toml::Table) -> String {
    format!("[[tracks]]\nfile = 'a.wav'\n[[tracks.inserts]]\n{}", toml::to_string(insert).unwrap())
}

/// Returns the problems of a document whose insert has one key changed, and the place that they
/// must name.
fn problems_with(folder: &Folder, insert: &Insert, key: &str, value: impl Into<toml::Value>) -> (Vec<String>, String) {
    let mut table = toml::Table::try_from(insert).unwrap();
    table.insert(key.into(), value.into());
    let text = document(&table);
    let line = text.lines().position(|line| line.starts_with(&format!("{key} = "))).unwrap() + 1;
    (folder.problems("mix.toml", &text), format!("line {line}, track \"a\", insert 1: "))
}

fn shown(number: f64) -> String {
    Number::from_f64(number).map_or_else(|| number.to_string().to_lowercase(), |number| plain(&number))
}

#[test]
fn every_number_out_of_its_range_is_refused_with_its_line() {
    let folder = Folder::with(&["a.wav"]);
    let mut refused = 0;
    for insert in each() {
        for number in insert.numbers() {
            let (key, min, max) = (number.key, *number.range.start(), *number.range.end());
            for wrong in [min - 1.0, max + 1.0, f64::NAN, f64::INFINITY] {
                let (problems, place) = problems_with(&folder, &insert, key, wrong);
                let is = if wrong.is_finite() { "out of range" } else { "not a finite number" };
                let range = format!("({} to {})", shown(min), shown(max));
                assert_eq!(problems, [format!("{place}{key} = {} is {is} {range}", shown(wrong))]);
                refused += 1;
            }
            let (problems, place) = problems_with(&folder, &insert, key, "loud");
            let range = format!("({} to {})", shown(min), shown(max));
            assert_eq!(problems, [format!("{place}{key} = \"loud\" is not a number {range}")]);
        }
    }
    assert!(refused > 4 * 40, "{refused}");
}

#[test]
fn every_number_at_the_edges_of_its_range_is_accepted() {
    let folder = Folder::with(&["a.wav"]);
    for insert in each() {
        for number in insert.numbers() {
            for edge in [*number.range.start(), *number.range.end()] {
                let mut table = toml::Table::try_from(&insert).unwrap();
                table.insert(number.key.into(), edge.into());
                let session = folder.parse("mix.toml", &document(&table)).unwrap();
                let read = session.tracks[0].inserts[0].numbers();
                assert!(read.iter().any(|one| (one.key, one.value) == (number.key, edge)), "{} {edge}", number.key);
            }
        }
    }
}

#[test]
fn every_choice_out_of_its_list_is_refused_with_its_line() {
    let folder = Folder::with(&["a.wav"]);
    let mut refused = 0;
    for insert in each() {
        let numbers: Vec<&str> = insert.numbers().iter().map(|number| number.key).collect();
        let table = toml::Table::try_from(&insert).unwrap();
        // A key may be any text in the schema: the session's names are its choices.
        for key in
            table.keys().filter(|key| !["type", "key"].contains(&key.as_str()) && !numbers.contains(&key.as_str()))
        {
            let (problems, place) = problems_with(&folder, &insert, key, "zzz");
            assert_eq!(problems.len(), 1, "{problems:?}");
            let start = |rule: &str| problems[0].starts_with(&format!("{place}{key} = \"zzz\" is not {rule}"));
            assert!(start("one of ") || start("true or false"), "{problems:?}");
            refused += 1;
        }
    }
    assert!(refused >= 3, "slopes and detector: {refused}");
}

#[test]
fn every_insert_refuses_an_unknown_key_with_its_line() {
    let folder = Folder::with(&["a.wav"]);
    for insert in each() {
        let (problems, place) = problems_with(&folder, &insert, "zzz", 1.0);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let message = format!("{place}unknown key \"zzz\"; there are type, ");
        assert!(problems[0].starts_with(&message), "{problems:?}");
        for number in insert.numbers() {
            assert!(problems[0].contains(number.key), "{problems:?}");
        }
    }
}

#[test]
fn crossovers_that_are_not_in_order_are_listed_with_the_other_problems() {
    let folder = Folder::with(&["a.wav"]);
    let text = "[[tracks]]\nfile = 'a.wav'\noutput = 'gone'\n[[tracks.inserts]]\ntype = 'multiband'\nbands = 4\n\
                crossover_1_hz = 900\ncrossover_2_hz = 300\ncrossover_3_hz = 200\n";
    let problems = folder.problems("mix.toml", text);
    assert_eq!(problems.len(), 3, "{problems:?}");
    for expected in [
        "line 8, track \"a\", insert 1: crossover_2_hz = 300 is not above crossover_1_hz = 900",
        "line 9, track \"a\", insert 1: crossover_3_hz = 200 is not above crossover_2_hz = 300",
    ] {
        assert!(problems.iter().any(|problem| problem == expected), "{problems:?}");
    }
}

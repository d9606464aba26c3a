//! Checks that the schema cannot express: files exist, names are unique, routes have no circles,
//! times are in order.

use super::channel::{AuxSend, MASTER, Track};
use super::document::{OutputSettings, Session};
use super::document_tree::PathStep::{self, Item, Key};
use super::finding::Finding;
use super::master_name::{name_problem, tag_problem};
use super::output_format::{Container, OutputFormat};
use super::problem::did_you_mean;
use super::{keys, routing};
use crate::audio::NoiseShape;
use crate::dsp::Insert;
use crate::io::{Fold, OPUS_RATE_HZ, StemReader};
use crate::units::SampleRate;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Most unknown routes that get a suggestion; a document with more has another problem than
/// spelling.
const SUGGESTIONS: usize = 50;

impl Finding {
    pub(super) fn new(path: &[PathStep], message: impl Into<String>) -> Self {
        Self { path: path.to_vec(), message: message.into() }
    }
}

/// Returns all problems of a session of sound values. `lost` names keys that have lost a part:
/// anything missing there is not a further problem. Files are shown relative to `folder`; without
/// one they are not looked at.
pub(super) fn check(session: &Session, lost: &BTreeSet<&'static str>, folder: Option<&Path>) -> Vec<Finding> {
    let mut found = Vec::new();
    if session.tracks.is_empty() && !lost.contains("tracks") {
        found.push(Finding::new(&[], "there are no tracks: add [[tracks]] with a file"));
    }
    if let Some(folder) = folder {
        files(session, folder, &mut found);
    }
    let tracks = session.tracks.iter().map(Track::title).collect::<Vec<_>>();
    unique("tracks", tracks.iter().map(AsRef::as_ref), &mut found);
    unique("buses", session.buses.iter().map(|bus| bus.name.as_str()), &mut found);
    for (index, _) in session.buses.iter().enumerate().filter(|(_, bus)| bus.name == MASTER) {
        found.push(Finding::new(&[Key("buses"), Item(index), Key("name")], "a bus cannot be called \"master\""));
    }
    if !lost.contains("buses") {
        routes(session, &mut found);
    }
    if !lost.contains("buses") && !lost.contains("tracks") {
        keys::unusable(session, &mut found);
    }
    found.extend(routing::cycles(session));
    times(session, &mut found);
    each_insert(session, |path, insert| {
        for (key, message) in insert.contradictions() {
            found.push(Finding::new(&[path, &[Key(key)]].concat(), message));
        }
    });
    let OutputSettings { name, title, artist, .. } = &session.output;
    let named =
        [("name", name, name_problem as fn(&str) -> _), ("title", title, tag_problem), ("artist", artist, tag_problem)];
    for (key, text, problem) in named {
        let problem = text.as_deref().and_then(|text| Some(format!("= {text:?} {}", problem(text)?)));
        found.extend(problem.map(|problem| Finding::new(&[Key("output"), Key(key)], format!("{key} {problem}"))));
    }
    let shape = session.output.shape;
    if shape != NoiseShape::None && session.output.format.samples().is_float() {
        let format = word(session.output.format);
        let given = if shape == NoiseShape::Mild { "true".to_owned() } else { format!("{:?}", shape.name()) };
        let message = format!(
            "shape = {given} does nothing to {format}, which is not rounded: leave it out, or choose wav16 or wav24"
        );
        found.push(Finding::new(&[Key("output"), Key("shape")], message));
    }
    if let Some(rate) = session.sample_rate_hz {
        found.extend(check_rate(session, rate));
    }
    found
}

/// Finds missing files. If there are any, also finds existing files that cannot be read, so that
/// all are reported in one round.
fn files(session: &Session, folder: &Path, found: &mut Vec<Finding>) {
    let missing: Vec<Option<String>> = session.tracks.iter().map(|track| file_problem(track, folder)).collect();
    if missing.iter().all(Option::is_none) {
        return;
    }
    for (index, (track, problem)) in session.tracks.iter().zip(missing).enumerate() {
        let unreadable = || StemReader::open_source(&track.source(), Fold::Stereo).err().map(|error| error.to_string());
        let message = problem.or_else(unreadable);
        found.extend(message.map(|message| Finding::new(&[Key("tracks"), Item(index), Key("file")], message)));
    }
}

fn file_problem(track: &Track, folder: &Path) -> Option<String> {
    if track.memory.is_some() {
        return None;
    }
    let wrong = match fs::metadata(&track.file) {
        Ok(data) if data.is_file() => return None,
        Ok(data) if data.is_dir() => "is a folder, not a file".into(),
        Ok(_) => "is not a regular file".into(),
        Err(error) if error.kind() == ErrorKind::NotFound && track.file.to_string_lossy().contains(['*', '?']) => {
            "no such file: no name matches this pattern".into()
        }
        Err(error) if error.kind() == ErrorKind::NotFound => "no such file".into(),
        Err(error) => error.to_string(),
    };
    Some(match track.file.strip_prefix(folder) {
        Ok(file) if ![folder.as_os_str(), file.as_os_str()].contains(&"".as_ref()) => {
            format!("{}: {wrong} (looked in {})", file.display(), folder.display())
        }
        _ => format!("{}: {wrong}", track.file.display()),
    })
}

fn unique<'a>(list: &'static str, names: impl Iterator<Item = &'a str>, found: &mut Vec<Finding>) {
    let mut first = BTreeMap::new();
    for (index, name) in names.enumerate() {
        if let Some(other) = first.insert(name, index) {
            first.insert(name, other);
            let message = format!("the name {name:?} is taken by number {}: give each its own name", other + 1);
            found.push(Finding::new(&[Key(list), Item(index), Key("name")], message));
        }
    }
}

/// Finds outputs and sends to unknown names.
fn routes(session: &Session, found: &mut Vec<Finding>) {
    let buses = session.buses.iter().map(|bus| bus.name.as_str()).collect::<BTreeSet<_>>();
    let mut channel = |list: &'static str, index: usize, output: &str, sends: &[AuxSend]| {
        let mut nowhere = |path: &[PathStep], name: &str, choices: &BTreeSet<&str>, hint: &str| {
            let hint = match found.len() {
                0..SUGGESTIONS => did_you_mean(name, choices.iter().copied()),
                _ => String::new(),
            } + hint;
            let key = if path.len() == 3 { "output" } else { "to" };
            let is = if session.buses.is_empty() { "there are no buses" } else { "there is no such bus" };
            found.push(Finding::new(path, format!("{key} = {name:?}: {is}{hint}")));
        };
        if output != MASTER && !buses.contains(output) {
            let choices = buses.iter().copied().chain([MASTER]).collect();
            nowhere(&[Key(list), Item(index), Key("output")], output, &choices, "");
        }
        for (send, AuxSend { to, .. }) in sends.iter().enumerate().filter(|(_, send)| !buses.contains(send.to.as_str()))
        {
            let hint = if to == MASTER { "; to reach the master, use output" } else { "" };
            nowhere(&[Key(list), Item(index), Key("sends"), Item(send), Key("to")], to, &buses, hint);
        }
    };
    for (index, track) in session.tracks.iter().enumerate() {
        channel("tracks", index, &track.output, &track.sends);
    }
    for (index, bus) in session.buses.iter().enumerate() {
        channel("buses", index, &bus.output, &bus.sends);
    }
}

fn times(session: &Session, found: &mut Vec<Finding>) {
    let start_s = session.time.start_s.unwrap_or(0.0);
    if let Some(end_s) = session.time.end_s.filter(|end_s| *end_s <= start_s) {
        let message = format!("end_s = {end_s} is not after start_s = {start_s}");
        found.push(Finding::new(&[Key("time"), Key("end_s")], message));
    }
}

/// Calls `check` with each insert of each chain, and its place.
fn each_insert(session: &Session, mut check: impl FnMut(&[PathStep], &Insert)) {
    let mut chain = |path: &[PathStep], inserts: &[Insert]| {
        for (index, insert) in inserts.iter().enumerate() {
            check(&[path, &[Key("inserts"), Item(index)]].concat(), insert);
        }
    };
    for (index, track) in session.tracks.iter().enumerate() {
        chain(&[Key("tracks"), Item(index)], &track.inserts);
    }
    for (index, bus) in session.buses.iter().enumerate() {
        chain(&[Key("buses"), Item(index)], &bus.inserts);
    }
    chain(&[Key("master")], &session.master.inserts);
}

/// Returns frequencies that a sample rate cannot carry.
pub(super) fn check_rate(session: &Session, rate: SampleRate) -> Vec<Finding> {
    let mut found = Vec::new();
    each_insert(session, |path, insert| {
        for number in insert.numbers().iter().filter(|number| number.is_frequency()) {
            if let Err(error) = number.check_rate(rate) {
                found.push(Finding::new(&[path, &[Key(number.key)]].concat(), error.to_string()));
            }
        }
    });
    if let Some(message) = rate_problem(session.output.format, rate) {
        found.push(Finding::new(&[Key("output"), Key("format")], message));
    }
    found
}

/// Returns the reason why a format cannot store a rate.
fn rate_problem(format: OutputFormat, rate: SampleRate) -> Option<String> {
    let hz = rate.hz();
    match format.container() {
        Container::Opus if hz != OPUS_RATE_HZ => Some(format!(
            "opus holds {OPUS_RATE_HZ} Hz, and the session has {hz} Hz: leave sample_rate_hz out, or choose another format"
        )),
        // Limits of a frame's header: RFC 9639, section 9.1.2.
        Container::Flac if hz > 65_535 && (hz > 655_350 || !hz.is_multiple_of(10)) => {
            Some(format!("FLAC cannot hold {hz} Hz: set sample_rate_hz, or choose wav24"))
        }
        _ => None,
    }
}

/// Returns a format as the document writes it.
fn word(format: OutputFormat) -> String {
    serde_json::to_value(format).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

//! Keys of inserts: each names one track or bus, and not its own strip.

use super::channel::{MASTER, Track};
use super::document::Session;
use super::document_tree::PathStep::{self, Item, Key};
use super::finding::Finding;
use super::problem::did_you_mean;
use crate::dsp::Insert;
use std::collections::BTreeSet;

/// Most unknown keys that get a suggestion.
const SUGGESTIONS: usize = 50;

/// A strip of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strip {
    Track(usize),
    Bus(usize),
    Master,
}

/// An insert with a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyUse<'a> {
    pub(super) strip: Strip,
    pub(super) insert: usize,
    pub(super) key: &'a str,
}

impl KeyUse<'_> {
    /// Returns a problem of the key.
    pub(super) fn finding(&self, message: impl Into<String>) -> Finding {
        let strip: &[PathStep] = match self.strip {
            Strip::Track(index) => &[Key("tracks"), Item(index)],
            Strip::Bus(index) => &[Key("buses"), Item(index)],
            Strip::Master => &[Key("master")],
        };
        Finding::new(&[strip, &[Key("inserts"), Item(self.insert), Key("key")]].concat(), message)
    }
}

/// Returns every insert with a key, in the order of the session.
pub(super) fn uses(session: &Session) -> impl Iterator<Item = KeyUse<'_>> {
    let tracks = session.tracks.iter().enumerate().map(|(index, track)| (Strip::Track(index), &track.inserts));
    let buses = session.buses.iter().enumerate().map(|(index, bus)| (Strip::Bus(index), &bus.inserts));
    let strips = tracks.chain(buses).chain([(Strip::Master, &session.master.inserts)]);
    strips.flat_map(|(strip, inserts)| {
        let keys = inserts.iter().map(Insert::key).enumerate();
        keys.filter_map(move |(insert, key)| Some(KeyUse { strip, insert, key: key? }))
    })
}

/// Finds keys that name no strip, two, or their own.
pub(super) fn unusable(session: &Session, found: &mut Vec<Finding>) {
    let titles = session.tracks.iter().map(Track::title).collect::<Vec<_>>();
    let tracks = titles.iter().map(AsRef::as_ref).collect::<BTreeSet<&str>>();
    let buses = session.buses.iter().map(|bus| bus.name.as_str()).collect::<BTreeSet<_>>();
    for of in uses(session) {
        let key = of.key;
        let own = match of.strip {
            Strip::Track(index) => titles[index] == key,
            Strip::Bus(index) => session.buses[index].name == key,
            Strip::Master => false,
        };
        let (in_tracks, in_buses) = (tracks.contains(key), buses.contains(key));
        let problem = match (in_tracks, in_buses) {
            (true, true) => " is the name of a track and of a bus: give one of them another name".into(),
            _ if own => " is the strip itself: leave key empty to measure the input of the insert".into(),
            (true, false) | (false, true) => continue,
            _ if key == MASTER => ": the master cannot be a key, since every strip feeds it".into(),
            _ => {
                let hint = match found.len() {
                    0..SUGGESTIONS => did_you_mean(key, tracks.iter().chain(&buses).copied()),
                    _ => String::new(),
                };
                format!(": there is no such track or bus{hint}")
            }
        };
        found.push(of.finding(format!("key = {key:?}{problem}")));
    }
}

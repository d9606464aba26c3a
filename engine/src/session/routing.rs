//! Strips that wait for themselves: every circle in the graph of outputs, sends and keys, by name.

use super::channel::{AuxSend, MASTER, Track};
use super::document::Session;
use super::document_tree::PathStep::{Item, Key};
use super::finding::Finding;
use super::keys::{self, KeyUse, Strip};
use std::collections::BTreeMap;

/// A strip that needs the signal of another one.
#[derive(Clone, Copy)]
struct Edge<'a> {
    to: usize,
    /// The key that makes it so; `None` for an output or a send.
    key: Option<KeyUse<'a>>,
}

/// Returns one finding per circle that a search from the first bus on meets. Keys that cannot be
/// used are left aside.
pub(super) fn cycles(session: &Session) -> Vec<Finding> {
    let (buses, tracks) = (&session.buses, &session.tracks);
    let named = buses.iter().enumerate().filter(|(_, bus)| bus.name != MASTER);
    let of_bus = named.map(|(index, bus)| (bus.name.as_str(), index)).collect::<BTreeMap<_, _>>();
    let titles = tracks.iter().map(Track::title).collect::<Vec<_>>();
    let of_track = titles.iter().enumerate().map(|(index, title)| (title.as_ref(), buses.len() + index));
    let of_track = of_track.collect::<BTreeMap<_, _>>();
    let feeds = |output: &str, sends: &[AuxSend]| {
        let names = sends.iter().map(|send| send.to.as_str()).chain([output]);
        let mut fed = names.filter_map(|name| of_bus.get(name).copied()).collect::<Vec<_>>();
        fed.sort_unstable();
        fed.dedup();
        fed.into_iter().map(|to| Edge { to, key: None }).collect::<Vec<_>>()
    };
    let mut edges = buses.iter().map(|bus| feeds(&bus.output, &bus.sends)).collect::<Vec<_>>();
    edges.extend(tracks.iter().map(|track| feeds(&track.output, &track.sends)));
    for of in keys::uses(session) {
        let to = match of.strip {
            Strip::Bus(index) => index,
            Strip::Track(index) => buses.len() + index,
            Strip::Master => continue,
        };
        // What a strip feeds, it is found to wait for without the key.
        match (of_track.get(of.key), of_bus.get(of.key)) {
            (Some(&from), None) | (None, Some(&from))
                if from != to && !edges[from].iter().any(|edge| edge.to == to) =>
            {
                edges[from].push(Edge { to, key: Some(of) });
            }
            _ => {}
        }
    }
    let name = |strip: usize| match strip.checked_sub(buses.len()) {
        None => buses[strip].name.as_str(),
        Some(track) => titles[track].as_ref(),
    };
    let mut search = Search { state: vec![VisitState::New; edges.len()], edges, found: vec![] };
    for start in 0..search.edges.len() {
        search.run(start);
    }
    search.found.iter().map(|circle| finding(circle, name)).collect()
}

/// Returns the problem of a circle, each of whose strips has the edge to the next one. A circle
/// with keys is found at its first key.
fn finding<'a>(circle: &[(usize, Edge<'_>)], name: impl Fn(usize) -> &'a str) -> Finding {
    let Some(first) = circle.iter().position(|(_, edge)| edge.key.is_some()) else {
        let names = circle.iter().chain(&circle[..1]).map(|(strip, _)| name(*strip)).collect::<Vec<_>>();
        let message = format!("is routed in a circle: {}", names.join(" → "));
        return Finding::new(&[Key("buses"), Item(circle[0].0)], message);
    };
    let steps = circle[first..].iter().chain(&circle[..first]).map(|(strip, edge)| {
        let verb = if edge.key.is_some() { "keys" } else { "feeds" };
        format!("{} {verb} {}", name(*strip), name(edge.to))
    });
    let steps = steps.collect::<Vec<_>>().join(", ");
    let of = circle[first].1.key.as_ref();
    let path = of.map_or_else(|| Finding::new(&[], ""), |of| of.finding(""));
    let key = of.map_or("", |of| of.key);
    Finding { message: format!("key = {key:?} makes a circle: {steps}"), ..path }
}

#[derive(Clone, Copy, PartialEq)]
enum VisitState {
    New,
    Open,
    Done,
}

/// A depth-first search with its own stack, so that long chains cannot exhaust the thread's.
struct Search<'a> {
    edges: Vec<Vec<Edge<'a>>>,
    state: Vec<VisitState>,
    /// Circles, each as strips with the edge to the next one.
    found: Vec<Vec<(usize, Edge<'a>)>>,
}

impl Search<'_> {
    fn run(&mut self, start: usize) {
        if self.state[start] != VisitState::New {
            return;
        }
        self.state[start] = VisitState::Open;
        let mut stack = vec![(start, 0)];
        while let Some((strip, next)) = stack.last_mut() {
            let Some(&Edge { to, .. }) = self.edges[*strip].get(*next) else {
                self.state[*strip] = VisitState::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            match self.state[to] {
                VisitState::New => {
                    self.state[to] = VisitState::Open;
                    stack.push((to, 0));
                }
                VisitState::Open => {
                    let circle = stack.iter().skip_while(|(strip, _)| *strip != to);
                    // The edge that was taken from each strip is the one before its next.
                    self.found.push(circle.map(|&(strip, next)| (strip, self.edges[strip][next - 1])).collect());
                }
                VisitState::Done => {}
            }
        }
    }
}

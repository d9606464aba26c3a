//! Buses that feed themselves: every circle in the graph of outputs and sends, by name.

use super::channel::{Bus, MASTER};
use super::document_tree::PathStep::{Item, Key};
use super::finding::Finding;
use std::collections::BTreeMap;

/// Returns one finding per circle that a search from the first bus on meets.
pub(super) fn cycles(buses: &[Bus]) -> Vec<Finding> {
    let named = buses.iter().enumerate().filter(|(_, bus)| bus.name != MASTER);
    let number = named.map(|(index, bus)| (bus.name.as_str(), index)).collect::<BTreeMap<_, _>>();
    let feeds = |bus: &Bus| {
        let names = bus.sends.iter().map(|send| send.to.as_str()).chain([bus.output.as_str()]);
        let mut fed = names.filter_map(|name| number.get(name).copied()).collect::<Vec<_>>();
        fed.sort_unstable();
        fed.dedup();
        fed
    };
    let mut search =
        Search { feeds: buses.iter().map(feeds).collect(), state: vec![VisitState::New; buses.len()], found: vec![] };
    for start in 0..buses.len() {
        search.run(start);
    }
    let name = |index: &usize| buses[*index].name.as_str();
    search
        .found
        .iter()
        .map(|circle| {
            let names = circle.iter().chain(&circle[..1]).map(name).collect::<Vec<_>>();
            let message = format!("is routed in a circle: {}", names.join(" → "));
            Finding::new(&[Key("buses"), Item(circle[0])], message)
        })
        .collect()
}

#[derive(Clone, Copy, PartialEq)]
enum VisitState {
    New,
    Open,
    Done,
}

/// A depth-first search with its own stack, so that long chains cannot exhaust the thread's.
struct Search {
    feeds: Vec<Vec<usize>>,
    state: Vec<VisitState>,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn run(&mut self, start: usize) {
        if self.state[start] != VisitState::New {
            return;
        }
        self.state[start] = VisitState::Open;
        let mut stack = vec![(start, 0)];
        while let Some((bus, next)) = stack.last_mut() {
            let Some(&fed) = self.feeds[*bus].get(*next) else {
                self.state[*bus] = VisitState::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            match self.state[fed] {
                VisitState::New => {
                    self.state[fed] = VisitState::Open;
                    stack.push((fed, 0));
                }
                VisitState::Open => {
                    let circle = stack.iter().map(|(bus, _)| *bus).skip_while(|bus| *bus != fed).collect();
                    self.found.push(circle);
                }
                VisitState::Done => {}
            }
        }
    }
}

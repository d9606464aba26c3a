//! Routing: buses in an order in which each follows its sources, and connections with the
//! delays that align all paths into a sum, and all keys with the signals that they move.

use super::key_plan::{ChainOutline, ChainRoute};
use super::pan_matrix::fader;
use super::strip_order::{StripInputs, StripOrder};
use crate::session::{AuxSend, MASTER, Session};
use std::collections::BTreeMap;
use thiserror::Error;

/// Target of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A bus, by its index in [`Routing::buses`].
    Bus(usize),
    /// The master.
    Master,
}

/// One connection into a sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectionPlan {
    /// The source.
    pub from: Node,
    /// Gain on top of the source's fader.
    pub gain: f64,
    /// True if taken before the source's fader.
    pub pre_fader: bool,
    /// Delay that aligns this path with the longest one, in frames.
    pub delay: u64,
}

/// A bus in the processing order.
#[derive(Clone, Debug, PartialEq)]
pub struct BusRoute {
    /// Index in the session.
    pub index: usize,
    /// Connections into it, in order.
    pub connections: Vec<ConnectionPlan>,
    /// Keys of its inserts, and the latency of its output.
    pub chain: ChainRoute,
}

/// The connections of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routing {
    /// Chains of the tracks, in session order.
    pub tracks: Vec<ChainRoute>,
    /// Buses, each after all of its sources.
    pub buses: Vec<BusRoute>,
    /// Connections into the master, tracks first, in order.
    pub master: Vec<ConnectionPlan>,
    /// Latency of the sum at the master, in frames.
    pub latency: u64,
    /// Keys of the master's inserts, and the latency of its output.
    pub master_chain: ChainRoute,
    /// Order of the strips.
    pub order: StripOrder,
}

/// Invalid connections of a session. A checked session has none of these.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RoutingError {
    /// No bus has this name.
    #[error("{from}: there is no bus called {to:?}")]
    UnknownBus {
        /// The track or bus that names it.
        from: String,
        /// The requested name.
        to: String,
    },
    /// No track or bus has the name of a key.
    #[error("{from}: there is no track or bus called {key:?}")]
    UnknownKey {
        /// The strip with the key.
        from: String,
        /// The requested name.
        key: String,
    },
    /// Strips are the keys of each other, directly or through others.
    #[error("keys make a circle of strips that wait for each other")]
    KeyCycle,
    /// A bus feeds itself, directly or through others.
    #[error("the buses {0} feed each other in a circle")]
    Cycle(String),
}

struct Edge {
    from: Node,
    to: Destination,
    gain: f64,
    pre_fader: bool,
}

impl Routing {
    /// Computes the connections. `tracks` and `buses` are the outlines of the insert chains, in
    /// session order.
    ///
    /// # Errors
    /// When a name is unknown, or strips feed or key each other in a circle.
    pub fn new(
        session: &Session,
        tracks: &[ChainOutline],
        buses: &[ChainOutline],
        master: &ChainOutline,
    ) -> Result<Self, RoutingError> {
        let order = bus_order(session)?;
        let destination = |name: &str, from: &str| find_bus(session, name, from, &order);
        let mut edges = Vec::new();
        let mut connect = |from: Node, title: &str, output: &str, sends: &[AuxSend]| {
            edges.push(Edge { from, to: destination(output, title)?, gain: 1.0, pre_fader: false });
            for send in sends {
                let gain = fader(send.gain_db, false);
                edges.push(Edge { from, to: destination(&send.to, title)?, gain, pre_fader: send.pre_fader });
            }
            Ok(())
        };
        for (index, track) in session.tracks.iter().enumerate() {
            connect(Node::Track(index), &track.title(), &track.output, &track.sends)?;
        }
        for (position, &index) in order.iter().enumerate() {
            let bus = &session.buses[index];
            connect(Node::Bus(position), &bus.name, &bus.output, &bus.sends)?;
        }

        let names = KeyNames::new(session, &order);
        let of_tracks = session.tracks.iter().zip(tracks).map(|(track, chain)| names.nodes(&track.title(), chain));
        let of_buses = order.iter().map(|&index| names.nodes(&session.buses[index].name, &buses[index]));
        let sources = |to| edges.iter().filter(move |edge| edge.to == Destination::Bus(to)).map(|edge| edge.from);
        let inputs = StripInputs {
            track_keys: of_tracks.collect::<Result<_, _>>()?,
            bus_sources: (0..order.len()).map(|position| sources(position).collect()).collect(),
            bus_keys: of_buses.collect::<Result<_, _>>()?,
            master_keys: names.nodes(MASTER, master)?,
        };
        let strip_order = StripOrder::new(&inputs).ok_or(RoutingError::KeyCycle)?;

        let none = ChainRoute::default();
        let mut routes = Self {
            // Those of late tracks are replaced below.
            tracks: tracks.iter().map(|chain| ChainRoute { latency: chain.latency, ..none.clone() }).collect(),
            buses: order
                .iter()
                .map(|&index| BusRoute { index, connections: Vec::new(), chain: none.clone() })
                .collect(),
            ..Self::default()
        };
        for step in strip_order.steps() {
            match *step {
                Node::Track(index) => {
                    routes.tracks[index] = routes.align(0, &tracks[index], &inputs.track_keys[index]);
                }
                Node::Bus(position) => {
                    let (connections, input) = routes.balance(&edges, Destination::Bus(position));
                    let chain = routes.align(input, &buses[order[position]], &inputs.bus_keys[position]);
                    routes.buses[position] = BusRoute { index: order[position], connections, chain };
                }
            }
        }
        // The order of the sum is that of the session.
        edges.sort_by_key(|edge| match edge.from {
            Node::Track(index) => (false, index),
            Node::Bus(position) => (true, order[position]),
        });
        let (connections, latency) = routes.balance(&edges, Destination::Master);
        let master_chain = routes.align(latency, master, &inputs.master_keys);
        Ok(Self { master: connections, latency, master_chain, order: strip_order, ..routes })
    }

    /// Returns the strips that each strip takes signals from.
    pub fn inputs(&self) -> StripInputs {
        let sources = |bus: &BusRoute| bus.connections.iter().map(|connection| connection.from).collect();
        StripInputs {
            track_keys: self.tracks.iter().map(ChainRoute::nodes).collect(),
            bus_sources: self.buses.iter().map(sources).collect(),
            bus_keys: self.buses.iter().map(|bus| bus.chain.nodes()).collect(),
            master_keys: self.master_chain.nodes(),
        }
    }

    fn latency_of(&self, from: Node) -> u64 {
        match from {
            Node::Track(index) => self.tracks[index].latency,
            Node::Bus(position) => self.buses[position].chain.latency,
        }
    }

    /// Aligns the keys of a chain whose input has a latency.
    fn align(&self, input: u64, outline: &ChainOutline, keys: &[Node]) -> ChainRoute {
        ChainRoute::new(input, outline, keys.iter().map(|&from| (from, self.latency_of(from))))
    }

    /// Returns the connections into one sum, each delayed to match the longest path, and the
    /// latency of that path.
    fn balance(&self, edges: &[Edge], to: Destination) -> (Vec<ConnectionPlan>, u64) {
        let incoming: Vec<&Edge> = edges.iter().filter(|edge| edge.to == to).collect();
        let longest = incoming.iter().map(|edge| self.latency_of(edge.from)).max().unwrap_or(0);
        let connections = incoming.iter().map(|edge| ConnectionPlan {
            from: edge.from,
            gain: edge.gain,
            pre_fader: edge.pre_fader,
            delay: longest - self.latency_of(edge.from),
        });
        (connections.collect(), longest)
    }
}

/// Strips by the names that keys have.
struct KeyNames(BTreeMap<String, Node>);

impl KeyNames {
    fn new(session: &Session, order: &[usize]) -> Self {
        let buses = order.iter().enumerate().map(|(at, &index)| (session.buses[index].name.clone(), Node::Bus(at)));
        let tracks = session.tracks.iter().enumerate();
        Self(buses.chain(tracks.map(|(index, track)| (track.title().into_owned(), Node::Track(index)))).collect())
    }

    /// Returns the strips of a chain's keys.
    fn nodes(&self, from: &str, chain: &ChainOutline) -> Result<Vec<Node>, RoutingError> {
        let unknown = |key: &str| RoutingError::UnknownKey { from: from.into(), key: key.into() };
        chain.keys.iter().map(|at| self.0.get(&at.key).copied().ok_or_else(|| unknown(&at.key))).collect()
    }
}

fn find_bus(session: &Session, name: &str, from: &str, order: &[usize]) -> Result<Destination, RoutingError> {
    if name == MASTER {
        return Ok(Destination::Master);
    }
    let position = order.iter().position(|&index| session.buses[index].name == name);
    position.map(Destination::Bus).ok_or_else(|| RoutingError::UnknownBus { from: from.into(), to: name.into() })
}

/// Returns the session indices of the buses, each after all of its sources; otherwise in session
/// order (Kahn's algorithm).
fn bus_order(session: &Session) -> Result<Vec<usize>, RoutingError> {
    let connects = |from: usize, to: usize| {
        let (bus, name) = (&session.buses[from], &session.buses[to].name);
        bus.output == *name || bus.sends.iter().any(|send| send.to == *name)
    };
    let mut waiting: Vec<usize> = (0..session.buses.len()).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let Some(next) = waiting.iter().position(|&to| !waiting.iter().any(|&from| connects(from, to))) else {
            let names: Vec<&str> = waiting.iter().map(|&index| session.buses[index].name.as_str()).collect();
            return Err(RoutingError::Cycle(names.join(", ")));
        };
        order.push(waiting.remove(next));
    }
    Ok(order)
}

/// Source of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// A track, by its index in the session.
    Track(usize),
    /// A bus, by its index in the processing order.
    Bus(usize),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::key_plan::{KeyPlan, KeyPoint};
    use crate::session::{Bus, Track};

    fn session(buses: &[(&str, &str)]) -> Session {
        let buses = buses
            .iter()
            .map(|(name, output)| {
                let mut bus = Bus::new(*name);
                bus.output = (*output).into();
                bus
            })
            .collect();
        Session { buses, ..Session::default() }
    }

    fn outlines(latencies: &[u64]) -> Vec<ChainOutline> {
        latencies.iter().copied().map(ChainOutline::of_latency).collect()
    }

    fn routing(session: &Session, tracks: &[u64], buses: &[u64]) -> Result<Routing, RoutingError> {
        Routing::new(session, &outlines(tracks), &outlines(buses), &ChainOutline::default())
    }

    #[test]
    fn keys_are_aligned_with_the_inserts_that_they_move() {
        let mut session = session(&[("drums", MASTER)]);
        session.tracks = ["kick", "bass", "pad"].map(|name| Track::new(format!("{name}.wav"))).into();
        session.tracks[0].output = "drums".into();
        let keyed =
            |latency, key: &str, before| ChainOutline { latency, keys: vec![KeyPoint { key: key.into(), before }] };
        // The kick leaves its chain at 40, the drums theirs at 40 + 7. The bass comes to its insert
        // at 15 of 20, the pad at 60 of 90, the sum to the master's at 20 + (40 − 15) = 45, or 90.
        let tracks = [ChainOutline::of_latency(40), keyed(20, "kick", 15), keyed(90, "drums", 60)];
        let master = keyed(1, "bass", 0);
        let routing = Routing::new(&session, &tracks, &outlines(&[7]), &master).unwrap();
        let plan = |from, delay, wait| vec![KeyPlan { from, delay, wait }];
        assert_eq!(routing.tracks[1], ChainRoute { keys: plan(Node::Track(0), 0, 25), latency: 45 });
        assert_eq!(routing.tracks[2], ChainRoute { keys: plan(Node::Bus(0), 13, 0), latency: 90 });
        assert_eq!(routing.latency, 90);
        assert_eq!(routing.master_chain, ChainRoute { keys: plan(Node::Track(1), 45, 0), latency: 91 });
        assert_eq!(routing.order.steps(), [Node::Track(1), Node::Bus(0), Node::Track(2)]);
        let delays: Vec<u64> = routing.master.iter().map(|connection| connection.delay).collect();
        assert_eq!(delays, [45, 0, 43]);
    }

    #[test]
    fn unknown_keys_and_circles_of_keys_are_refused() {
        let mut session = session(&[("drums", MASTER)]);
        session.tracks = vec![Track { output: "drums".into(), ..Track::new("kick.wav") }];
        let keyed = |key: &str| ChainOutline { latency: 0, keys: vec![KeyPoint { key: key.into(), before: 0 }] };
        let error = |key| {
            let routing = Routing::new(&session, &[keyed(key)], &outlines(&[0]), &ChainOutline::default());
            routing.unwrap_err().to_string()
        };
        assert_eq!(error("snare"), "kick: there is no track or bus called \"snare\"");
        for circle in ["drums", "kick"] {
            assert_eq!(error(circle), "keys make a circle of strips that wait for each other");
        }
    }

    #[test]
    fn paths_of_different_latency_are_aligned() {
        let mut session = session(&[("verb", MASTER)]);
        session.tracks = vec![Track::new("a.wav"), Track::new("b.wav")];
        session.tracks[1].sends = vec![AuxSend::new("verb")];
        let routing = routing(&session, &[100, 0], &[30]).unwrap();
        assert_eq!(routing.buses[0].connections[0].delay, 0);
        let delays: Vec<u64> = routing.master.iter().map(|connection| connection.delay).collect();
        // Track a has a delay of 100, track b of 0, the bus of 0 + 30: all leave at 100.
        assert_eq!(delays, [0, 100, 70]);
        assert_eq!(routing.latency, 100);
    }

    #[test]
    fn buses_follow_their_sources_in_any_file_order() {
        let routing =
            routing(&session(&[("sum", MASTER), ("drums", "sum"), ("kick", "drums")]), &[], &[0, 5, 0]).unwrap();
        let order: Vec<usize> = routing.buses.iter().map(|bus| bus.index).collect();
        assert_eq!(order, [2, 1, 0]);
        assert_eq!(routing.latency, 5);
    }

    #[test]
    fn cycles_and_unknown_buses_are_refused_by_name() {
        let circle = routing(&session(&[("a", "b"), ("b", "a")]), &[], &[0, 0]).unwrap_err();
        assert_eq!(circle.to_string(), "the buses a, b feed each other in a circle");
        let unknown = routing(&session(&[("a", "c")]), &[], &[0]).unwrap_err();
        assert_eq!(unknown.to_string(), "a: there is no bus called \"c\"");
    }
}

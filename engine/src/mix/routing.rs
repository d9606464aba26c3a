//! Routing: buses in an order in which each follows its sources, and connections with the
//! delays that align all paths into a sum.

use super::pan_matrix::fader;
use crate::session::{AuxSend, MASTER, Session};
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
    /// Latency of its output, in frames.
    pub latency: u64,
}

/// The connections of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    /// Buses, each after all of its sources.
    pub buses: Vec<BusRoute>,
    /// Connections into the master, tracks first, in order.
    pub master: Vec<ConnectionPlan>,
    /// Latency of the sum at the master, in frames.
    pub latency: u64,
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
    /// Computes the connections. `track_latency` and `bus_latency` are the latencies of the insert
    /// chains, in frames, in session order.
    ///
    /// # Errors
    /// When a name is unknown or buses feed each other in a circle.
    pub fn new(session: &Session, track_latency: &[u64], bus_latency: &[u64]) -> Result<Self, RoutingError> {
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

        let mut bus_output_latency = Vec::with_capacity(order.len());
        let mut buses = Vec::with_capacity(order.len());
        for (position, &index) in order.iter().enumerate() {
            let (connections, input_latency) =
                balance(&edges, Destination::Bus(position), track_latency, &bus_output_latency);
            let latency = input_latency + bus_latency[index];
            bus_output_latency.push(latency);
            buses.push(BusRoute { index, connections, latency });
        }
        // The order of the sum is that of the session.
        edges.sort_by_key(|edge| match edge.from {
            Node::Track(index) => (false, index),
            Node::Bus(position) => (true, order[position]),
        });
        let (master, latency) = balance(&edges, Destination::Master, track_latency, &bus_output_latency);
        Ok(Self { buses, master, latency })
    }
}

/// Returns the connections into one sum, each delayed to match the longest path, and the latency of
/// that path.
fn balance(edges: &[Edge], to: Destination, track_latency: &[u64], bus_latency: &[u64]) -> (Vec<ConnectionPlan>, u64) {
    let latency_of = |from: Node| match from {
        Node::Track(index) => track_latency[index],
        Node::Bus(position) => bus_latency[position],
    };
    let incoming: Vec<&Edge> = edges.iter().filter(|edge| edge.to == to).collect();
    let longest = incoming.iter().map(|edge| latency_of(edge.from)).max().unwrap_or(0);
    let connections = incoming.iter().map(|edge| ConnectionPlan {
        from: edge.from,
        gain: edge.gain,
        pre_fader: edge.pre_fader,
        delay: longest - latency_of(edge.from),
    });
    (connections.collect(), longest)
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

    #[test]
    fn paths_of_different_latency_are_aligned() {
        let mut session = session(&[("verb", MASTER)]);
        session.tracks = vec![Track::new("a.wav"), Track::new("b.wav")];
        session.tracks[1].sends = vec![AuxSend::new("verb")];
        let routing = Routing::new(&session, &[100, 0], &[30]).unwrap();
        assert_eq!(routing.buses[0].connections[0].delay, 0);
        let delays: Vec<u64> = routing.master.iter().map(|connection| connection.delay).collect();
        // Track a has a delay of 100, track b of 0, the bus of 0 + 30: all leave at 100.
        assert_eq!(delays, [0, 100, 70]);
        assert_eq!(routing.latency, 100);
    }

    #[test]
    fn buses_follow_their_sources_in_any_file_order() {
        let routing =
            Routing::new(&session(&[("sum", MASTER), ("drums", "sum"), ("kick", "drums")]), &[], &[0, 5, 0]).unwrap();
        let order: Vec<usize> = routing.buses.iter().map(|bus| bus.index).collect();
        assert_eq!(order, [2, 1, 0]);
        assert_eq!(routing.latency, 5);
    }

    #[test]
    fn cycles_and_unknown_buses_are_refused_by_name() {
        let circle = Routing::new(&session(&[("a", "b"), ("b", "a")]), &[], &[0, 0]).unwrap_err();
        assert_eq!(circle.to_string(), "the buses a, b feed each other in a circle");
        let unknown = Routing::new(&session(&[("a", "c")]), &[], &[0]).unwrap_err();
        assert_eq!(unknown.to_string(), "a: there is no bus called \"c\"");
    }
}

//! Order in which strips are processed, so that each follows the strips that it takes signals from.

use super::routing::Node;

/// Strips that each strip takes signals from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StripInputs {
    /// Keys of each track, by its index in the session.
    pub track_keys: Vec<Vec<Node>>,
    /// Sources of each bus, by its index in the routing.
    pub bus_sources: Vec<Vec<Node>>,
    /// Keys of each bus, by its index in the routing.
    pub bus_keys: Vec<Vec<Node>>,
    /// Keys of the master.
    pub master_keys: Vec<Node>,
}

impl StripInputs {
    /// Adds the inputs of another routing of the same strips.
    pub fn join(&mut self, other: Self) {
        let lists = self.track_keys.iter_mut().chain(&mut self.bus_sources).chain(&mut self.bus_keys);
        let others = other.track_keys.into_iter().chain(other.bus_sources).chain(other.bus_keys);
        lists.zip(others).for_each(|(list, other)| list.extend(other));
        self.master_keys.extend(other.master_keys);
    }

    /// Returns true if both have the same keys.
    pub fn has_keys_of(&self, other: &Self) -> bool {
        let keys = |of: &Self| (of.track_keys.clone(), of.bus_keys.clone(), of.master_keys.clone());
        keys(self) == keys(other)
    }

    fn keys(&self) -> impl Iterator<Item = &Node> {
        self.track_keys.iter().chain(&self.bus_keys).flatten().chain(&self.master_keys)
    }

    fn of(&self, node: Node) -> impl Iterator<Item = &Node> {
        let none: &[Node] = &[];
        let (sources, keys) = match node {
            Node::Track(index) => (none, &self.track_keys[index][..]),
            Node::Bus(position) => (&self.bus_sources[position][..], &self.bus_keys[position][..]),
        };
        sources.iter().chain(keys)
    }
}

/// Order of the strips of a mix. Tracks without keys come first, in any order. Then come the
/// tracks with keys, here called late, and the buses, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StripOrder {
    steps: Vec<Node>,
    late: Vec<bool>,
    keys: Vec<bool>,
    is_keyed: bool,
}

impl StripOrder {
    /// Orders the strips; `None` where strips wait for each other in a circle.
    pub fn new(inputs: &StripInputs) -> Option<Self> {
        let tracks = inputs.track_keys.len();
        let late: Vec<bool> = inputs.track_keys.iter().map(|keys| !keys.is_empty()).collect();
        let late_tracks = (0..tracks).filter(|index| late[*index]).map(Node::Track);
        let mut waiting: Vec<Node> = late_tracks.chain((0..inputs.bus_sources.len()).map(Node::Bus)).collect();
        let mut is_done = (late.iter().map(|late| !late).collect::<Vec<_>>(), vec![false; inputs.bus_sources.len()]);
        let mut steps = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let is_ready = |node: &Node| {
                inputs.of(*node).all(|input| match input {
                    Node::Track(index) => is_done.0[*index],
                    Node::Bus(position) => is_done.1[*position],
                })
            };
            let next = waiting.remove(waiting.iter().position(is_ready)?);
            match next {
                Node::Track(index) => is_done.0[index] = true,
                Node::Bus(position) => is_done.1[position] = true,
            }
            steps.push(next);
        }
        let mut keys = vec![false; tracks];
        for node in inputs.keys() {
            if let Node::Track(index) = node {
                keys[*index] = true;
            }
        }
        Some(Self { steps, late, keys, is_keyed: inputs.keys().next().is_some() })
    }

    /// Returns the late tracks and the buses, each after all that it takes signals from.
    pub fn steps(&self) -> &[Node] {
        &self.steps
    }

    /// Returns true if any strip has a key.
    pub fn is_keyed(&self) -> bool {
        self.is_keyed
    }

    /// Returns true if a track has keys, and so waits for other strips.
    pub fn is_late(&self, track: usize) -> bool {
        self.late.get(track).is_some_and(|late| *late)
    }

    /// Returns true if a track is the key of another strip.
    pub fn is_key(&self, track: usize) -> bool {
        self.keys.get(track).is_some_and(|key| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Node::{Bus, Track};

    /// Returns the inputs of tracks and buses; each bus has its sources, then its keys.
    fn inputs(tracks: &[&[Node]], buses: &[(&[Node], &[Node])]) -> StripInputs {
        StripInputs {
            track_keys: tracks.iter().map(|keys| keys.to_vec()).collect(),
            bus_sources: buses.iter().map(|(sources, _)| sources.to_vec()).collect(),
            bus_keys: buses.iter().map(|(_, keys)| keys.to_vec()).collect(),
            master_keys: Vec::new(),
        }
    }

    #[test]
    fn without_keys_the_buses_stand_in_their_order() {
        let order = StripOrder::new(&inputs(&[&[], &[]], &[(&[Track(1)], &[]), (&[Bus(0)], &[])])).unwrap();
        assert_eq!(order.steps(), [Bus(0), Bus(1)]);
        assert!(!order.is_keyed() && !order.is_late(0) && !order.is_key(1));
    }

    #[test]
    fn each_strip_follows_its_keys() {
        // Track 0 is keyed by bus 1, which is keyed by track 1, which is keyed by track 2.
        let order = StripOrder::new(&inputs(&[&[Bus(1)], &[Track(2)], &[]], &[(&[Track(0)], &[]), (&[], &[Track(1)])]));
        let order = order.unwrap();
        assert_eq!(order.steps(), [Track(1), Bus(1), Track(0), Bus(0)]);
        assert_eq!(
            [0, 1, 2].map(|track| (order.is_late(track), order.is_key(track))),
            [(true, false), (true, true), (false, true)]
        );
    }

    #[test]
    fn a_circle_has_no_order() {
        assert_eq!(StripOrder::new(&inputs(&[&[Bus(0)]], &[(&[Track(0)], &[])])), None);
    }
}

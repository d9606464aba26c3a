//! Solo switches, and the tracks that they leave audible.

use super::routing::Routing;
use crate::session::Session;

/// Solo switches of all strips. While any is on, audible are the soloed tracks and the tracks whose
/// outputs lead to a soloed bus, through other buses or directly.
///
/// The other tracks are silent as if muted. Buses are never closed, so that all that an audible
/// track feeds stays open, returns of its sends among them.
#[derive(Clone, Debug)]
pub struct SoloSwitches {
    tracks: Vec<SoloSwitch>,
    /// Buses, in session order.
    buses: Vec<SoloSwitch>,
    /// Indices of the buses, each after all of its sources.
    order: Vec<usize>,
    /// For each bus, true if it is soloed or its output leads to a soloed bus.
    leads_to_solo: Vec<bool>,
    any: bool,
}

/// Solo switch of a strip, and the bus that its output feeds.
#[derive(Clone, Copy, Debug)]
struct SoloSwitch {
    solo: bool,
    output: Option<usize>,
}

impl SoloSwitches {
    /// Takes the switches of a session with its routing. Control thread; allocates.
    pub fn new(session: &Session, routing: &Routing) -> Self {
        let bus = |name: &str| session.buses.iter().position(|bus| bus.name == name);
        let tracks = session.tracks.iter().map(|track| SoloSwitch { solo: track.solo, output: bus(&track.output) });
        let buses = session.buses.iter().map(|of| SoloSwitch { solo: of.solo, output: bus(&of.output) });
        let mut switches = Self {
            tracks: tracks.collect(),
            buses: buses.collect(),
            order: routing.buses.iter().map(|route| route.index).collect(),
            leads_to_solo: vec![false; session.buses.len()],
            any: false,
        };
        switches.update();
        switches
    }

    /// Turns the switch of a track, by its index in the session. Audio thread.
    pub fn set_track(&mut self, index: usize, solo: bool) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.solo = solo;
        }
        self.update();
    }

    /// Turns the switch of a bus, by its index in the session. Audio thread.
    pub fn set_bus(&mut self, index: usize, solo: bool) {
        if let Some(bus) = self.buses.get_mut(index) {
            bus.solo = solo;
        }
        self.update();
    }

    /// Returns true if the switches leave a track audible, by its index in the session. Its mute
    /// switch is a matter of its own. Audio thread.
    pub fn is_audible(&self, track: usize) -> bool {
        let SoloSwitch { solo, output } = self.tracks[track];
        !self.any || solo || output.is_some_and(|bus| self.leads_to_solo[bus])
    }

    fn update(&mut self) {
        self.any = self.tracks.iter().chain(&self.buses).any(|switch| switch.solo);
        // Against the order of the routing, each bus comes after the one that it feeds.
        for &index in self.order.iter().rev() {
            let SoloSwitch { solo, output } = self.buses[index];
            self.leads_to_solo[index] = solo || output.is_some_and(|bus| self.leads_to_solo[bus]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::ChainOutline;
    use crate::session::{AuxSend, Bus, Track};

    /// Returns the switches of kick → drums → band → master, bass → band, vox → master with a send
    /// to verb. The buses stand in the document before those that feed them.
    fn switches() -> SoloSwitches {
        let to = |name: &str, output: &str| Track { output: output.into(), ..Track::new(name) };
        let mut vox = Track::new("vox");
        vox.sends = vec![AuxSend::new("verb")];
        let mut session = Session { tracks: vec![to("kick", "drums"), to("bass", "band"), vox], ..Session::default() };
        session.buses = vec![Bus::new("band"), Bus { output: "band".into(), ..Bus::new("drums") }, Bus::new("verb")];
        let chains = vec![ChainOutline::default(); 3];
        let routing = Routing::new(&session, &chains, &chains, &ChainOutline::default()).unwrap();
        SoloSwitches::new(&session, &routing)
    }

    #[test]
    fn a_soloed_bus_keeps_the_tracks_whose_outputs_lead_to_it() {
        const BAND: usize = 0;
        const DRUMS: usize = 1;
        const VERB: usize = 2;
        for (tracks, buses, expected) in [
            (&[][..], &[][..], [true, true, true]),
            (&[], &[BAND], [true, true, false]),
            (&[], &[DRUMS], [true, false, false]),
            (&[2], &[DRUMS], [true, false, true]),
            (&[1], &[], [false, true, false]),
            // A send leads nowhere.
            (&[], &[VERB], [false, false, false]),
        ] {
            let mut switches = switches();
            for solo in [true, false] {
                for track in tracks {
                    switches.set_track(*track, solo);
                }
                for bus in buses {
                    switches.set_bus(*bus, solo);
                }
                let expected = if solo { expected } else { [true; 3] };
                let audible = [0, 1, 2].map(|track| switches.is_audible(track));
                assert_eq!(audible, expected, "{tracks:?}, {buses:?}, {solo}");
            }
        }
    }
}

//! The faders and knobs of all strips, as they stand at this frame.

use super::finite_input::Guarded;
use crate::live::control::command::Strip;
use crate::mix::mixer::Renderer;
use crate::mix::{Input, Stance, fader};
use crate::session::{Polarity, Session};

/// One knob, turned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dial {
    Gain(f64),
    Pan(f64),
    Width(f64),
    Mute(bool),
    Solo(bool),
    Polarity(Polarity),
}

/// What a strip's matrix and fader follow from.
#[derive(Clone, Copy, Debug)]
struct Setting {
    gain_db: f64,
    mute: bool,
    solo: bool,
    stance: Stance,
    channels: usize,
}

/// All of them.
pub(crate) struct Dials {
    tracks: Vec<Setting>,
    /// In session order, each with its place in the routing.
    buses: Vec<(Setting, usize)>,
}

impl Dials {
    /// As a session has them. Control thread; allocates.
    pub(crate) fn new(session: &Session, channels: &[usize], bus_places: &[usize]) -> Self {
        let tracks = session.tracks.iter().zip(channels).map(|(track, &channels)| Setting {
            gain_db: track.gain_db,
            mute: track.mute,
            solo: track.solo,
            stance: Stance::of_track(track),
            channels,
        });
        let buses = session.buses.iter().zip(bus_places).map(|(bus, &place)| {
            let stance = Stance::of_bus(bus);
            (Setting { gain_db: bus.gain_db, mute: bus.mute, solo: false, stance, channels: 2 }, place)
        });
        Self { tracks: tracks.collect(), buses: buses.collect() }
    }

    /// Turns a knob; what it changes is there after `ramp` frames. Audio thread.
    pub(crate) fn turn<I: Input>(&mut self, strip: Strip, dial: Dial, ramp: u64, renderer: &mut Renderer<Guarded<I>>) {
        let setting = match strip {
            Strip::Track(index) => self.tracks.get_mut(index),
            Strip::Bus(index) => self.buses.get_mut(index).map(|(setting, _)| setting),
            Strip::Master => None,
        };
        let Some(setting) = setting else { return };
        match dial {
            Dial::Gain(gain_db) => setting.gain_db = gain_db,
            Dial::Pan(pan) => setting.stance.pan = pan,
            Dial::Width(width) => setting.stance.width = width,
            Dial::Mute(mute) => setting.mute = mute,
            Dial::Solo(solo) => setting.solo = solo,
            Dial::Polarity(polarity) => setting.stance.polarity = polarity,
        }
        match (strip, dial) {
            // Whether a track is heard depends on every other's solo.
            (_, Dial::Solo(_)) => (0..self.tracks.len()).for_each(|index| self.go_track(index, ramp, renderer)),
            (Strip::Track(index), _) => self.go_track(index, ramp, renderer),
            (Strip::Bus(index), _) => {
                let (setting, place) = &self.buses[index];
                if let Some(bus) = renderer.summing_mut().bus_mut(*place) {
                    bus.go(setting.stance.matrix(2), fader(setting.gain_db, setting.mute), ramp);
                }
            }
            (Strip::Master, _) => {}
        }
    }

    fn go_track<I: Input>(&self, index: usize, ramp: u64, renderer: &mut Renderer<Guarded<I>>) {
        let setting = &self.tracks[index];
        let silent = setting.mute || (!setting.solo && self.tracks.iter().any(|track| track.solo));
        let matrix = setting.stance.matrix(setting.channels);
        renderer.tracks_mut()[index].strip_mut().go(matrix, fader(setting.gain_db, silent), ramp);
    }
}

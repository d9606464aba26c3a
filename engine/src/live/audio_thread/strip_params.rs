//! Faders and other parameters of all strips at the current frame.

use super::finite_input::FiniteInput;
use crate::live::control::command::StripId;
use crate::mix::mixer::Renderer;
use crate::mix::{Input, Routing, SoloSwitches, StereoPosition, fader};
use crate::session::{Polarity, Session};

/// One parameter and its new value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StripParam {
    Gain(f64),
    Pan(f64),
    Width(f64),
    Mute(bool),
    Solo(bool),
    Polarity(Polarity),
}

/// Settings that determine a strip's matrix and fader.
#[derive(Clone, Copy, Debug)]
struct StripSettings {
    gain_db: f64,
    mute: bool,
    stereo: StereoPosition,
    channels: usize,
}

/// Settings of all strips.
pub(crate) struct StripParams {
    tracks: Vec<StripSettings>,
    /// Buses in session order, each with its index in the routing.
    buses: Vec<(StripSettings, usize)>,
    solo: SoloSwitches,
}

impl StripParams {
    /// Takes the settings of a session. Control thread; allocates.
    pub(crate) fn new(session: &Session, channels: &[usize], routing: &Routing) -> Self {
        let tracks = session.tracks.iter().zip(channels).map(|(track, &channels)| StripSettings {
            gain_db: track.gain_db,
            mute: track.mute,
            stereo: StereoPosition::of_track(track),
            channels,
        });
        let mut positions = vec![0; session.buses.len()];
        routing.buses.iter().enumerate().for_each(|(position, route)| positions[route.index] = position);
        let buses = session.buses.iter().zip(positions).map(|(bus, position)| {
            let stereo = StereoPosition::of_bus(bus);
            (StripSettings { gain_db: bus.gain_db, mute: bus.mute, stereo, channels: 2 }, position)
        });
        Self { tracks: tracks.collect(), buses: buses.collect(), solo: SoloSwitches::new(session, routing) }
    }

    /// Changes a parameter over `ramp` frames. Audio thread.
    pub(crate) fn set<I: Input>(
        &mut self,
        strip: StripId,
        param: StripParam,
        ramp: u64,
        renderer: &mut Renderer<FiniteInput<I>>,
    ) {
        let setting = match strip {
            StripId::Track(index) => self.tracks.get_mut(index),
            StripId::Bus(index) => self.buses.get_mut(index).map(|(setting, _)| setting),
            StripId::Master => None,
        };
        let Some(setting) = setting else { return };
        match param {
            StripParam::Gain(gain_db) => setting.gain_db = gain_db,
            StripParam::Pan(pan) => setting.stereo.pan = pan,
            StripParam::Width(width) => setting.stereo.width = width,
            StripParam::Mute(mute) => setting.mute = mute,
            StripParam::Polarity(polarity) => setting.stereo.polarity = polarity,
            StripParam::Solo(solo) => match strip {
                StripId::Track(index) => self.solo.set_track(index, solo),
                StripId::Bus(index) => self.solo.set_bus(index, solo),
                StripId::Master => {}
            },
        }
        match (strip, param) {
            // Each track depends on the solo switches of all strips.
            (_, StripParam::Solo(_)) => (0..self.tracks.len()).for_each(|index| self.ramp_track(index, ramp, renderer)),
            (StripId::Track(index), _) => self.ramp_track(index, ramp, renderer),
            (StripId::Bus(index), _) => {
                let (setting, position) = &self.buses[index];
                if let Some(bus) = renderer.summing_mut().bus_mut(*position) {
                    bus.ramp_to(setting.stereo.matrix(2), fader(setting.gain_db, setting.mute), ramp);
                }
            }
            (StripId::Master, _) => {}
        }
    }

    fn ramp_track<I: Input>(&self, index: usize, ramp: u64, renderer: &mut Renderer<FiniteInput<I>>) {
        let setting = &self.tracks[index];
        let silent = setting.mute || !self.solo.is_audible(index);
        let matrix = setting.stereo.matrix(setting.channels);
        renderer.tracks_mut()[index].strip_mut().ramp_to(matrix, fader(setting.gain_db, silent), ramp);
    }
}

//! The mixer's state, and the requests of its keys, without a terminal.

use crate::cli::terminal::one_line;
use mixdown_engine::live::{BANDS, Command, Control, Event, LoopRange, Motion, Reading, StripId, StripName};
use mixdown_engine::meter::LiveLevels;
use mixdown_engine::session::Polarity;
use mixdown_engine::units::SampleRate;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Step of a seek key, in seconds.
const SEEK_S: f64 = 5.0;
/// A loop's length, in seconds.
const LOOP_S: f64 = 8.0;
/// Hold time of a peak, in readings.
const HOLD: u32 = 45;

/// A strip as it is shown.
#[derive(Clone, Debug)]
pub(super) struct StripView {
    pub(super) place: StripName,
    pub(super) strip: StripId,
    pub(super) name: String,
    pub(super) gain_db: f64,
    pub(super) pan: f64,
    pub(super) mute: bool,
    pub(super) solo: bool,
    pub(super) inverted: bool,
    pub(super) inserts: usize,
    pub(super) bypassed: bool,
    pub(super) peak_dbfs: Option<f64>,
    pub(super) rms_dbfs: Option<f64>,
    pub(super) held_dbfs: Option<f64>,
    pub(super) reduction_db: f64,
    held_for: u32,
}

/// The master as it is shown.
#[derive(Clone, Debug)]
pub(super) struct MasterView {
    pub(super) levels: LiveLevels,
    pub(super) reduction_db: f64,
    pub(super) spectrum_dbfs: [f32; BANDS],
}

/// All that is shown.
pub(super) struct Mixer {
    pub(super) strips: Vec<StripView>,
    pub(super) master: MasterView,
    pub(super) selected: usize,
    pub(super) rate: SampleRate,
    pub(super) motion: Motion,
    pub(super) position: u64,
    pub(super) length: Option<u64>,
    pub(super) loop_range: Option<LoopRange>,
    pub(super) load: f64,
    pub(super) starvations: u64,
    /// The latest message.
    pub(super) message: String,
    pub(super) help: bool,
}

/// Request of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Request {
    Nothing,
    Commands(Vec<Command>),
    Quit,
}

impl Mixer {
    pub(super) fn new(control: &Control, rate: SampleRate, length: Option<u64>, loop_range: Option<LoopRange>) -> Self {
        let session = control.full_session();
        let view = |place, strip, name: &str| StripView {
            place,
            strip,
            name: one_line(name).into_owned(),
            gain_db: 0.0,
            pan: 0.0,
            mute: false,
            solo: false,
            inverted: false,
            inserts: 0,
            bypassed: false,
            peak_dbfs: None,
            rms_dbfs: None,
            held_dbfs: None,
            reduction_db: 0.0,
            held_for: 0,
        };
        let tracks = session.tracks.iter().enumerate().map(|(index, track)| {
            let title = track.title();
            view(StripName::Track(title.to_string()), StripId::Track(index), &title)
        });
        let buses = session.buses.iter().enumerate();
        let buses = buses.map(|(index, bus)| view(StripName::Bus(bus.name.clone()), StripId::Bus(index), &bus.name));
        let mut mixer = Self {
            strips: tracks.chain(buses).collect(),
            master: MasterView { levels: LiveLevels::default(), reduction_db: 0.0, spectrum_dbfs: [-120.0; BANDS] },
            selected: 0,
            rate,
            motion: Motion::Still,
            position: 0,
            length,
            loop_range,
            load: 0.0,
            starvations: 0,
            message: "? shows the keys".into(),
            help: false,
        };
        mixer.refresh(control);
        mixer
    }

    /// Takes over the faders as they have been set.
    pub(super) fn refresh(&mut self, control: &Control) {
        let session = control.full_session();
        for view in &mut self.strips {
            match view.strip {
                StripId::Track(index) => {
                    let track = &session.tracks[index];
                    (view.gain_db, view.pan, view.mute, view.solo) = (track.gain_db, track.pan, track.mute, track.solo);
                    (view.inverted, view.inserts) = (track.polarity == Polarity::Inverted, track.inserts.len());
                }
                StripId::Bus(index) => {
                    let bus = &session.buses[index];
                    (view.gain_db, view.pan, view.mute, view.solo) = (bus.gain_db, bus.pan, bus.mute, bus.solo);
                    (view.inverted, view.inserts) = (bus.polarity == Polarity::Inverted, bus.inserts.len());
                }
                StripId::Master => {}
            }
            view.bypassed = view.inserts > 0 && (0..view.inserts).all(|insert| control.is_bypassed(view.strip, insert));
        }
        let counters = control.counters();
        let stats = counters.stats();
        (self.position, self.load, self.starvations) = (counters.position(), stats.mean_load, stats.starvations);
    }

    /// Shows a reading.
    pub(super) fn show(&mut self, reading: &Reading) {
        if reading.strip == StripId::Master {
            self.master = MasterView {
                levels: reading.levels,
                reduction_db: reading.gain_reduction_db,
                spectrum_dbfs: reading.spectrum_dbfs,
            };
        }
        let Some(view) = self.strips.iter_mut().find(|view| view.strip == reading.strip) else { return };
        (view.peak_dbfs, view.rms_dbfs) = (reading.levels.peak_dbfs, reading.levels.rms_dbfs);
        view.reduction_db = reading.gain_reduction_db;
        view.held_for += 1;
        if view.held_for > HOLD || view.peak_dbfs >= view.held_dbfs {
            (view.held_dbfs, view.held_for) = (view.peak_dbfs, 0);
        }
    }

    /// Takes over the motion of an event, and shows its sentence, if any.
    pub(super) fn note(&mut self, event: &Event, sentence: Option<String>) {
        if let Event::Moved { motion, .. } = event {
            self.motion = *motion;
        }
        if let Some(sentence) = sentence {
            self.message = sentence;
        }
    }

    /// Returns the request of a key.
    pub(super) fn key(&mut self, key: KeyEvent) -> Request {
        let fine = key.modifiers.contains(KeyModifiers::SHIFT);
        let last = self.strips.len().saturating_sub(1);
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Request::Quit,
            KeyCode::Esc if self.help => self.help = false,
            KeyCode::Char('q') | KeyCode::Esc => return Request::Quit,
            KeyCode::Char('?' | 'h') => self.help = !self.help,
            KeyCode::Left => self.selected = self.selected.saturating_sub(1),
            KeyCode::Right | KeyCode::Tab => self.selected = (self.selected + 1).min(last),
            KeyCode::Char(' ') => {
                let plays = self.motion == Motion::Still;
                return Request::Commands(vec![if plays { Command::Play } else { Command::Pause }]);
            }
            KeyCode::Home => return Request::Commands(vec![Command::Seek { position: 0 }]),
            KeyCode::Char(',') => return self.seek(-SEEK_S),
            KeyCode::Char('.') => return self.seek(SEEK_S),
            KeyCode::Char('l') => return self.turn_loop(),
            code => return self.strip_key(code, fine),
        }
        Request::Nothing
    }

    fn seek(&self, seconds: f64) -> Request {
        let step = self.rate.frames(seconds.abs());
        let position =
            if seconds < 0.0 { self.position.saturating_sub(step) } else { self.position.saturating_add(step) };
        let position = position.min(self.length.unwrap_or(u64::MAX));
        Request::Commands(vec![Command::Seek { position }])
    }

    fn turn_loop(&mut self) -> Request {
        let whole = self.rate.frames(LOOP_S);
        // A loop stays within the mix, and is the whole of a short one.
        let length = self.length.filter(|length| *length > 0).unwrap_or(u64::MAX);
        let start = self.position.saturating_sub(whole / 2).min(length.saturating_sub(whole));
        let end = start.saturating_add(whole).min(length);
        self.loop_range = if self.loop_range.is_none() { Some((start, end)) } else { None };
        Request::Commands(vec![Command::Loop { range: self.loop_range }])
    }

    /// Returns the request of a key that changes the selected strip.
    fn strip_key(&self, code: KeyCode, fine: bool) -> Request {
        let Some(view) = self.strips.get(self.selected) else { return Request::Nothing };
        let place = view.place.clone();
        let gain = |step: f64| {
            // Tenths of a decibel, so that steps up and down meet again.
            let gain_db = ((view.gain_db + step) * 10.0).round() / 10.0;
            Command::Gain { place: place.clone(), gain_db: gain_db.clamp(-120.0, 60.0) }
        };
        let pan = |step: f64| {
            let pan = ((view.pan + step) * 20.0).round() / 20.0;
            Command::Pan { place: place.clone(), pan: pan.clamp(-1.0, 1.0) }
        };
        let step = if fine { 0.1 } else { 1.0 };
        let command = match code {
            KeyCode::Up => gain(step),
            KeyCode::Down => gain(-step),
            KeyCode::Char('+' | '=') => gain(0.1),
            KeyCode::Char('-') => gain(-0.1),
            KeyCode::Char('r') => gain(-view.gain_db),
            KeyCode::Char('[') => pan(-0.05),
            KeyCode::Char(']') => pan(0.05),
            KeyCode::Char('m') => Command::Mute { place, mute: !view.mute },
            KeyCode::Char('s') => Command::Solo { place, solo: !view.solo },
            KeyCode::Char('p') => {
                let polarity = if view.inverted { Polarity::Normal } else { Polarity::Inverted };
                Command::Polarity { place, polarity }
            }
            KeyCode::Char('b') => {
                let bypass = |insert| Command::Bypass { place: place.clone(), insert, bypass: !view.bypassed };
                return Request::Commands((0..view.inserts).map(bypass).collect());
            }
            _ => return Request::Nothing,
        };
        Request::Commands(vec![command])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use mixdown_engine::live::{LiveOptions, open_replay};
    use mixdown_engine::render::Plan;
    use mixdown_engine::session::{Bus, Session, Track};

    /// Returns a mixer of two tracks, its control, and the engine that takes the commands.
    pub(in crate::cli::play) fn mixer() -> (Mixer, Control, Box<dyn std::any::Any>) {
        mixer_with(&[])
    }

    /// Returns a mixer of two tracks and these buses; see [`mixer`].
    fn mixer_with(buses: &[&str]) -> (Mixer, Control, Box<dyn std::any::Any>) {
        let stem = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/stems/band/");
        let tracks = ["drums", "bass"].map(|name| Track::new(format!("{stem}{name}.flac")));
        let plan = Plan::new(Session {
            tracks: tracks.into(),
            buses: buses.iter().map(|name| Bus::new(*name)).collect(),
            ..Session::default()
        })
        .unwrap();
        let live = open_replay(&plan, &LiveOptions::default()).unwrap();
        let mixer = Mixer::new(&live.control, plan.sample_rate(), plan.expected_frames(), None);
        (mixer, live.control, Box::new(live.engine))
    }

    fn press(mixer: &mut Mixer, control: &mut Control, code: KeyCode) {
        if let Request::Commands(commands) = mixer.key(KeyEvent::new(code, KeyModifiers::NONE)) {
            for command in commands {
                control.now(command).unwrap();
            }
        }
        mixer.refresh(control);
    }

    #[test]
    fn keys_move_the_faders_of_the_selected_strip() {
        let (mut mixer, mut control, _engine) = mixer();
        for code in [KeyCode::Right, KeyCode::Up, KeyCode::Up, KeyCode::Char('-'), KeyCode::Char('[')] {
            press(&mut mixer, &mut control, code);
        }
        for key in ['m', 's', 'p'] {
            press(&mut mixer, &mut control, KeyCode::Char(key));
        }
        let session = control.session();
        let bass = &session.tracks[1];
        assert_eq!((bass.gain_db, bass.pan, bass.mute, bass.solo), (1.9, -0.05, true, true));
        assert_eq!(bass.polarity, Polarity::Inverted);
        assert_eq!(session.tracks[0], untouched_drums());
        press(&mut mixer, &mut control, KeyCode::Char('r'));
        assert_eq!(control.session().tracks[1].gain_db, 0.0);
    }

    #[test]
    fn a_bus_has_the_switches_of_a_track() {
        let (mut mixer, mut control, _engine) = mixer_with(&["group"]);
        for code in [KeyCode::Right, KeyCode::Right, KeyCode::Char('m'), KeyCode::Char('s'), KeyCode::Char('p')] {
            press(&mut mixer, &mut control, code);
        }
        let bus = &control.session().buses[0];
        assert_eq!((bus.mute, bus.solo, bus.polarity), (true, true, Polarity::Inverted));
        let view = &mixer.strips[2];
        assert!(view.mute && view.solo && view.inverted);
        press(&mut mixer, &mut control, KeyCode::Char('s'));
        press(&mut mixer, &mut control, KeyCode::Char('p'));
        assert_eq!(control.session().buses[0], Bus { mute: true, ..Bus::new("group") });
    }

    fn untouched_drums() -> Track {
        Track::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/stems/band/drums.flac"))
    }

    #[test]
    fn the_transport_plays_pauses_seeks_and_loops() {
        let (mut mixer, ..) = mixer();
        let key = |mixer: &mut Mixer, code| mixer.key(KeyEvent::new(code, KeyModifiers::NONE));
        assert_eq!(key(&mut mixer, KeyCode::Char(' ')), Request::Commands(vec![Command::Play]));
        mixer.motion = Motion::Rolling;
        assert_eq!(key(&mut mixer, KeyCode::Char(' ')), Request::Commands(vec![Command::Pause]));
        assert_eq!(key(&mut mixer, KeyCode::Char(',')), Request::Commands(vec![Command::Seek { position: 0 }]));
        let Request::Commands(seek) = key(&mut mixer, KeyCode::Char('.')) else { panic!() };
        assert_eq!(seek, [Command::Seek { position: mixer.rate.frames(5.0).min(mixer.length.unwrap()) }]);
        let Request::Commands(looped) = key(&mut mixer, KeyCode::Char('l')) else { panic!() };
        assert_eq!(looped, [Command::Loop { range: Some((0, mixer.rate.frames(8.0))) }]);
        assert_eq!(key(&mut mixer, KeyCode::Char('l')), Request::Commands(vec![Command::Loop { range: None }]));
        assert_eq!(key(&mut mixer, KeyCode::Char('q')), Request::Quit);
    }
}

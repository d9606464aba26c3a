//! Texts with readings, made of the engine's readings.

use super::super::message::ReadingsRequest;
use super::loudness::PlayedLoudness;
use super::strip_levels::{StripLevels, shown};
use mixdown_engine::audio::Block;
use mixdown_engine::live::{BANDS, Reading, StripId, StripName};
use mixdown_engine::meter::LiveLevels;
use mixdown_engine::units::SampleRate;
use serde_json::{Map, Value, json};

/// Lowest frequency of a spectrum, in hertz.
const LOWEST_HZ: f64 = 20.0;

/// Levels of all strips, and the readings that a client wants.
pub(super) struct Levels {
    /// The wanted readings.
    pub(super) wanted: ReadingsRequest,
    rate: SampleRate,
    /// Frames between two readings of the engine.
    engine_interval: u64,
    places: Vec<StripName>,
    tracks: usize,
    strips: Vec<StripLevels>,
    loudness: PlayedLoudness,
    /// Highest true peak of the master since the last text, in dBTP.
    true_peak_dbtp: Option<f64>,
    /// Rendered frame at which the next text is due.
    due: u64,
    bands_hz: Vec<f64>,
}

/// The moment that a text describes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Number of the frame on the socket.
    pub(super) frame: u64,
    /// Session frame.
    pub(super) position: u64,
}

impl Levels {
    /// Creates silent levels. `places` are tracks, buses, the master.
    pub(super) fn new(places: Vec<StripName>, rate: SampleRate, engine_rate_hz: f64, wanted: ReadingsRequest) -> Self {
        let ratio = rate.nyquist_hz() / LOWEST_HZ;
        let centre_hz = |band: usize| LOWEST_HZ * ratio.powf((band as f64 + 0.5) / BANDS as f64);
        Self {
            wanted,
            rate,
            engine_interval: rate.frames(1.0 / engine_rate_hz),
            tracks: places.iter().filter(|place| matches!(place, StripName::Track(_))).count(),
            strips: vec![StripLevels::default(); places.len()],
            places,
            loudness: PlayedLoudness::new(rate),
            true_peak_dbtp: None,
            due: 0,
            bands_hz: (0..BANDS).map(centre_hz).map(shown).collect(),
        }
    }

    /// Begins the loudness of what has played anew.
    pub(super) fn reset_loudness(&mut self) {
        self.loudness.reset();
    }

    /// Meters the next block of the master.
    pub(super) fn observe(&mut self, block: &Block<'_>) {
        self.loudness.observe(block);
    }

    /// Adds a reading; returns true if it is the master's and a text is due.
    pub(super) fn add(&mut self, reading: &Reading) -> bool {
        let index = match reading.strip {
            StripId::Track(index) => index,
            StripId::Bus(index) => self.tracks + index,
            StripId::Master => self.places.len() - 1,
        };
        self.strips[index].add(reading);
        if reading.strip != StripId::Master {
            return false;
        }
        let peaks = [self.true_peak_dbtp, reading.levels.true_peak_dbtp];
        self.true_peak_dbtp = peaks.into_iter().flatten().reduce(f64::max);
        if self.wanted.rate_hz <= 0.0 || reading.frame < self.due {
            return false;
        }
        // Half an interval of the engine less, so that no reading is missed by a frame.
        self.due = reading.frame + self.rate.frames(1.0 / self.wanted.rate_hz).saturating_sub(self.engine_interval / 2);
        true
    }

    /// Returns the texts for a reading of the master.
    pub(super) fn texts(&mut self, reading: &Reading, moment: Moment) -> Vec<Value> {
        let levels = LiveLevels { true_peak_dbtp: self.true_peak_dbtp.take(), ..reading.levels };
        let master = self.master(&levels, reading.gain_reduction_db);
        let mut texts = vec![self.text(moment, true, &master)];
        if self.wanted.spectrum {
            let levels: Vec<f64> = reading.spectrum_dbfs.iter().map(|level| shown(f64::from(*level))).collect();
            let text =
                json!({ "event": "spectrum", "frame": moment.frame, "bands_hz": self.bands_hz, "levels_db": levels });
            texts.push(text);
        }
        if self.wanted.scope {
            let point = |point: &[f32; 2]| point.map(|sample| mixdown_engine::meter::rounded(f64::from(sample), 4));
            let points: Vec<[f64; 2]> = reading.scope.iter().map(point).collect();
            texts.push(json!({ "event": "scope", "frame": moment.frame, "points": points }));
        }
        texts
    }

    /// Returns the text while nothing plays: without levels.
    pub(super) fn still(&mut self, moment: Moment) -> Value {
        self.strips.fill(StripLevels::default());
        self.true_peak_dbtp = None;
        let master = self.master(&LiveLevels::default(), 0.0);
        self.text(moment, false, &master)
    }

    fn text(&mut self, Moment { frame, position }: Moment, playing: bool, master: &Value) -> Value {
        let strips = self.places.iter().zip(&mut self.strips).map(|(place, levels)| levels.take(place));
        json!({
            "event": "readings",
            "frame": frame,
            "position_s": mixdown_engine::meter::rounded(self.rate.seconds(position), 4),
            "playing": playing,
            "strips": strips.collect::<Vec<_>>(),
            "master": master,
        })
    }

    fn master(&self, levels: &LiveLevels, reduction_db: f64) -> Value {
        let mut master: Map<String, Value> =
            levels.iter().map(|(row, level)| (row.key.to_owned(), level.map(shown).into())).collect();
        master.extend(self.loudness.values().map(|(key, level)| (key.to_owned(), level.map(shown).into())));
        master.insert("reduction_db".into(), shown(reduction_db).into());
        Value::Object(master)
    }
}

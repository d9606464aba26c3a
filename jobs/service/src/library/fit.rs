//! The fit of stems with other music, in words.

use mixdown_library::{MusicalKey, StemRecord};
use serde::Serialize;
use utoipa::ToSchema;

/// The largest stretch of a tempo that mixes.
const STRETCH: f64 = 0.06;

/// The music that stems are compared with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reference {
    /// Its key.
    pub(crate) key: Option<MusicalKey>,
    /// Its tempo, in beats a minute.
    pub(crate) bpm: Option<f64>,
}

/// The fit of a stem.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Fit {
    /// Its key: same, related, other or unknown.
    key: &'static str,
    /// Its tempo: same, stretch, half, double, other or unknown.
    tempo: &'static str,
    /// The factor of its tempo that makes it fit; null where none does.
    stretch: Option<f64>,
}

impl Reference {
    /// Returns how a stem fits with this music.
    pub(crate) fn fit(&self, record: &StemRecord) -> Fit {
        let key = match (self.key, record.key) {
            (Some(own), Some(other)) if own == other => "same",
            (Some(own), Some(other)) if own.related().contains(&other) => "related",
            (Some(_), Some(_)) => "other",
            _ => "unknown",
        };
        let (Some(own), Some(bpm)) = (self.bpm, record.bpm) else {
            return Fit { key, tempo: "unknown", stretch: None };
        };
        // A stem at half the tempo counts two of the own beats as one.
        let ways = [("same", own / bpm), ("half", own / 2.0 / bpm), ("double", own * 2.0 / bpm)];
        let near = |(_, stretch): &&(&'static str, f64)| (stretch - 1.0).abs() <= STRETCH;
        let (tempo, stretch) = match ways.iter().find(near) {
            None => ("other", None),
            Some((way, stretch)) => (*way, Some(*stretch)),
        };
        let is_stretched = tempo == "same" && stretch.is_some_and(|stretch: f64| (stretch - 1.0).abs() > 0.001);
        Fit { key, tempo: if is_stretched { "stretch" } else { tempo }, stretch }
    }
}

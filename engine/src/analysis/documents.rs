//! The documents that a render leaves behind: `meters.json`, and the name of `spectrum.json`'s form.

use crate::meter::{INTERVAL_MS, Measurement, MeterSeries, ProgrammeMeter};
use serde::{Deserialize, Serialize};

/// The form of `spectrum.json`: the number rises when a reader of the last form would misread the new one.
pub const SPECTRUM_SCHEMA: &str = "mixdown.spectrum/1";
/// The form of `meters.json`.
pub const METERS_SCHEMA: &str = "mixdown.meters/1";

/// What `meters.json` holds. All numbers are rounded (see [`MeterSeries`] and [`Measurement::rounded`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetersDocument {
    /// [`METERS_SCHEMA`].
    pub schema: String,
    /// Milliseconds between the values of every series: 100.
    pub interval_ms: u32,
    /// The master as written.
    pub master: MasterMeters,
    /// The tracks, in session order.
    pub tracks: Vec<StripMeters>,
    /// The buses, in session order.
    #[serde(default)]
    pub buses: Vec<StripMeters>,
}

/// The meters of the master.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MasterMeters {
    /// Readings every 100 ms.
    pub series: MeterSeries,
    /// The limiter's largest gain reduction of every 100 ms, 0 or more, dB; empty without a limiter.
    pub gain_reduction_db: Vec<f64>,
    /// Readings of the whole.
    pub summary: Measurement,
}

/// The meters of one track or bus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StripMeters {
    /// Its name in the session.
    pub name: String,
    /// Readings every 100 ms.
    pub series: MeterSeries,
    /// Readings of the whole.
    pub summary: Measurement,
}

impl MetersDocument {
    /// What the meters have read: the master, and each track and bus with its name, in session order. The strips' meters give up
    /// their rows, so that the document takes their place in memory.
    pub fn new<'a>(
        master: &ProgrammeMeter,
        gain_reduction_db: Vec<f64>,
        tracks: impl IntoIterator<Item = (&'a str, &'a mut ProgrammeMeter)>,
        buses: impl IntoIterator<Item = (&'a str, &'a mut ProgrammeMeter)>,
    ) -> Self {
        let strip = |(name, meter): (&str, &mut ProgrammeMeter)| StripMeters {
            name: name.to_owned(),
            series: meter.take_series(),
            summary: meter.measurement().rounded(),
        };
        Self {
            schema: METERS_SCHEMA.to_owned(),
            interval_ms: INTERVAL_MS,
            master: MasterMeters {
                series: master.series(),
                gain_reduction_db,
                summary: master.measurement().rounded(),
            },
            tracks: tracks.into_iter().map(strip).collect(),
            buses: buses.into_iter().map(strip).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Block, ChannelLayout};
    use crate::process::Tap;
    use crate::units::SampleRate;
    use mixdown_fixtures::signals::pink_noise;

    #[test]
    fn the_document_comes_back_from_its_text_and_stays_small() {
        let rate = SampleRate::new(48_000).unwrap();
        let mut meter = ProgrammeMeter::with_series(rate, &ChannelLayout::mono());
        meter.observe(&Block::mono(&pink_noise(1, 0.1, 480_000)));
        let (mut bass, mut vox, mut band) = (meter.clone(), meter.clone(), meter.clone());
        let tracks = [("bass", &mut bass), ("vox", &mut vox)];
        let document = MetersDocument::new(&meter, Vec::new(), tracks, [("band", &mut band)]);
        assert_eq!((document.tracks[1].series.clone(), vox.latest()), (meter.series(), None));
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<MetersDocument>(&text).unwrap(), document);
        assert!(text.starts_with(r#"{"schema":"mixdown.meters/1","interval_ms":100,"master":{"series":{"#));
        // Seven readings of up to eight characters and a comma, 100 intervals, three programmes.
        assert!(text.len() < 3 * (100 * 7 * 9 + 1_000), "{}", text.len());
        assert_eq!(document.tracks.iter().map(|track| track.name.as_str()).collect::<Vec<_>>(), ["bass", "vox"]);
    }
}

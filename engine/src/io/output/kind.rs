//! The kinds of files that are written, and how an earlier one is distinguished from another
//! program's file.

use super::wav::read_broadcast_extension;
use super::{master, packed};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub struct OutputKind {
    /// Description of such a file, as in `not a WAV file that mixdown wrote`.
    pub what: &'static str,
    /// Returns true if mixdown wrote a file, judged by its content.
    pub is_ours: fn(File) -> bool,
    /// True if such a file is made to be edited: then it is never replaced without `force`.
    pub is_edited: bool,
}

impl OutputKind {
    /// Audio: its `bext` chunk names mixdown as originator.
    pub const WAVE: Self = Self::new("a WAV file that mixdown wrote", |file| {
        read_broadcast_extension(file).is_some_and(|bext| master::is_ours(&bext))
    });
    /// FLAC or Opus: a tag names mixdown as encoder.
    pub const PACKED: Self = Self::new("an audio file that mixdown wrote", packed::is_ours);
    /// Waveform data, binary: its length matches its header.
    pub const WAVEFORM_DAT: Self = Self::new("waveform data", is_waveform_dat);
    /// Waveform data, JSON: every key is there, and as much data as they state.
    pub const WAVEFORM_JSON: Self = Self::new("waveform data", is_waveform_json);
    /// `spectrum.json`, identified by its `schema` key.
    pub const SPECTRUM: Self = Self::new("a spectrum of mixdown", |file| has_schema(file, "mixdown.spectrum/"));
    /// `meters.json`, identified by its `schema` key.
    pub const METERS: Self = Self::new("meter data of mixdown", |file| has_schema(file, "mixdown.meters/"));
    /// `report.json`, identified by its `schema` key.
    pub const REPORT: Self = Self::new("a report of mixdown", |file| has_schema(file, "mixdown-report/"));
    /// The analysis of a song, identified by its `schema` key.
    pub const SONG: Self = Self::new("an analysis of mixdown", |file| has_schema(file, "mixdown.song/"));
    /// `report.html`, identified by its head.
    pub const PAGE: Self = Self::new("a report page of mixdown", is_page);
    /// A picture: a PNG file.
    #[cfg(feature = "report")]
    pub const PICTURE: Self =
        Self::new("a PNG picture", |file| png::Decoder::new(BufReader::new(file)).read_info().is_ok());
    /// A picture: a build without pictures takes none for its own.
    #[cfg(not(feature = "report"))]
    pub const PICTURE: Self = Self::new("a PNG picture", |_| false);
    /// A session document: made to be edited.
    pub const SESSION: Self = Self { what: "a session", is_ours: |_| false, is_edited: true };

    /// Builds a kind that is identified by `is_ours`.
    pub const fn new(what: &'static str, is_ours: fn(File) -> bool) -> Self {
        Self { what, is_ours, is_edited: false }
    }
}

/// Bytes of a page's head that contain its generator.
const PAGE_HEAD: u64 = 1_024;

fn is_page(file: File) -> bool {
    let mut head = Vec::new();
    let read = file.take(PAGE_HEAD).read_to_end(&mut head);
    let text = String::from_utf8_lossy(&head);
    read.is_ok() && (text.contains("name=\"generator\" content=\"mixdown\"") || text.contains("mixdown report</title>"))
}

/// Returns true for the binary form of audiowaveform, versions 1 and 2.
fn is_waveform_dat(mut file: File) -> bool {
    let mut header = [0; 24];
    let (Ok(metadata), Ok(())) = (file.metadata(), file.read_exact(&mut header[..20])) else { return false };
    let word = |header: &[u8; 24], at: usize| {
        u64::from(u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]))
    };
    let (header_bytes, channels) = match word(&header, 0) {
        1 => (20, 1),
        2 if file.read_exact(&mut header[20..]).is_ok() => (24, word(&header, 20)),
        _ => return false,
    };
    let value_bytes = if word(&header, 4) & 1 == 1 { 1 } else { 2 };
    let values = u128::from(word(&header, 16)) * u128::from(channels) * 2;
    word(&header, 4) <= 1 && u128::from(metadata.len()) == header_bytes + values * value_bytes
}

/// Content of the JSON form of audiowaveform.
#[derive(Deserialize)]
struct WaveformJson {
    version: u32,
    #[serde(default = "one")]
    channels: u64,
    #[serde(rename = "sample_rate")]
    _sample_rate: u32,
    #[serde(rename = "samples_per_pixel")]
    _samples_per_pixel: u32,
    #[serde(rename = "bits")]
    _bits: u32,
    length: u64,
    #[serde(deserialize_with = "count")]
    data: u64,
}

fn one() -> u64 {
    1
}

fn is_waveform_json(file: File) -> bool {
    let read: Result<WaveformJson, _> = serde_json::from_reader(BufReader::new(file));
    read.is_ok_and(|it| {
        let values = it.length.checked_mul(it.channels).and_then(|pairs| pairs.checked_mul(2));
        matches!(it.version, 1 | 2) && values == Some(it.data)
    })
}

/// Counts a list of numbers without keeping them.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Count;
    impl<'de> Visitor<'de> for Count {
        type Value = u64;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of numbers")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<u64, A::Error> {
            let mut count = 0;
            while values.next_element::<i16>()?.is_some() {
                count += 1;
            }
            Ok(count)
        }
    }
    deserializer.deserialize_seq(Count)
}

/// Returns true if a JSON document has a key `schema` that begins so. The rest is not read.
fn has_schema(file: File, beginning: &str) -> bool {
    struct Schema<'a>(&'a mut Option<String>);
    impl<'de> Visitor<'de> for Schema<'_> {
        type Value = ();
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a document with a key `schema`")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                if key == "schema" {
                    *self.0 = Some(map.next_value()?);
                    // The rest may be large, and does not matter.
                    return Err(A::Error::custom("found"));
                }
                map.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_reader(BufReader::new(file));
    let _ = deserializer.deserialize_map(Schema(&mut found));
    found.is_some_and(|schema| schema.starts_with(beginning))
}

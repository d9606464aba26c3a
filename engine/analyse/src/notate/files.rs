//! The files of each stem, as bytes.

use super::{NotesDocument, Part, PartKind, TimelineError, timing};
use crate::Song;
use mixdown_notation::score::midi::{played_hits, played_notes, quantised};
use mixdown_notation::score::musicxml::musicxml;
use mixdown_notation::score::roll::{Roll, svg};
use mixdown_notation::score::{Feel, Frame, KeySignature, Quantiser, Score};

/// A file that was not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotationFile {
    /// Name, such as `bass.musicxml`.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// The files of one stem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotatedPart {
    /// `NAME.mid`, `NAME.notes.json`, `NAME.svg`; with bars `NAME.quantised.mid` and
    /// `NAME.musicxml`, too.
    pub files: Vec<NotationFile>,
    /// True if the even eighths of its score are played unevenly.
    pub is_swung: bool,
    /// Sentences about what the files do not have.
    pub warnings: Vec<String>,
}

/// The files of all stems of a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notation {
    /// One entry for each stem.
    pub parts: Vec<NotatedPart>,
    /// Bars of the scores, the pick-up counted; none without beats.
    pub bars: Option<usize>,
    /// Time signature, such as `3/4`.
    pub metre: Option<String>,
    /// Sentences about the song.
    pub warnings: Vec<String>,
}

/// Bars of a song with what its scores share.
struct Sheet<'a> {
    /// Division of the beats of each stem, with its quantiser.
    stems: Vec<(Feel, Quantiser<'a>)>,
    frame: Frame,
    key: Option<KeySignature>,
    /// Numbers and times of the bars.
    bars: Vec<(i64, f64)>,
}

/// Writes down the notes of the stems of one song. Without beats or bars there are no scores, and
/// a sentence states so.
///
/// # Errors
/// If the beats of the song are not such as an analysis gives.
pub fn notate(parts: &[Part], song: &Song) -> Result<Notation, TimelineError> {
    let timeline = timing::timeline(song)?;
    let sheet = timeline.as_ref().and_then(|timeline| {
        let feels = timing::feels(parts, timeline);
        let quantisers: Vec<_> = feels.iter().map(|feel| Quantiser::new(timeline, *feel)).collect();
        let frame = timing::frame(parts, timeline, &quantisers)?;
        let beat_ticks = frame.metre.beat_ticks() as f64;
        let bars = frame.bars.iter().map(|bar| (bar.number, timeline.time_s(bar.start as f64 / beat_ticks))).collect();
        Some(Sheet { stems: feels.into_iter().zip(quantisers).collect(), frame, key: timing::key(song), bars })
    });
    let mut warnings = Vec::new();
    if timeline.is_none() {
        let what = if song.beats_s.is_empty() { "beats" } else { "bars" };
        warnings.push(format!(
            "the song has no {what} that were found: no score and no quantised MIDI; the notes are as played"
        ));
    }
    Ok(Notation {
        parts: parts.iter().enumerate().map(|(index, part)| notated(part, index, sheet.as_ref())).collect(),
        bars: sheet.as_ref().map(|sheet| sheet.frame.bars.len()),
        metre: sheet.as_ref().map(|sheet| {
            let metre = sheet.frame.metre;
            format!("{}/{}", metre.numerator(), metre.denominator())
        }),
        warnings,
    })
}

fn notated(part: &Part, index: usize, sheet: Option<&Sheet<'_>>) -> NotatedPart {
    let mut files = Vec::new();
    let mut file = |ending: &str, bytes: Vec<u8>| files.push(NotationFile { name: part.name.clone() + ending, bytes });
    let is_drums = part.kind == PartKind::Drums;
    let played =
        if is_drums { played_hits(&part.name, &part.hits) } else { played_notes(&part.name, part.kind, &part.notes) };
    file(".mid", played);
    let mut is_swung = false;
    if let Some(sheet) = sheet {
        let (feel, quantiser) = sheet.stems[index];
        let (notes, hits) = (quantiser.notes(&part.notes), quantiser.hits(&part.hits));
        let score = if is_drums {
            Score::of_hits(&part.name, &hits, feel, &sheet.frame)
        } else {
            Score::of_notes(&part.name, part.kind, &notes, sheet.key, feel, &sheet.frame)
        };
        is_swung = score.is_swung;
        file(".quantised.mid", quantised(&part.name, part.kind, &notes, &hits, sheet.key, &sheet.frame));
        file(".musicxml", musicxml(&score));
    }
    let document = serde_json::to_vec_pretty(&NotesDocument::of(part)).unwrap_or_default();
    file(".notes.json", [&document, &b"\n"[..]].concat());
    let bars = sheet.map_or(&[][..], |sheet| &sheet.bars);
    let (name, duration_s) = (part.name.as_str(), part.duration_s);
    file(".svg", svg(&Roll { name, notes: &part.notes, hits: &part.hits, bars, duration_s }).into_bytes());
    let mut warnings = part.warnings.clone();
    if part.notes.is_empty() && part.hits.is_empty() {
        let what = if is_drums { "drum hits" } else { "notes" };
        warnings.push(format!("no {what} were found: its files are empty"));
    }
    NotatedPart { files, is_swung, warnings }
}

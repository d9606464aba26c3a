//! Beats, bars and key of a song, as a score needs them.

use crate::Song;
use mixdown_notation::score::{Feel, Frame, KeySignature, Quantiser, Timeline, TimelineError};

use super::Part;

/// Returns the timeline of a song; none if no beats or no bars were found.
///
/// # Errors
/// If the beats are not such as an analysis gives.
pub(super) fn timeline(song: &Song) -> Result<Option<Timeline>, TimelineError> {
    match song.beats_per_bar {
        Some(beats) if !song.beats_s.is_empty() && !song.downbeats_s.is_empty() => {
            Timeline::new(&song.beats_s, &song.downbeats_s, beats).map(Some)
        }
        _ => Ok(None),
    }
}

/// Returns the division of the beats of each part. Their metre is the same.
pub(super) fn feels(parts: &[Part], timeline: &Timeline) -> Vec<Feel> {
    let onsets: Vec<f64> = parts.iter().flat_map(Part::onsets_s).collect();
    let song = Feel::of(&onsets, timeline);
    parts.iter().map(|part| song.of_stem(&part.onsets_s().collect::<Vec<_>>(), timeline)).collect()
}

/// Returns the bars that hold all parts, each with its quantiser.
pub(super) fn frame(parts: &[Part], timeline: &Timeline, quantisers: &[Quantiser<'_>]) -> Option<Frame> {
    let (mut first, mut end) = (0, 0);
    for (part, quantiser) in parts.iter().zip(quantisers) {
        for note in quantiser.notes(&part.notes) {
            first = note.start.min(first);
            end = note.end.max(end);
        }
        for hit in quantiser.hits(&part.hits) {
            first = hit.tick.min(first);
            end = (hit.tick + 1).max(end);
        }
    }
    let metre = quantisers.first()?.metre();
    Some(Frame::new(timeline, metre, first, end))
}

/// Returns the key signature of a song, if its key was found.
pub(super) fn key(song: &Song) -> Option<KeySignature> {
    song.key.as_deref().and_then(KeySignature::parse)
}

//! Edit list of an MP4 file with several edits, as passes over the media.
//!
//! An empty edit before the first one is left out, as in `FFmpeg`: it places the track in a movie.
//! One between two others is silence, so that the rest stays in time. An edit that jumps back is
//! read by a decoder of its own from the start.

use crate::io::container::cuts::{Cut, Cuts};
use std::collections::VecDeque;

/// One entry of an edit list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// First media tick to play; `None` for an empty edit.
    pub(super) media_time: Option<u64>,
    /// Length, in ticks of the movie; 0 means up to the end of the media.
    pub(super) duration: u64,
}

/// An edit list, with the clocks of its times.
pub(super) struct EditList<'a> {
    pub(super) list: &'a [Edit],
    /// Ticks per second of the media.
    pub(super) media_timescale: u32,
    /// Ticks per second of the movie.
    pub(super) movie_timescale: u32,
}

/// Returns all edits of a track of `media` frames, one list per pass over the media. The list
/// is empty where a single edit is enough.
pub(super) fn of(edits: &EditList<'_>, rate_hz: u32, media: u64) -> Vec<Cuts> {
    let first = edits.list.iter().position(|edit| edit.media_time.is_some()).unwrap_or(edits.list.len());
    if edits.list.len() < first + 2 || edits.media_timescale == 0 || edits.movie_timescale == 0 {
        return Vec::new();
    }
    let frames = |ticks: u64, timescale: u32| {
        let rounded = u128::from(ticks) * u128::from(rate_hz) + u128::from(timescale) / 2;
        u64::try_from(rounded / u128::from(timescale)).unwrap_or(u64::MAX)
    };
    // The movie's clock is the coarser one: an edit that ends within a tick of the next one's
    // start ends there.
    let tick = frames(1, edits.movie_timescale).max(1);
    let mut passes = vec![VecDeque::new()];
    let mut end = 0;
    for (index, &Edit { media_time, duration }) in edits.list.iter().enumerate().skip(first) {
        let cut = match media_time {
            None => Cut::Silence(frames(duration, edits.movie_timescale)),
            Some(time) => {
                let start = frames(time, edits.media_timescale).min(media);
                let next = edits.list.get(index + 1).and_then(|next| next.media_time);
                let next = next.map(|time| frames(time, edits.media_timescale));
                let stated = start.saturating_add(frames(duration, edits.movie_timescale));
                let joined = next.filter(|next| next.abs_diff(stated) <= tick && *next >= start).unwrap_or(stated);
                let stop = if duration == 0 { media } else { joined.min(media) };
                if start < end {
                    passes.push(VecDeque::new());
                }
                end = stop;
                Cut::Media(start..stop)
            }
        };
        if let Some(pass) = passes.last_mut().filter(|_| cut.frames() > 0) {
            pass.push_back(cut);
        }
    }
    passes.retain(|pass| !pass.is_empty());
    passes.into_iter().map(Cuts::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(list: &[(Option<u64>, u64)]) -> Vec<Cuts> {
        let list: Vec<Edit> = list.iter().map(|&(media_time, duration)| Edit { media_time, duration }).collect();
        of(&EditList { list: &list, media_timescale: 1_000, movie_timescale: 100 }, 1_000, 10_000)
    }

    fn pass(cuts: &[Cut]) -> Cuts {
        Cuts::new(cuts.iter().cloned().collect())
    }

    #[test]
    fn edits_are_cut_joined_and_filled_in_their_order() {
        assert!(
            cuts(&[(None, 50), (Some(100), 20)]).is_empty(),
            "one edit is a trim, and what stands before it a place"
        );
        let two = [Cut::Media(100..300), Cut::Media(1_000..1_500)];
        assert_eq!(cuts(&[(Some(100), 20), (Some(1_000), 50)]), [pass(&two)]);
        let filled = [Cut::Media(100..300), Cut::Silence(500), Cut::Media(300..400)];
        assert_eq!(cuts(&[(Some(100), 20), (None, 50), (Some(300), 10)]), [pass(&filled)]);
        let again = [pass(&[Cut::Media(1_000..1_500)]), pass(&[Cut::Media(100..300)])];
        assert_eq!(cuts(&[(Some(1_000), 50), (Some(100), 20)]), again);
        let joined = [Cut::Media(100..305), Cut::Media(305..405)];
        assert_eq!(cuts(&[(Some(100), 20), (Some(305), 10)]), [pass(&joined)], "no gap of half a tick");
    }
}

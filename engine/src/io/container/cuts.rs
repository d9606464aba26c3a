//! Edit list of an MP4 file with several edits, applied to the decoded frames: parts are cut out,
//! joined and inserted.
//!
//! An empty edit before the first one is left out, as in `FFmpeg`: it places the track in a movie.
//! One between two others is silence, so that the rest stays in time. An edit that jumps back is
//! read by a decoder of its own from the start.

use super::mp4::edits::{Edit, Mp4Edits};
use crate::audio::Queue;
use std::collections::VecDeque;
use std::ops::Range;

/// Frames of silence added at a time.
const SILENCE_AT_ONCE: u64 = 4_096;

/// One edit, in frames of the decoded stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::io) enum Cut {
    /// These frames are kept.
    Media(Range<u64>),
    /// So many frames of silence.
    Silence(u64),
}

impl Cut {
    fn frames(&self) -> u64 {
        match self {
            Self::Media(range) => range.end - range.start,
            Self::Silence(frames) => *frames,
        }
    }
}

/// Edits in the order of the media.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::io) struct Cuts {
    left: VecDeque<Cut>,
    /// Frames of the media that were decoded.
    passed: u64,
}

impl Cuts {
    /// Returns all edits of a track of `media` frames, one list per pass over the media. The list
    /// is empty where a single edit is enough.
    pub(in crate::io) fn passes(edits: &Mp4Edits, rate_hz: u32, media: u64) -> Vec<Self> {
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
        let mut passes = vec![Self::default()];
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
                        passes.push(Self::default());
                    }
                    end = stop;
                    Cut::Media(start..stop)
                }
            };
            if let Some(pass) = passes.last_mut().filter(|_| cut.frames() > 0) {
                pass.left.push_back(cut);
            }
        }
        passes.retain(|pass| !pass.left.is_empty());
        passes
    }

    /// Returns the frames that all edits yield.
    pub(in crate::io) fn frames(&self) -> u64 {
        self.left.iter().map(Cut::frames).fold(0, u64::saturating_add)
    }

    /// Returns the frames of silence among them.
    pub(in crate::io) fn silence(&self) -> u64 {
        self.left.iter().filter(|cut| matches!(cut, Cut::Silence(_))).map(Cut::frames).fold(0, u64::saturating_add)
    }

    /// Returns true if no edit is left.
    pub(in crate::io) fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// Appends some of the silence that is due, if any. Returns the number of frames.
    pub(in crate::io) fn add_silence(&mut self, queue: &mut Queue) -> Option<u64> {
        let Some(Cut::Silence(frames)) = self.left.front_mut() else { return None };
        let count = (*frames).min(SILENCE_AT_ONCE);
        *frames -= count;
        if *frames == 0 {
            self.left.pop_front();
        }
        queue.append(count as usize).for_each(|channel| channel.fill(0.0));
        Some(count)
    }

    /// Keeps only those of the last `new` frames of the queue that belong to an edit. Returns their
    /// number.
    pub(in crate::io) fn apply(&mut self, queue: &mut Queue, new: usize) -> usize {
        let before = queue.frames() - new;
        let stretch = self.passed..self.passed + new as u64;
        self.passed = stretch.end;
        let block = queue.block(before);
        let decoded: Vec<Vec<f32>> = (0..block.channels()).map(|channel| block.channel(channel).to_vec()).collect();
        queue.drop_last(new);
        let mut kept = 0;
        while let Some(Cut::Media(range)) = self.left.front() {
            let from = range.start.max(stretch.start);
            let to = range.end.min(stretch.end);
            if from < to {
                let part = (from - stretch.start) as usize..(to - stretch.start) as usize;
                queue
                    .append(part.len())
                    .zip(&decoded)
                    .for_each(|(out, samples)| out.copy_from_slice(&samples[part.clone()]));
                kept += part.len();
            }
            if range.end > stretch.end {
                break;
            }
            self.left.pop_front();
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(list: &[(Option<u64>, u64)]) -> Mp4Edits {
        let list = list.iter().map(|&(media_time, duration)| Edit { media_time, duration }).collect();
        Mp4Edits { list, media_timescale: 1_000, movie_timescale: 100, ..Mp4Edits::default() }
    }

    fn cuts(list: &[(Option<u64>, u64)]) -> Vec<Vec<Cut>> {
        Cuts::passes(&edits(list), 1_000, 10_000).into_iter().map(|pass| pass.left.into()).collect()
    }

    #[test]
    fn edits_are_cut_joined_and_filled_in_their_order() {
        assert!(
            cuts(&[(None, 50), (Some(100), 20)]).is_empty(),
            "one edit is a trim, and what stands before it a place"
        );
        let two = [Cut::Media(100..300), Cut::Media(1_000..1_500)];
        assert_eq!(cuts(&[(Some(100), 20), (Some(1_000), 50)]), [two.to_vec()]);
        let filled = [Cut::Media(100..300), Cut::Silence(500), Cut::Media(300..400)];
        assert_eq!(cuts(&[(Some(100), 20), (None, 50), (Some(300), 10)]), [filled.to_vec()]);
        let again = [vec![Cut::Media(1_000..1_500)], vec![Cut::Media(100..300)]];
        assert_eq!(cuts(&[(Some(1_000), 50), (Some(100), 20)]), again);
        let joined = [Cut::Media(100..305), Cut::Media(305..405)];
        assert_eq!(cuts(&[(Some(100), 20), (Some(305), 10)]), [joined.to_vec()], "no gap of half a tick");
    }

    #[test]
    fn frames_are_kept_however_they_come() {
        let passes = Cuts::passes(&edits(&[(Some(3), 1), (Some(30), 1)]), 1_000, 40);
        for block in 1..12 {
            let (mut cuts, mut queue) = (passes[0].clone(), Queue::new(1));
            let mut next = 0;
            while !cuts.is_done() {
                queue
                    .append(block)
                    .for_each(|out| out.iter_mut().for_each(|out| (*out, next) = (next as f32, next + 1)));
                cuts.apply(&mut queue, block);
            }
            let expected: Vec<f32> = (3..13).chain(30..40).map(|frame| frame as f32).collect();
            assert_eq!(queue.block(0).channel(0), expected, "{block}");
        }
    }
}

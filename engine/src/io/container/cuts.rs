//! Edits applied to the decoded frames: parts are cut out, joined and inserted.

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
    /// Returns the frames that it yields.
    pub(in crate::io) fn frames(&self) -> u64 {
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
    /// Applies edits in the order of the media.
    pub(in crate::io) fn new(left: VecDeque<Cut>) -> Self {
        Self { left, passed: 0 }
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

    #[test]
    fn frames_are_kept_however_they_come() {
        let all = VecDeque::from([Cut::Media(3..13), Cut::Media(30..40)]);
        for block in 1..12 {
            let (mut cuts, mut queue) = (Cuts::new(all.clone()), Queue::new(1));
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

//! The bars of a song, which its stems share.

use super::{Metre, TempoMark, Timeline, tempo};

/// A bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Number: 1 for the first downbeat, 0 and below for the pick-up.
    pub number: i64,
    /// Start, in ticks from bar 1.
    pub start: i64,
    /// Length, in ticks; that of the metre, except in a pick-up bar.
    pub ticks: i64,
}

/// The bars of a song with its metre and tempo: equal for all stems, so that their scores fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Metre.
    pub metre: Metre,
    /// Bars, end to end; at least one.
    pub bars: Vec<Bar>,
    /// Tempo: one mark, or one at each bar.
    pub tempo: Vec<TempoMark>,
}

impl Frame {
    /// Creates the bars that cover the ticks `first..end` and bar 1. The pick-up has as few whole
    /// beats as it needs.
    pub fn new(timeline: &Timeline, metre: Metre, first: i64, end: i64) -> Self {
        let (bar, group) = (metre.bar_ticks(), metre.group_ticks());
        let first = first.min(0).div_euclid(group) * group;
        let last_bar = (end - 1).max(0).div_euclid(bar);
        let bars: Vec<Bar> = (first.div_euclid(bar)..=last_bar)
            .map(|index| {
                let start = first.max(index * bar);
                Bar { number: index + 1, start, ticks: (index + 1) * bar - start }
            })
            .collect();
        let tempo = tempo::marks(timeline, metre, &bars);
        Self { metre, bars, tempo }
    }

    /// Returns the first tick: 0, or that of the pick-up.
    pub fn start(&self) -> i64 {
        self.bars[0].start
    }
}

#[cfg(test)]
mod tests {
    use super::super::Feel;
    use super::*;

    fn bars(first: i64, end: i64) -> Vec<(i64, i64, i64)> {
        let beats: Vec<f64> = (0..20).map(f64::from).collect();
        let timeline = Timeline::new(&beats, &[4.0], 4).unwrap();
        let frame = Frame::new(&timeline, Metre::new(4, 60.0, Feel::Straight), first, end);
        frame.bars.iter().map(|bar| (bar.number, bar.start, bar.ticks)).collect()
    }

    #[test]
    fn bars_cover_all_notes_and_pick_ups_have_whole_beats() {
        assert_eq!(bars(0, 0), [(1, 0, 96)]);
        assert_eq!(bars(50, 96), [(1, 0, 96)]);
        assert_eq!(bars(0, 97), [(1, 0, 96), (2, 96, 96)]);
        assert_eq!(bars(-30, 5), [(0, -48, 48), (1, 0, 96)]);
        assert_eq!(bars(-96, 5), [(0, -96, 96), (1, 0, 96)]);
        assert_eq!(bars(-97, 5), [(-1, -120, 24), (0, -96, 96), (1, 0, 96)]);
    }
}

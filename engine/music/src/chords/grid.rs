//! Cells of time in which a chord is constant.

/// Shortest cell, in seconds: chords do not change faster.
const SHORTEST_S: f64 = 0.2;
/// Most cells of one beat.
const MOST_PARTS: f64 = 4.0;
/// Gap between beats that has no beats of its own, in seconds.
const GAP_S: f64 = 2.4;

/// Place of a boundary between cells in the metre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// No beat known nearby.
    Free,
    /// Between two beats.
    OffBeat,
    /// On a beat.
    Beat,
    /// On the first beat of a bar.
    Downbeat,
}

/// Span of time with one chord at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridCell {
    /// Start, in seconds.
    pub start_s: f64,
    /// End, in seconds.
    pub end_s: f64,
    /// Place of the start in the metre.
    pub place: Place,
}

/// Cells that cover a song without gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Cells in order.
    pub cells: Vec<GridCell>,
}

impl Grid {
    /// Creates the cells of a song of `seconds`: parts of beats, and short spans where there are
    /// none.
    ///
    /// Times that are not finite, not in order or outside of the song do not count.
    #[must_use]
    pub fn new(seconds: f64, beats_s: &[f64], downbeats_s: &[f64]) -> Self {
        let mut grid = Self::default();
        let (mut now, mut place) = (0.0, Place::Free);
        let inside = |&time: &f64| time.is_finite() && time >= 0.0 && time < seconds;
        for beat in beats_s.iter().copied().filter(inside) {
            if beat < now || (beat - now < 0.02 && place != Place::Free) {
                continue;
            }
            let has_beats = place != Place::Free && beat - now < GAP_S;
            grid.fill(now, beat, place, if has_beats { Place::OffBeat } else { Place::Free });
            let near = |downbeat: &f64| (downbeat - beat).abs() < 0.05;
            place = if downbeats_s.iter().any(near) { Place::Downbeat } else { Place::Beat };
            now = beat;
        }
        if seconds.is_finite() && seconds > now {
            grid.fill(now, seconds, place, Place::Free);
        }
        grid
    }

    /// Appends cells between two times; the first one starts at `place`, others at `inner`.
    fn fill(&mut self, start_s: f64, end_s: f64, place: Place, inner: Place) {
        let most = if inner == Place::OffBeat { MOST_PARTS } else { f64::MAX };
        let parts = ((end_s - start_s) / SHORTEST_S).floor().min(most).max(1.0);
        let time = |part: usize| start_s + (end_s - start_s) * part as f64 / parts;
        for part in 0..parts as usize {
            let place = if part == 0 { place } else { inner };
            let cell = GridCell { start_s: time(part), end_s: time(part + 1), place };
            if cell.end_s > cell.start_s {
                self.cells.push(cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_covers(grid: &Grid, seconds: f64) {
        assert_eq!((grid.cells[0].start_s, grid.cells[grid.cells.len() - 1].end_s), (0.0, seconds));
        assert!(grid.cells.windows(2).all(|pair| pair[0].end_s == pair[1].start_s));
        assert!(grid.cells.iter().all(|cell| cell.end_s > cell.start_s));
    }

    #[test]
    fn beats_are_divided_and_silence_before_is_covered() {
        let beats: Vec<f64> = (0..8).map(|beat| 1.0 + 0.5 * f64::from(beat)).collect();
        let grid = Grid::new(6.0, &beats, &[1.0, 3.01]);
        assert_covers(&grid, 6.0);
        let places: Vec<Place> = grid.cells.iter().map(|cell| cell.place).collect();
        assert_eq!(places.iter().filter(|&&place| place == Place::Downbeat).count(), 2);
        assert_eq!(places.iter().filter(|&&place| place == Place::Beat).count(), 6);
        assert_eq!(places.iter().filter(|&&place| place == Place::OffBeat).count(), 7);
    }

    #[test]
    fn bad_beats_leave_a_good_grid() {
        let beats = [f64::NAN, -1.0, 0.0, 3.0, 2.0, 2.0, 3.001, f64::INFINITY, 99.0];
        assert_covers(&Grid::new(4.0, &beats, &[f64::NAN]), 4.0);
        assert_covers(&Grid::new(0.01, &[], &[]), 0.01);
        assert!(Grid::new(0.0, &beats, &[]).cells.is_empty());
        assert!(Grid::new(f64::NAN, &beats, &[]).cells.is_empty());
    }
}

//! Phase scope (goniometer): a picture of how often left and right had which values.
#![allow(unsafe_code)] // `multiversion` expands to calls of functions compiled for a detected instruction set.

use crate::audio::Block;
use crate::process::Tap;
use crate::simd::vectorised;

/// Cells per side of the field, which spans ±1 in left and right. Even, so that silence lies
/// between cells.
const CELLS: usize = 512;
/// Dots per side of the picture.
const DOTS: usize = 192;
/// Share of the frames that may fall outside the picture when it zooms in on a quiet programme.
const OUTSIDE: f64 = 1e-4;
/// Quieter frames have no clear direction and are not counted: −60 dBFS.
const FLOOR: f32 = 1e-3;
/// Index of frames that are not counted: behind the field.
const UNCOUNTED: usize = CELLS * CELLS;
/// Frames whose cells are computed at a time.
const TILE: usize = 256;

/// Counts pairs of left and right samples. Offline; memory does not depend on the length.
#[derive(Clone, Debug)]
pub struct PhaseScope {
    /// Row by row: right up the rows, left along them; then one cell for frames that are not
    /// counted.
    cells: Vec<u32>,
}

/// Picture of a phase scope: mono upright, left to the upper left, right to the upper right,
/// opposite polarity level.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopePicture {
    /// Dots per side.
    pub size: usize,
    /// Row by row from the top, 0 to 1: how often the programme was there, on a logarithmic scale.
    pub density: Vec<f32>,
    /// Amplitude at the edges of the picture, in full scales: 1, or less for a quiet programme.
    pub reach: f64,
}

impl Default for PhaseScope {
    fn default() -> Self {
        Self::new()
    }
}

impl PhaseScope {
    /// Creates an empty scope. Control thread; allocates.
    pub fn new() -> Self {
        Self { cells: vec![0; UNCOUNTED + 1] }
    }

    /// Returns the picture so far.
    pub fn picture(&self) -> ScopePicture {
        let reach = self.reach();
        let mut dots = vec![0.0_f32; DOTS * DOTS];
        for (index, count) in self.field().iter().enumerate().filter(|(_, count)| **count > 0) {
            let at = |cell: usize| (cell as f64 + 0.5) / CELLS as f64 * 2.0 - 1.0;
            let (left, right) = (at(index % CELLS), at(index / CELLS));
            // Turned by 45° and scaled so that a full-scale mono signal reaches the edge.
            let (side, mid) = ((right - left) / 2.0 / reach, f64::midpoint(left, right) / reach);
            let dot = |position: f64| (f64::midpoint(position, 1.0) * DOTS as f64).floor();
            let (column, row) = (dot(side), dot(-mid));
            let inside = 0.0..DOTS as f64;
            if inside.contains(&column) && inside.contains(&row) {
                dots[row as usize * DOTS + column as usize] += *count as f32;
            }
        }
        let largest = dots.iter().fold(0.0_f32, |largest, dot| largest.max(*dot));
        let scale = if largest > 0.0 { 1.0 / libm::log1pf(largest) } else { 0.0 };
        ScopePicture { size: DOTS, density: dots.iter().map(|dot| libm::log1pf(*dot) * scale).collect(), reach }
    }

    fn field(&self) -> &[u32] {
        &self.cells[..UNCOUNTED]
    }

    /// Returns the smallest of 1, 0.7, 0.5, 0.35, 0.25 … that contains all but a few frames.
    fn reach(&self) -> f64 {
        let total: u64 = self.field().iter().map(|count| u64::from(*count)).sum();
        let outside = |reach: f64| -> u64 {
            let far = |cell: usize| ((cell as f64 + 0.5) / CELLS as f64 * 2.0 - 1.0).abs() > reach;
            let counts = self.field().iter().enumerate();
            counts
                .filter(|(index, _)| far(index % CELLS) || far(index / CELLS))
                .map(|(_, count)| u64::from(*count))
                .sum()
        };
        let reaches = [0.7, 0.5, 0.35, 0.25, 0.18, 0.125];
        let fits = |reach: &&f64| outside(**reach) as f64 <= OUTSIDE * total as f64;
        reaches.iter().take_while(fits).last().copied().unwrap_or(1.0)
    }
}

impl Tap for PhaseScope {
    /// Observes the next block; a block that is not stereo is not counted. Samples beyond full
    /// scale count at its edge.
    fn observe(&mut self, block: &Block<'_>) {
        if block.channels() != 2 {
            return;
        }
        let mut cells_of_frames = [0; TILE];
        for (left, right) in block.channel(0).chunks(TILE).zip(block.channel(1).chunks(TILE)) {
            let cells_of_frames = &mut cells_of_frames[..left.len()];
            find_cells(left, right, cells_of_frames);
            for cell_index in cells_of_frames {
                let count = &mut self.cells[*cell_index as usize];
                *count = count.saturating_add(1);
            }
        }
    }
}

vectorised! {
    /// Computes the index of each frame's cell.
    fn find_cells(left: &[f32], right: &[f32], cells_of_frames: &mut [u32]) {
        // NaN counts as −1.
        let cell = |sample: f32| ((sample.max(-1.0) + 1.0) * (CELLS / 2) as f32).min((CELLS - 1) as f32) as i32;
        for ((left, right), cell_index) in left.iter().zip(right).zip(cells_of_frames) {
            let within = cell(*right) * CELLS as i32 + cell(*left);
            let counted = (left.abs() > FLOOR) | (right.abs() > FLOOR);
            *cell_index = if counted { within } else { UNCOUNTED as i32 } as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::AudioBuffer;
    use mixdown_fixtures::signals::white_noise;

    /// Returns columns and rows of the dots that occur, from the middle, right and up positive, in
    /// dots.
    fn dots_of(left: Vec<f32>, right: Vec<f32>) -> Vec<(f64, f64)> {
        let mut scope = PhaseScope::new();
        scope.observe(&AudioBuffer::from_channels(&[left, right]).block());
        let picture = scope.picture();
        let middle = (DOTS as f64 - 1.0) / 2.0;
        let dots = picture.density.iter().enumerate().filter(|(_, density)| **density > 0.0);
        dots.map(|(index, _)| ((index % DOTS) as f64 - middle, middle - (index / DOTS) as f64)).collect()
    }

    #[test]
    fn cells_of_a_block_equal_those_of_single_frames() {
        let mut channels = [white_noise(3, 1.2, 1_003), white_noise(4, 1.2, 1_003)];
        channels[0][100..105].copy_from_slice(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, FLOOR, -1.0]);
        channels[1][100..105].copy_from_slice(&[0.5, -2.0, f32::NAN, -FLOOR, 1.0]);
        for channel in &mut channels {
            channel[200..300].fill(0.0005);
        }
        let mut together = vec![0; 1_003];
        find_cells(&channels[0], &channels[1], &mut together);
        let cell = |sample: f32| (((sample + 1.0) * (CELLS / 2) as f32) as usize).min(CELLS - 1);
        for (frame, found) in together.into_iter().enumerate() {
            let [left, right] = [0, 1].map(|channel| channels[channel][frame]);
            let counted = left.abs() > FLOOR || right.abs() > FLOOR;
            let alone = if counted { cell(right) * CELLS + cell(left) } else { UNCOUNTED };
            assert_eq!(found as usize, alone, "{left} and {right}");
        }
    }

    #[test]
    fn mono_is_vertical_and_opposite_polarity_horizontal() {
        let noise = white_noise(1, 1.0, 20_000);
        // Half a dot from the middle, and one for cells that straddle two dots.
        assert!(dots_of(noise.clone(), noise.clone()).iter().all(|(x, _)| x.abs() <= 1.5));
        let inverse = noise.iter().map(|x| -x).collect();
        assert!(dots_of(noise.clone(), inverse).iter().all(|(_, y)| y.abs() <= 1.5));
    }

    #[test]
    fn left_alone_points_to_the_upper_left() {
        let noise = white_noise(1, 1.0, 20_000);
        assert!(dots_of(noise.clone(), vec![0.0; 20_000]).iter().all(|(x, y)| (x + y).abs() <= 2.0));
    }

    #[test]
    fn a_quiet_programme_is_enlarged_and_silence_is_empty() {
        let mut scope = PhaseScope::new();
        assert!(scope.picture().density.iter().all(|density| *density == 0.0));
        let quiet = white_noise(1, 0.2, 20_000);
        scope.observe(&AudioBuffer::from_channels(&[quiet.clone(), quiet]).block());
        assert_eq!(scope.picture().reach, 0.25);
        scope.observe(&AudioBuffer::from_channels(&[vec![f32::NAN, 9.0], vec![f32::INFINITY, -9.0]]).block());
    }
}

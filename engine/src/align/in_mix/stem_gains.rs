//! Gains of stems in a mix, by least squares.

use super::thresholds::THRESHOLDS;
use crate::audio::AudioBuffer;
use crate::process::Source;

/// Fills a buffer from a source that begins `lead` frames later, with silence after its end. Mono
/// is copied to all channels. Returns the number of frames before the end.
pub(crate) fn fill<S: Source>(source: &mut S, lead: &mut u64, buffer: &mut AudioBuffer) -> Result<usize, S::Error> {
    let (channels, length) = (buffer.channels(), buffer.frames());
    let silent = (*lead).min(length as u64) as usize;
    *lead -= silent as u64;
    let mut block = buffer.block_mut();
    block.slice_mut(0..silent).fill(0.0);
    let mut frames = silent;
    if silent < length {
        let mut rest = block.slice_mut(silent..length);
        let mut own = AudioBuffer::new(source.channels(), length - silent);
        let got = source.read(&mut own.block_mut())?;
        for channel in 0..channels {
            let from = own.channel(channel.min(source.channels() - 1));
            let to = rest.channel_mut(channel);
            to[..got].copy_from_slice(&from[..got]);
            to[got..].fill(0.0);
        }
        frames += got;
    }
    Ok(frames)
}

fn product(a: &AudioBuffer, b: &AudioBuffer) -> f64 {
    let of_channel = |c: usize| a.channel(c).iter().zip(b.channel(c)).map(|(x, y)| f64::from(*x) * f64::from(*y));
    (0..a.channels()).map(|c| of_channel(c).sum::<f64>()).sum()
}

/// Equations whose solution is the gains with which stems leave the least of a mix.
pub(crate) struct LeastSquares {
    /// Products of the stems with each other, below the diagonal and on it.
    gram: Vec<Vec<f64>>,
    with_mix: Vec<f64>,
}

impl LeastSquares {
    pub(crate) fn new(count: usize) -> Self {
        Self { gram: vec![vec![0.0; count]; count], with_mix: vec![0.0; count] }
    }

    /// Adds the next frames of the mix and of the stems.
    pub(crate) fn observe(&mut self, mix: &AudioBuffer, stems: &[AudioBuffer]) {
        for (n, first) in stems.iter().enumerate() {
            self.with_mix[n] += product(first, mix);
            for (m, second) in stems.iter().enumerate().take(n + 1) {
                self.gram[n][m] += product(first, second);
            }
        }
    }

    /// Returns the gains, as factors.
    pub(crate) fn solve(mut self) -> Vec<f64> {
        for n in 0..self.with_mix.len() {
            let (above, row) = self.gram.split_at_mut(n);
            row[0][n] *= 1.0 + THRESHOLDS.ridge_share;
            for (m, line) in above.iter_mut().enumerate() {
                line[n] = row[0][m];
            }
        }
        solve(self.gram, self.with_mix)
    }
}

/// Solves a symmetric system by Gauss's elimination with the largest pivot. An unknown without a
/// pivot is 0.
fn solve(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let count = right.len();
    for column in 0..count {
        let best = (column..count).max_by(|x, y| rows[*x][column].abs().total_cmp(&rows[*y][column].abs()));
        rows.swap(column, best.unwrap_or(column));
        right.swap(column, best.unwrap_or(column));
        let pivot = rows[column][column];
        if pivot == 0.0 {
            continue;
        }
        for row in column + 1..count {
            let factor = rows[row][column] / pivot;
            let (above, below) = rows.split_at_mut(row);
            for (x, y) in below[0][column..].iter_mut().zip(&above[column][column..]) {
                *x -= factor * y;
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|n| rows[row][n] * right[n]).sum();
        right[row] = if rows[row][row] == 0.0 { 0.0 } else { (right[row] - known) / rows[row][row] };
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_and_an_empty_row_gives_nothing() {
        let found = solve(vec![vec![4.0, 1.0, 0.0], vec![1.0, 3.0, 0.0], vec![0.0; 3]], vec![6.0, 7.0, 0.0]);
        assert!((found[0] - 1.0).abs() < 1e-12 && (found[1] - 2.0).abs() < 1e-12);
        assert_eq!(found[2], 0.0);
    }
}

//! Coefficients of a bell at each gain of a range.

use crate::dsp::biquad::{BellBand, Coefficients};
use crate::process::BuildError;
use crate::units::SampleRate;

/// Largest distance of two gains, in decibels. Between them coefficients move in a straight line,
/// which keeps the bell within 0.03 dB.
const STEP_DB: f64 = 0.5;

/// Coefficients of one gain: a1, a2, a3, m0, m1, m2 of each of two sections.
pub(super) type Row = [[f64; 6]; 2];

/// Row that changes nothing, whatever its memory.
const STILL: [f64; 3] = [1.0, 0.0, 0.0];

/// Returns a section as a state-variable filter, whose memory keeps its meaning while the
/// coefficients move (A. Simper, Solving the continuous SVF equations using trapezoidal
/// integration, 2013): a1, a2, a3, then the shares m0, m1, m2 of input, band-pass and low-pass.
fn state_variable(section: &Coefficients) -> [f64; 6] {
    let Coefficients { b0, b1, b2, a1, a2 } = *section;
    let (at_zero, at_nyquist) = (1.0 + a1 + a2, 1.0 - a1 + a2);
    let g = (at_zero / at_nyquist).sqrt();
    let scale = 4.0 / at_nyquist;
    let k = 2.0 * (1.0 - a2) / (at_zero * at_nyquist).sqrt();
    let (high, band, low) =
        (0.25 * (b0 - b1 + b2) * scale, 0.5 * (b0 - b2) * scale / g, 0.25 * (b0 + b1 + b2) * scale / (g * g));
    [1.0 / scale, g / scale, g * g / scale, high, band - high * k, low - high]
}

/// Rows of a bell from its gain at rest to its gain at the end of its range.
#[derive(Clone, Debug)]
pub(super) struct GainTable {
    rows: Vec<Row>,
    /// Rows per decibel of change.
    per_db: f64,
    turns_down: bool,
    identity: bool,
}

impl GainTable {
    /// Creates a table, and returns with it the frames until its longest ringing has ended.
    pub(super) fn new(bell: &BellBand, range_db: f64, rate: SampleRate) -> Result<(Self, u64), BuildError> {
        let steps = (range_db.abs() / STEP_DB).ceil();
        let (mut rows, mut tail) = (Vec::new(), 0);
        for step in 0..=steps as usize {
            let share = if step == 0 { 0.0 } else { step as f64 / steps };
            let gain_db = bell.gain_db + share * range_db;
            let sections = BellBand { gain_db, ..*bell }.gliding(rate)?;
            tail = tail.max(sections.iter().map(Coefficients::ring_frames).sum());
            let row = sections.map(|section| state_variable(&section));
            rows.push(if gain_db == 0.0 { row.map(|[a1, a2, a3, ..]| [a1, a2, a3, 1.0, 0.0, 0.0]) } else { row });
        }
        let identity = rows.iter().all(is_still_row);
        let per_db = if steps > 0.0 { steps / range_db.abs() } else { 0.0 };
        Ok((Self { rows, per_db, turns_down: range_db < 0.0, identity }, if identity { 0 } else { tail }))
    }

    /// Returns true if the gain never changes.
    pub(super) fn is_still(&self) -> bool {
        self.rows.len() == 1
    }

    /// Returns true if nothing is ever changed.
    pub(super) fn is_identity(&self) -> bool {
        self.identity
    }

    /// Returns true if the gain at rest is 0 dB.
    pub(super) fn rests_at_identity(&self) -> bool {
        is_still_row(&self.rows[0])
    }

    pub(super) fn turns_down(&self) -> bool {
        self.turns_down
    }

    /// Returns the row at a change of the gain, in decibels.
    #[inline]
    pub(super) fn row(&self, change_db: f64) -> Row {
        let place = change_db * self.per_db;
        let at = (place as usize).min(self.rows.len() - 1);
        let (from, to) = (&self.rows[at], &self.rows[(at + 1).min(self.rows.len() - 1)]);
        let share = place - at as f64;
        let mut row = *from;
        for (value, to) in row.as_flattened_mut().iter_mut().zip(to.as_flattened()) {
            *value += share * (to - *value);
        }
        row
    }
}

fn is_still_row(row: &Row) -> bool {
    row.iter().all(|section| section[3..] == STILL)
}

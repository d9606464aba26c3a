//! Inner loop of the dynamic bell: two sections whose coefficients move at each frame.

use super::gain_table::{GainTable, Row};

/// Memory of the two sections of a channel.
pub(super) type Memory = [[f64; 2]; 2];

/// Runs a channel, with the change of the gain of each frame in decibels.
pub(super) fn glide(table: &GainTable, memory: &mut Memory, changes_db: &[f64], samples: &mut [f32]) {
    let rests_at_identity = table.rests_at_identity();
    let mut state = *memory;
    let at_rest = table.row(0.0);
    for (sample, change_db) in samples.iter_mut().zip(changes_db) {
        let rests = *change_db == 0.0;
        let row = if rests { at_rest } else { table.row(*change_db) };
        let out = step(&row, &mut state, f64::from(*sample));
        // Not even the sign of a zero changes where the bell changes nothing.
        *sample = if rests && rests_at_identity { *sample } else { out as f32 };
    }
    *memory = state;
}

#[inline]
fn step(row: &Row, memory: &mut Memory, input: f64) -> f64 {
    row.iter().zip(memory).fold(input, |x, ([a1, a2, a3, m0, m1, m2], [band, low])| {
        let moved = x - *low;
        let v1 = a1 * *band + a2 * moved;
        let v2 = *low + (a2 * *band + a3 * moved);
        *band = 2.0 * v1 - *band;
        *low = 2.0 * v2 - *low;
        m0 * x + (m1 * v1 + m2 * v2)
    })
}

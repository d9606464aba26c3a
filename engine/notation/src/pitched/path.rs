//! The most probable path of one voice through the pitches.

use super::net::PITCHES;

/// The state of silence, after the pitches.
pub(super) const SILENT: usize = PITCHES;

const STATES: usize = PITCHES + 1;

/// Returns the state of each frame, a pitch or [`SILENT`], by the algorithm of Viterbi.
///
/// `scores` has the logarithm of the probability of each frame and pitch; `silence` is that of
/// silence, and `change` the cost of another state.
pub(super) fn decode(scores: &[f32], silence: f32, change: f32) -> Vec<usize> {
    let frames = scores.len() / PITCHES;
    let mut totals = [0.0f32; STATES];
    let mut before = Vec::with_capacity(frames * STATES);
    for row in scores.as_chunks::<PITCHES>().0 {
        let best = largest(&totals);
        // The best total becomes zero, so that sums stay small.
        let (base, entered) = (totals[best], -change);
        for (state, total) in totals.iter_mut().enumerate() {
            let stayed = *total - base;
            before.push(if stayed >= entered { state } else { best } as u8);
            *total = stayed.max(entered) + row.get(state).copied().unwrap_or(silence);
        }
    }
    let mut state = largest(&totals);
    let mut states = vec![SILENT; frames];
    for (frame, before) in before.chunks_exact(STATES).enumerate().rev() {
        states[frame] = state;
        state = usize::from(before[state]);
    }
    states
}

fn largest(totals: &[f32; STATES]) -> usize {
    (0..STATES).fold(0, |best, state| if totals[state] > totals[best] { state } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns scores of frames with one probable pitch each.
    fn scores(pitches: &[Option<usize>]) -> Vec<f32> {
        let mut scores = vec![-4.0; pitches.len() * PITCHES];
        for (frame, pitch) in pitches.iter().enumerate() {
            if let Some(pitch) = pitch {
                scores[frame * PITCHES + pitch] = -0.1;
            }
        }
        scores
    }

    #[test]
    fn long_pitches_and_rests_are_followed() {
        let expected = [[SILENT; 10], [40; 10], [52; 10], [SILENT; 10]].concat();
        let pitches: Vec<_> = expected.iter().map(|&state| (state != SILENT).then_some(state)).collect();
        assert_eq!(decode(&scores(&pitches), -1.4, 2.0), expected);
    }

    #[test]
    fn one_wrong_frame_does_not_leave_the_pitch() {
        let mut pitches = vec![Some(40); 20];
        pitches[9] = Some(52);
        assert_eq!(decode(&scores(&pitches), -1.4, 2.0), vec![40; 20]);
        assert_eq!(decode(&[], -1.4, 2.0), Vec::<usize>::new());
    }
}

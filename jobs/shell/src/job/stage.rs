//! Mapping of a render's progress to the state and percent of its job: one table.

use super::state::State;
use mixdown_engine::render::{Phase, Progress};

/// A part of an engine phase, and its place in the life of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// The engine's phase.
    pub phase: Phase,
    /// The part of the phase, as fractions of it.
    pub part: (f64, f64),
    /// The job's state during this part.
    pub state: State,
    /// Percent at the start and end of that part.
    pub percent: (f64, f64),
    /// Message for users during this part.
    pub message: &'static str,
}

const fn stage(phase: Phase, part: (f64, f64), state: State, percent: (f64, f64), message: &'static str) -> Stage {
    Stage { phase, part, state, percent, message }
}

/// The table. The engine decodes, processes and sums tracks in one pass: its first half shows as
/// processing, its second as mixing. The last 2 % are for putting the result in place.
#[rustfmt::skip]
pub const STAGES: &[Stage] = &[
    stage(Phase::Loading,   (0.0, 1.0), State::LoadingStems,     (1.0, 4.0),   "Opening the stems"),
    stage(Phase::Aligning,  (0.0, 1.0), State::AligningStems,    (4.0, 20.0),  "Comparing the stems"),
    stage(Phase::Mixing,    (0.0, 0.5), State::ProcessingTracks, (20.0, 40.0), "Processing the tracks"),
    stage(Phase::Mixing,    (0.5, 1.0), State::Mixing,           (40.0, 60.0), "Mixing"),
    stage(Phase::Mastering, (0.0, 1.0), State::Mastering,        (60.0, 85.0), "Mastering"),
    stage(Phase::Verifying, (0.0, 1.0), State::Mastering,        (85.0, 92.0), "Measuring the result"),
    stage(Phase::Exporting, (0.0, 1.0), State::Exporting,        (92.0, 98.0), "Writing the data"),
];

/// Returns the state, percent and message for a moment of a render.
pub fn place(progress: Progress) -> (State, u8, &'static str) {
    let fraction = if progress.fraction.is_nan() { 0.0 } else { progress.fraction.clamp(0.0, 1.0) };
    let found = STAGES.iter().rfind(|stage| stage.phase == progress.phase && fraction >= stage.part.0);
    let Some(stage) = found else { return (State::Running, 0, "Running") };
    let within = (fraction - stage.part.0) / (stage.part.1 - stage.part.0);
    let percent = stage.percent.0 + within * (stage.percent.1 - stage.percent.0);
    (stage.state, percent as u8, stage.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_state_only_grow_and_stay_below_100() {
        let phases =
            [Phase::Loading, Phase::Aligning, Phase::Mixing, Phase::Mastering, Phase::Verifying, Phase::Exporting];
        let moments = phases
            .into_iter()
            .flat_map(|phase| (0..=100).map(move |step| place(Progress { phase, fraction: f64::from(step) / 100.0 })));
        let all: Vec<_> = moments.map(|(state, percent, _)| (state, percent)).collect();
        assert!(all.is_sorted());
        assert_eq!(all.last(), Some(&(State::Exporting, 98)));
        assert!(
            State::ALL.iter().filter(|s| s.is_active() && **s != State::Running).all(|s| all.iter().any(|a| a.0 == *s))
        );
    }

    #[test]
    fn odd_fractions_stay_in_their_phase() {
        for fraction in [f64::NAN, -1.0, 2.0, f64::INFINITY] {
            let (state, percent, _) = place(Progress { phase: Phase::Mastering, fraction });
            assert_eq!(state, State::Mastering);
            assert!((60..=85).contains(&percent));
        }
    }
}

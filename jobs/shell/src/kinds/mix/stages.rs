//! Mapping of a render's progress to the stage and percent of its job: one table.

use super::super::job_kind::Signal;
use mixdown_engine::render::{Phase, Progress};

/// The stages of a mix.
pub(super) const STAGES: [&str; 6] =
    ["loading_stems", "aligning_stems", "processing_tracks", "mixing", "mastering", "exporting"];

/// A part of an engine phase, and its place in the life of a job.
struct Part {
    phase: Phase,
    /// Start and end within the phase, as fractions of it.
    span: (f64, f64),
    stage: &'static str,
    /// Percent at the start and end of that part.
    percent: (f64, f64),
    /// Message for users during this part.
    message: &'static str,
}

const fn part(phase: Phase, span: (f64, f64), stage: &'static str, percent: (f64, f64), message: &'static str) -> Part {
    Part { phase, span, stage, percent, message }
}

/// The table. The engine decodes, processes and sums tracks in one pass: its first half shows as
/// processing, its second as mixing. The last 2 % are for putting the result in place.
#[rustfmt::skip]
const PARTS: &[Part] = &[
    part(Phase::Loading,   (0.0, 1.0), STAGES[0], (1.0, 4.0),   "Opening the stems"),
    part(Phase::Aligning,  (0.0, 1.0), STAGES[1], (4.0, 20.0),  "Comparing the stems"),
    part(Phase::Mixing,    (0.0, 0.5), STAGES[2], (20.0, 40.0), "Processing the tracks"),
    part(Phase::Mixing,    (0.5, 1.0), STAGES[3], (40.0, 60.0), "Mixing"),
    part(Phase::Mastering, (0.0, 1.0), STAGES[4], (60.0, 85.0), "Mastering"),
    part(Phase::Verifying, (0.0, 1.0), STAGES[4], (85.0, 92.0), "Measuring the result"),
    part(Phase::Exporting, (0.0, 1.0), STAGES[5], (92.0, 98.0), "Writing the data"),
];

/// Returns every phase of the engine that the table has.
pub(super) fn phases() -> impl Iterator<Item = Phase> {
    PARTS.iter().map(|part| part.phase)
}

/// Returns the stage, percent and message for a moment of a render.
pub(super) fn signal(progress: Progress) -> Signal {
    let fraction = if progress.fraction.is_nan() { 0.0 } else { progress.fraction.clamp(0.0, 1.0) };
    let found = PARTS.iter().rfind(|part| part.phase == progress.phase && fraction >= part.span.0);
    let Some(part) = found else { return Signal::Progress { stage: None, percent: 0, message: "Running" } };
    let within = (fraction - part.span.0) / (part.span.1 - part.span.0);
    let percent = part.percent.0 + within * (part.percent.1 - part.percent.0);
    Signal::Progress { stage: Some(part.stage), percent: percent as u8, message: part.message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(phase: Phase, fraction: f64) -> (usize, u8) {
        let Signal::Progress { stage: Some(stage), percent, .. } = signal(Progress { phase, fraction }) else {
            panic!("every phase has a stage")
        };
        (STAGES.iter().position(|known| *known == stage).unwrap(), percent)
    }

    #[test]
    fn percent_and_stage_only_grow_and_stay_below_100() {
        let phases =
            [Phase::Loading, Phase::Aligning, Phase::Mixing, Phase::Mastering, Phase::Verifying, Phase::Exporting];
        let moments = phases.into_iter().flat_map(|phase| (0..=100).map(move |step| (phase, f64::from(step) / 100.0)));
        let all: Vec<_> = moments.map(|(phase, fraction)| shown(phase, fraction)).collect();
        assert!(all.is_sorted());
        assert_eq!(all.last(), Some(&(STAGES.len() - 1, 98)));
        assert!((0..STAGES.len()).all(|stage| all.iter().any(|shown| shown.0 == stage)));
    }

    #[test]
    fn odd_fractions_stay_in_their_phase() {
        for fraction in [f64::NAN, -1.0, 2.0, f64::INFINITY] {
            let (stage, percent) = shown(Phase::Mastering, fraction);
            assert_eq!(STAGES[stage], "mastering");
            assert!((60..=85).contains(&percent));
        }
    }
}

//! Jobs of kind `chain`: a song is split, analysed, transcribed and mixed again, one after the
//! other. The record of the job lists the steps with their results.

use crate::notes::{NotedStem, notation_job};
use crate::{
    Library, Notation, Separation, SeparationRequest, StemMix, StemRecord, Target, analysis_job, separation_job,
    stem_mix_job,
};
use jiff::Timestamp;
use mixdown_shell::job::{JobError, NewJob, SessionId};
use mixdown_shell::kinds::{Expiry, JobKind, QueuedBy, Run, RunError, Signal};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Stages of a chain.
const STAGES: [&str; 4] = ["separation", "analysis", "notation", "mix"];

/// Splits, analyses, transcribes and mixes a song.
#[derive(Clone, Debug)]
pub struct Chain {
    separation: Separation,
    notation: Notation,
    mix: StemMix,
}

/// A step of a chain: its stage, and percent of the whole at its start and end.
#[derive(Clone, Copy)]
struct Step {
    stage: &'static str,
    percent: (u8, u8),
}

impl Chain {
    /// Name in records.
    pub const NAME: &'static str = "chain";

    /// Creates the type of these.
    pub fn new(separation: Separation, notation: Notation, mix: StemMix) -> Self {
        Self { separation: separation.without_analysis(), notation, mix }
    }

    /// Returns the stems of an audio file that are parts of another.
    fn parts(&self, id: &str) -> Result<(String, Vec<StemRecord>), RunError> {
        let audio = Library::open(self.separation.media(), None).and_then(|mut library| library.audio(id));
        let audio = audio.map_err(|error| failed(error.to_string()))?;
        Ok((audio.name, audio.stems.into_iter().filter(|stem| stem.part_of.is_some()).collect()))
    }

    fn path(&self, stem: &StemRecord) -> PathBuf {
        stem.place.resolve(self.separation.media())
    }
}

/// Returns the job that takes a song through all steps.
pub fn chain_job(session_id: SessionId, request: &SeparationRequest, path: &PathBuf, blake3: &str) -> NewJob {
    NewJob { kind: Chain::NAME, ..separation_job(session_id, request, path, blake3) }
}

impl JobKind for Chain {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn stages(&self) -> &'static [&'static str] {
        &STAGES
    }

    fn expiry(&self) -> Expiry {
        Expiry::RESULT
    }

    fn hung_after(&self) -> Duration {
        self.separation.hung_after()
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let id = run.request.get("config").and_then(|config| config["audio_file_id"].as_str()).unwrap_or_default();
        let id = id.to_owned();
        let request = run.request.clone();
        step(run, Step { stage: STAGES[0], percent: (0, 50) }, &self.separation, &request)?;
        let (_, parts) = self.parts(&id)?;
        let target = Target::Audio { id: id.clone(), database: None };
        let analysed = parts.iter().map(|stem| (self.path(stem), stem.blake3.clone(), stem.stem_id.clone(), true));
        let request = analysis_job(run.session_id.clone(), &target, analysed.collect()).extra;
        step(run, Step { stage: STAGES[1], percent: (50, 65) }, self.separation.analysis(), &request)?;
        let (name, parts) = self.parts(&id)?;
        let noted: Vec<NotedStem> = parts
            .iter()
            .map(|stem| NotedStem {
                path: self.path(stem),
                blake3: stem.blake3.clone(),
                stem_id: stem.stem_id.clone(),
                stem_type: stem.stem_type.to_string(),
            })
            .collect();
        let request = notation_job(run.session_id.clone(), &id, &noted).extra;
        step(run, Step { stage: STAGES[2], percent: (65, 80) }, &self.notation, &request)?;
        let stems: Vec<_> = parts.iter().map(|stem| (self.path(stem), stem.blake3.clone(), 0.0)).collect();
        // The same id in each attempt, so that a second one adds no second mix.
        let mixed = format!("mix-{}", run.job_id);
        let mixed: SessionId = mixed.parse().map_err(|error| failed(format!("{error}")))?;
        let request = stem_mix_job(&mixed, &format!("{name} (mix)"), &stems).extra;
        step(run, Step { stage: STAGES[3], percent: (80, 99) }, &self.mix, &request)
    }
}

/// Runs a step, and lists it in the record of the chain.
fn step(run: &mut Run<'_>, step: Step, kind: &dyn JobKind, request: &Map<String, Value>) -> Result<(), RunError> {
    let started = Timestamp::now();
    let mut extra = Map::new();
    let (low, high) = step.percent;
    let done = kind.run(&mut Run {
        job_id: run.job_id,
        session_id: run.session_id,
        attempt: run.attempt,
        request,
        limits: run.limits,
        staging: run.staging,
        extra: &mut extra,
        watch: &mut |signal| {
            (run.watch)(match signal {
                Signal::Progress { percent, message, .. } => {
                    let within = u32::from(high - low) * u32::from(percent) / 100;
                    Signal::Progress { stage: Some(step.stage), percent: low + within as u8, message }
                }
                Signal::Heartbeat => Signal::Heartbeat,
            })
        },
    });
    let state = match &done {
        Ok(()) => json!("complete"),
        Err(RunError::Stopped) => json!("cancelled"),
        Err(RunError::Failed(_)) => json!("error"),
    };
    let entry = json!({
        "step": step.stage,
        "id": format!("{}.{}", run.job_id, step.stage),
        "state": state,
        "started_at": started.to_string(),
        "finished_at": Timestamp::now().to_string(),
        "result": extra,
    });
    if let Some(steps) = run.extra.entry("steps").or_insert_with(|| json!([])).as_array_mut() {
        steps.push(entry);
    }
    done
}

fn failed(detail: String) -> RunError {
    RunError::Failed(JobError::new("CHAIN_FAILED", detail))
}

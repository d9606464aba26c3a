//! The type of job.

use super::request;
use super::work::ChildRequest;
use crate::frame::{Frame, HUNG_AFTER, Work};
use crate::{Analysis, Library, NewStem, Place, StemType, Target, analysis_job, hash_file, sidecar};
use mixdown_shell::kinds::child::Program;
use mixdown_shell::kinds::{JobKind, Limits, QueuedBy, Run, RunError, Signal};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Stages of a separation.
const STAGES: [&str; 3] = ["separating", "analysing", "recording"];
const WORK: Work =
    Work { noun: "separation", verb: "separate", stage: STAGES[0], message: "Splitting the song", percents: 78.0 };
/// Memory that the process may address, in MiB: programs with models map far more than they use.
const MEMORY_MB: u64 = 64 << 10;

/// Splits a stem of the library into parts.
#[derive(Clone, Debug)]
pub struct Separation {
    frame: Frame,
    analysis: Analysis,
    /// False where the parts are not analysed by the same job.
    analyses: bool,
}

/// Parts that were put in their place.
struct Placed {
    stem_ids: Vec<String>,
    stems: Vec<(PathBuf, String, String, bool)>,
}

impl Separation {
    /// Name in records.
    pub const NAME: &'static str = "separation";

    /// Creates the type for a process that queues separations but does not run them.
    pub fn queued() -> Self {
        Self { frame: Frame::queued(&WORK), analysis: Analysis::queued(), analyses: true }
    }

    /// Creates the type for a worker; `analysis` analyses the parts. The program calls
    /// [`separate_child`](super::separate_child), and with [`GUARD`](mixdown_separate::GUARD) does
    /// as that states; or it acts as one that does.
    pub fn run_by(program: Program, analysis: Analysis) -> Self {
        Self { frame: Frame::run_by(&WORK, program), analysis, analyses: true }
    }

    /// Returns the type without the analysis of the parts, which is then a step of its own.
    pub(crate) fn without_analysis(self) -> Self {
        Self { analyses: false, ..self }
    }

    /// Returns the type of job that analyses the parts.
    pub(crate) fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// Returns the media folder of the library.
    pub(crate) fn media(&self) -> &Path {
        self.analysis.media()
    }

    /// Splits the stem of the request, and records the parts; returns what the process found.
    fn split(&self, run: &mut Run<'_>) -> Result<(Map<String, Value>, Placed), RunError> {
        let program = self.frame.program()?;
        let (request, song, blake3) = WORK.read(request::parse(run.request))?;
        let media = self.analysis.media().to_path_buf();
        let staging = media.join(sidecar::FOLDER).join(".answers").join(run.job_id.as_str());
        // A process that died may have left files.
        let _ = std::fs::remove_dir_all(&staging);
        std::fs::create_dir_all(&staging).map_err(|error| WORK.failed(error.to_string()))?;
        let limits = Limits { memory_mb: run.limits.memory_mb.max(MEMORY_MB), time: run.limits.time };
        let work = ChildRequest {
            song,
            blake3,
            with: request.with.clone(),
            model: request.model.clone(),
            seconds: limits.time.as_secs(),
            out: staging.clone(),
            guard: program.path().to_path_buf(),
        };
        let done = self.frame.run(&work, limits, run).and_then(|found| {
            let placed = place(&media, &staging, &request.audio_file_id, &request.stem_id, &found)?;
            Ok((found, placed))
        });
        let _ = std::fs::remove_dir_all(&staging);
        done
    }
}

impl JobKind for Separation {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn stages(&self) -> &'static [&'static str] {
        &STAGES
    }

    fn hung_after(&self) -> Duration {
        HUNG_AFTER
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let (found, placed) = self.split(run)?;
        run.extra.insert("separation".into(), Value::Object(found));
        run.extra.insert("stem_ids".into(), json!(placed.stem_ids));
        if !self.analyses {
            return Ok(());
        }
        let id = run.request["config"]["audio_file_id"].as_str().unwrap_or_default().to_owned();
        let target = Target::Audio { id, database: None };
        let request = analysis_job(run.session_id.clone(), &target, placed.stems);
        self.analysis.run(&mut Run {
            job_id: run.job_id,
            session_id: run.session_id,
            attempt: run.attempt,
            request: &request.extra,
            limits: run.limits,
            staging: run.staging,
            extra: run.extra,
            watch: &mut |signal| {
                (run.watch)(match signal {
                    Signal::Progress { stage, percent, message } => {
                        Signal::Progress { stage, percent: 80 + percent / 6, message }
                    }
                    Signal::Heartbeat => Signal::Heartbeat,
                })
            },
        })
    }
}

/// Moves the parts into the folder of their song, with the residual report beside it, and records
/// them.
fn place(
    media: &Path,
    staging: &Path,
    audio_file_id: &str,
    stem_id: &str,
    found: &Map<String, Value>,
) -> Result<Placed, RunError> {
    let io = |error: std::io::Error| WORK.failed(error.to_string());
    let folder = media.join(audio_file_id).join("stems");
    std::fs::create_dir_all(&folder).map_err(io)?;
    let names = found.get("parts").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let (mut parts, mut stems) = (Vec::new(), Vec::new());
    for name in names {
        let file = format!("{name}.wav");
        let path = folder.join(&file);
        std::fs::rename(staging.join(&file), &path).map_err(io)?;
        let hash = hash_file(&path).map_err(|error| WORK.failed(error.to_string()))?;
        let stem_type: StemType = name.parse().unwrap_or(StemType::Other);
        let mut part = NewStem::new(stem_type, Place::media(audio_file_id, &file), hash.clone());
        part.name = Some(name.to_owned());
        parts.push(part);
        stems.push((path, hash));
    }
    std::fs::rename(staging.join("residual.json"), media.join(audio_file_id).join("residual.json")).map_err(io)?;
    let ids = Library::open(media, None).and_then(|mut library| library.set_parts(audio_file_id, stem_id, &parts));
    let stem_ids = ids.map_err(|error| WORK.failed(error.to_string()))?;
    // The name of a part is its type: by sound alone, percussive parts would be drums.
    let stems = stems.into_iter().zip(&stem_ids).map(|((path, hash), id)| (path, hash, id.clone(), true));
    Ok(Placed { stems: stems.collect(), stem_ids })
}

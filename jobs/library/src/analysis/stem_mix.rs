//! Jobs of kind `stem_mix`: stems of the library are mixed to a new one, which is then analysed.

use super::kind::Analysis;
use crate::{ANALYSIS_VERSION, Error, Library, NewSong, NewStem, Place, SongAnalysis, Status, StemType, hash_file};
use mixdown_shell::job::{JobError, NewJob, SessionId};
use mixdown_shell::kinds::{JobKind, Mix, QueuedBy, Run, RunError, Signal};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Stages of such a mix.
const STAGES: [&str; 3] = ["mixing", "analysing", "recording"];
/// Name of the new stem's file.
const FILE: &str = "mix.wav";

/// Mixes stems to a new one.
#[derive(Clone, Debug)]
pub struct StemMix {
    mix: Mix,
    analysis: Analysis,
}

impl StemMix {
    /// Name in records.
    pub const NAME: &'static str = "stem_mix";

    /// Creates the type of these two.
    pub fn new(mix: Mix, analysis: Analysis) -> Self {
        Self { mix, analysis }
    }
}

/// Returns the job that mixes stems, each with its file, its hash and its gain in decibels, to a
/// new audio file of this id and name. They begin together, and nothing is added to their sound.
pub fn stem_mix_job(audio_file_id: &SessionId, name: &str, stems: &[(PathBuf, String, f64)]) -> NewJob {
    let number = |index: usize| format!("{:03}", index + 1);
    let track = |(index, (file, _, gain)): (usize, &(PathBuf, String, f64))| json!({ "name": number(index), "file": file, "gain_db": gain });
    let tracks: Vec<Value> = stems.iter().enumerate().map(track).collect();
    let session = json!({
        "schema": 1,
        "align": { "mode": "off", "timecode": "off" },
        "master": { "target": "none", "ceiling_dbtp": "off" },
        "output": { "format": "wav32f" },
        "tracks": tracks,
    });
    let held: Vec<Value> = stems.iter().map(|(path, blake3, _)| json!({ "path": path, "blake3": blake3 })).collect();
    let extra = Map::from_iter([
        ("config".into(), session),
        ("stems".into(), held.into()),
        ("song".into(), json!({ "audio_file_id": audio_file_id, "name": name })),
    ]);
    NewJob { session_id: audio_file_id.clone(), kind: StemMix::NAME, key: None, extra }
}

impl JobKind for StemMix {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn stages(&self) -> &'static [&'static str] {
        &STAGES
    }

    fn hung_after(&self) -> Duration {
        self.mix.hung_after()
    }

    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }

    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let failed = |detail: String| RunError::Failed(JobError::new("MIX_FAILED", detail));
        let media = self.analysis.media().to_path_buf();
        let staging = media.join(crate::sidecar::FOLDER).join(".answers").join(run.job_id.as_str());
        let io = |error: std::io::Error| failed(error.to_string());
        // A process that died may have left files.
        let _ = std::fs::remove_dir_all(&staging);
        std::fs::create_dir_all(&staging).map_err(io)?;
        let mut facts = Map::new();
        let mixed = self.mix.run(&mut Run {
            job_id: run.job_id,
            session_id: run.session_id,
            attempt: run.attempt,
            request: run.request,
            limits: run.limits,
            staging: &staging,
            extra: &mut facts,
            watch: &mut |signal| (run.watch)(mixing(signal)),
        });
        let added = mixed.and_then(|()| {
            let song = run.request.get("song").cloned().unwrap_or_default();
            let id = song["audio_file_id"].as_str().unwrap_or_default();
            let folder = media.join(id).join("stems");
            std::fs::create_dir_all(&folder).map_err(io)?;
            std::fs::rename(staging.join("final_mix.wav"), folder.join(FILE)).map_err(io)?;
            let hash = hash_file(&folder.join(FILE)).map_err(|error| failed(error.to_string()))?;
            let new = new_song(id, song["name"].as_str().unwrap_or("Mix"), hash.clone());
            let added = Library::open(&media, None).and_then(|mut library| match library.audio(id) {
                // An earlier attempt of this job has added it.
                Ok(audio) => Ok(audio.stems[0].stem_id.clone()),
                Err(Error::UnknownAudioFile(_)) => Ok(library.add_forced(&new)?.stem_ids.remove(0)),
                Err(error) => Err(error),
            });
            let stem_id = added.map_err(|error| failed(error.to_string()))?;
            run.extra.insert("stem_id".into(), json!(stem_id));
            Ok((folder.join(FILE), hash, stem_id, id.to_owned()))
        });
        let _ = std::fs::remove_dir_all(&staging);
        let (path, blake3, stem_id, id) = added?;
        let target = super::Target::Audio { id, database: None };
        let request = super::analysis_job(run.session_id.clone(), &target, vec![(path, blake3, stem_id, false)]);
        self.analysis.run(&mut Run {
            job_id: run.job_id,
            session_id: run.session_id,
            attempt: run.attempt,
            request: &request.extra,
            limits: run.limits,
            staging: run.staging,
            extra: run.extra,
            watch: &mut |signal| (run.watch)(analysing(signal)),
        })
    }
}

/// Returns the progress of the whole job for that of its mix.
fn mixing(signal: Signal) -> Signal {
    match signal {
        Signal::Progress { percent, .. } => {
            Signal::Progress { stage: Some(STAGES[0]), percent: percent / 2, message: "Mixing the stems" }
        }
        Signal::Heartbeat => Signal::Heartbeat,
    }
}

/// Returns the progress of the whole job for that of its analysis.
fn analysing(signal: Signal) -> Signal {
    match signal {
        Signal::Progress { stage, percent, message } => Signal::Progress { stage, percent: 50 + percent / 2, message },
        Signal::Heartbeat => Signal::Heartbeat,
    }
}

fn new_song(id: &str, name: &str, hash: String) -> NewSong {
    let mut stem = NewStem::new(StemType::Other, Place::media(id, FILE), hash);
    stem.name = Some(name.to_owned());
    NewSong {
        audio_file_id: Some(id.to_owned()),
        name: name.to_owned(),
        analysis: SongAnalysis {
            analysis_version: ANALYSIS_VERSION,
            status: Status::Pending,
            ..SongAnalysis::default()
        },
        stems: vec![stem],
        ..NewSong::default()
    }
}

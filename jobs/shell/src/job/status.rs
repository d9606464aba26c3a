//! Status documents of jobs: the status contract.

use super::life::Life;
use super::record::Record;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Result of looking up a job's id.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// The job was found.
    Found {
        /// The job's record.
        record: Box<Record>,
        /// Path of its result, when it is complete and the file exists.
        result: Option<PathBuf>,
    },
    /// There is no such job.
    NotFound,
    /// The record is damaged: the reason, or its place in quarantine.
    Corrupt(String),
    /// The job had ended and was deleted.
    Expired,
    /// A newer version wrote the record; the part unknown to this version.
    Newer(String),
    /// The look-up failed with this error.
    Failed(String),
}

/// Returns the status document.
pub fn status_document(lookup: &Lookup) -> Value {
    let refuse = |code: &str, message: &str| json!({ "ok": false, "data": {}, "error": code, "message": message });
    match lookup {
        Lookup::Found { record, result } => json!({
            "ok": true,
            "data": data(record, result.as_deref()),
            "error": null,
            "message": "Job status retrieved successfully",
        }),
        Lookup::NotFound => refuse("JOB_NOT_FOUND", "Job not found"),
        Lookup::Corrupt(why) => refuse("JOB_RECORD_CORRUPT", why),
        Lookup::Expired => refuse("JOB_EXPIRED", "Job expired"),
        Lookup::Newer(why) => refuse("JOB_RECORD_NEWER", why),
        Lookup::Failed(why) => refuse("JOB_STATUS_ERROR", why),
    }
}

fn data(record: &Record, place: Option<&Path>) -> Value {
    let mut data = json!({
        "job_id": record.job_id,
        "state": record.state(),
        "progress": record.progress,
        "message": record.message,
        "error": record.error.as_ref().filter(|_| record.life == Life::Error).map(|error| &error.detail),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    });
    if let Some(stage) = record.own_stage() {
        data["stage"] = stage.into();
    }
    if let (Some(place), Some(result), Life::Complete) = (place, &record.result, record.life) {
        data["result_url"] = format!("/media/{}/mix_outputs/{}", record.session_id, result.file_name()).into();
        data["result_path"] = place.display().to_string().into();
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Actor, JobError, JobId, JobResult, NewJob};
    use crate::kinds::Kinds;
    use jiff::Timestamp;

    fn found(record: &Record, has_result: bool) -> Value {
        status_document(&Lookup::Found {
            record: Box::new(record.clone()),
            result: has_result.then(|| "/storage/final_mix.wav".into()),
        })
    }

    #[test]
    fn the_contract_holds_key_by_key() {
        let now = Timestamp::UNIX_EPOCH;
        let job = NewJob::mix("song-1".parse().unwrap(), Value::Null);
        let mut record = job.into_record(Kinds::standard().get("mix").unwrap(), JobId::new(now), now, 3);
        let document = found(&record, true);
        let keys: Vec<_> = document["data"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["job_id", "state", "progress", "message", "error", "created_at", "updated_at"]);
        assert_eq!((&document["ok"], &document["error"]), (&json!(true), &Value::Null));
        assert_eq!(document["message"], "Job status retrieved successfully");

        record.transition(Life::Running, Actor::Worker, now).unwrap();
        let mut failed = record.clone();
        failed.fail(JobError::new("X", "it broke"), Actor::Worker, now).unwrap();
        assert_eq!(found(&failed, true)["data"]["error"], "it broke");

        record.result = Some(JobResult::new("mix_outputs/song-1/final_mix.wav".into(), 1, String::new()));
        record.transition(Life::Complete, Actor::Worker, now).unwrap();
        assert_eq!(found(&record, true)["data"]["result_url"], "/media/song-1/mix_outputs/final_mix.wav");
        assert_eq!(found(&record, true)["data"]["result_path"], "/storage/final_mix.wav");
        assert!(found(&record, false)["data"].get("result_url").is_none());
    }

    #[test]
    fn each_failure_has_its_own_code() {
        let code = |lookup| status_document(&lookup)["error"].clone();
        assert_eq!(
            status_document(&Lookup::NotFound),
            json!({ "ok": false, "data": {}, "error": "JOB_NOT_FOUND", "message": "Job not found" })
        );
        assert_eq!(code(Lookup::Corrupt("torn".into())), "JOB_RECORD_CORRUPT");
        assert_eq!(code(Lookup::Expired), "JOB_EXPIRED");
        assert_eq!(code(Lookup::Failed("disk".into())), "JOB_STATUS_ERROR");
    }
}

//! The record of a session: the contents of its file.

use super::stem::{FileMark, Stem};
use super::stem_name::StemName;
use super::{Sessions, disk};
use crate::error::{ApiError, Code};
use jiff::Timestamp;
use mixdown_shell::job::SessionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tracing::error;

/// Version of the record's form.
const SCHEMA: u32 = 1;

/// The record of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionFile {
    /// Version of the form.
    pub schema: u32,
    /// The session's id.
    pub session_id: SessionId,
    /// Its name, for people.
    pub name: String,
    /// Time of its creation.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Number of changes of the document.
    pub rev: u64,
    /// The session document; each `file` is the name of a stem.
    pub session: Value,
    /// The stems, by name.
    pub stems: Vec<Stem>,
    /// A stem whose file is being put in place: it exists once the file has this mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) placing: Option<Stem>,
    /// A stem whose file is being removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) removing: Option<StemName>,
    /// True while the session is being deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) deleted: bool,
}

impl SessionFile {
    /// Creates a session without stems.
    pub(super) fn new(session_id: SessionId, name: String, now: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            session_id,
            name,
            created_at: now,
            updated_at: now,
            rev: 1,
            session: json!({ "schema": 1, "tracks": [] }),
            stems: Vec::new(),
            placing: None,
            removing: None,
            deleted: false,
        }
    }

    /// Returns the record in a file's bytes.
    pub(super) fn parse(bytes: &[u8], session: &SessionId) -> Result<Self, ApiError> {
        let corrupt = |why: String| {
            error!(%session, %why, "damaged session record");
            ApiError::new(
                Code::SessionCorrupt,
                format!("the record of session {session} is damaged or of a newer version"),
            )
        };
        let file: Self = serde_json::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
        if file.schema != SCHEMA || file.session_id != *session {
            return Err(corrupt(format!("schema {}, session {}", file.schema, file.session_id)));
        }
        Ok(file)
    }

    /// Returns a stem.
    ///
    /// # Errors
    /// `STEM_NOT_FOUND`.
    pub fn stem(&self, name: &StemName) -> Result<&Stem, ApiError> {
        let missing = || ApiError::new(Code::StemNotFound, format!("session {} has no stem {name:?}", self.session_id));
        self.stems.iter().find(|stem| stem.name == *name).ok_or_else(missing)
    }

    /// Returns the entity tag of the document.
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.rev)
    }

    /// Returns the sum of the stems' bytes.
    pub fn bytes(&self) -> u64 {
        self.stems.iter().map(|stem| stem.bytes).sum()
    }

    /// Returns the number of tracks in the document.
    pub fn tracks(&self) -> usize {
        self.tracks_list().len()
    }

    /// Returns the tracks of the document.
    pub(super) fn tracks_list(&self) -> &[Value] {
        self.session["tracks"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Returns the end of the last track, without its tail, in seconds; `None` without a track.
    pub fn duration_s(&self) -> Option<f64> {
        let end = |track: &Value| {
            let seconds = |key: &str| track[key].as_f64().unwrap_or(0.0);
            let stem = self.stems.iter().find(|stem| track["file"] == stem.name.as_str())?;
            let left = stem.duration_s - seconds("trim_start_s") - seconds("trim_end_s");
            Some(seconds("start_s") + seconds("delay_ms") / 1_000.0 + left.max(0.0))
        };
        self.tracks_list().iter().filter_map(end).reduce(f64::max)
    }

    /// Adds a stem, or replaces the facts of one of this name. A new one gets a track.
    pub(super) fn put_stem(&mut self, stem: Stem) {
        if let Some(known) = self.stems.iter_mut().find(|known| known.name == stem.name) {
            *known = stem;
        } else {
            self.add_track(&stem.name);
            self.stems.push(stem);
            self.stems.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }

    /// Appends a track that plays a stem; it has a name only where the stem's would be taken.
    fn add_track(&mut self, name: &StemName) {
        let title = |file: &str| std::path::Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let of = |track: &Value| {
            let file = || track["file"].as_str().and_then(title);
            track["name"].as_str().map(str::to_owned).or_else(file)
        };
        let taken: BTreeSet<String> = self.tracks_list().iter().filter_map(of).collect();
        let mut track = json!({ "file": name.as_str() });
        let own = title(name.as_str()).unwrap_or_default();
        if taken.contains(&own) {
            let mut numbered = (2_u32..).map(|number| format!("{own} {number}"));
            track["name"] = numbered.find(|name| !taken.contains(name)).into();
        }
        match self.session["tracks"].as_array_mut() {
            Some(tracks) => tracks.push(track),
            None => self.session["tracks"] = json!([track]),
        }
        self.rev += 1;
    }

    /// Removes a stem with its tracks.
    pub(super) fn take_stem(&mut self, name: &StemName) {
        self.stems.retain(|stem| stem.name != *name);
        if let Some(tracks) = self.session["tracks"].as_array_mut() {
            let before = tracks.len();
            tracks.retain(|track| track["file"] != name.as_str());
            self.rev += u64::from(tracks.len() != before);
        }
    }
}

impl Sessions {
    /// Carries out in memory what a process may have left half done; returns true if there was
    /// anything.
    pub(super) fn settle(&self, file: &mut SessionFile) -> bool {
        let (placing, removing) = (file.placing.take(), file.removing.take());
        let is_unsettled = placing.is_some() || removing.is_some();
        if let Some(stem) = placing
            && FileMark::of(&self.stem_path(&file.session_id, &stem.name)).as_ref() == Some(&stem.file)
        {
            file.put_stem(stem);
        }
        is_unsettled
    }

    /// Writes a session's record, durably.
    pub(super) fn write(&self, file: &SessionFile) -> Result<(), ApiError> {
        let path = self.folder(&file.session_id).join(super::RECORD);
        let bytes = serde_json::to_vec(file)
            .map_err(|error| ApiError::new(Code::Internal, format!("the session cannot be written: {error}")))?;
        disk::replace(&path, &bytes).map_err(|error| disk::refusal(&path, &error))
    }
}

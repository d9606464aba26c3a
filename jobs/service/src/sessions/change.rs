//! Changes of sessions. Each runs under the session's lock.

use super::record::SessionFile;
use super::stem::Stem;
use super::stem_name::StemName;
use super::upload_key::UploadKey;
use super::{RECORD, RESERVED, STEMS, Sessions, disk};
use crate::error::{ApiError, Code};
use jiff::Timestamp;
use mixdown_shell::job::SessionId;
use serde_json::{Value, json};
use std::fs;
use tracing::warn;

impl Sessions {
    /// Creates a session.
    ///
    /// # Errors
    /// `SESSION_EXISTS`, `SESSION_RESERVED`, `TOO_MANY_SESSIONS`, or an error of the disk.
    pub fn create(&self, session: &SessionId, name: String, now: Timestamp) -> Result<SessionFile, ApiError> {
        if RESERVED.contains(&session.as_str()) {
            return Err(ApiError::new(
                Code::SessionReserved,
                format!("{session}: the name is reserved; choose another"),
            ));
        }
        let _lock = self.lock(session);
        match self.read(session)? {
            Some(file) if file.deleted => self.remove_files(session)?,
            Some(_) => {
                return Err(ApiError::new(Code::SessionExists, format!("there is a session {session} already")));
            }
            None => {}
        }
        if self.ids()?.len() >= self.most {
            let message = format!("there are {} sessions, the most that are allowed; delete one", self.most);
            return Err(ApiError::new(Code::TooManySessions, message));
        }
        let io = |error| disk::refusal(&self.folder(session), &error);
        disk::ensure_folder(&self.media, &[session.as_str(), STEMS, ".parts"]).map_err(io)?;
        let file = SessionFile::new(session.clone(), name, now);
        self.write(&file)?;
        Ok(file)
    }

    /// Replaces a session's document by what `change` makes of it, if its tag is the expected one.
    ///
    /// # Errors
    /// `DOCUMENT_CHANGED`, `SESSION_INVALID`, and those of [`Sessions::get`].
    pub fn change_document(
        &self,
        session: &SessionId,
        is_expected: impl FnOnce(&str) -> bool,
        now: Timestamp,
        change: impl FnOnce(Value) -> Value,
    ) -> Result<SessionFile, ApiError> {
        let _lock = self.lock(session);
        let mut file = self.begin(session)?;
        if !is_expected(&file.etag()) {
            let message = "the document has changed since it was read; read it again";
            return Err(ApiError::new(Code::DocumentChanged, message).data(json!({ "rev": file.rev })));
        }
        let document = change(file.session.clone());
        Self::checked(&file, &document)?;
        if document != file.session {
            file.session = document;
            file.rev += 1;
            file.updated_at = now;
            self.write(&file)?;
        }
        Ok(file)
    }

    /// Puts the part of a stem in its place, and adds it to the record: a new one with a track. The
    /// part is durable. Returns the session, and true if the stem is new.
    ///
    /// # Errors
    /// `TOO_MANY_STEMS`, those of [`Sessions::get`], or an error of the disk. The part stays then.
    pub fn place_stem(
        &self,
        _lock: &super::SessionLock<'_>,
        session: &SessionId,
        stem: Stem,
        key: Option<&UploadKey>,
        now: Timestamp,
    ) -> Result<(SessionFile, bool), ApiError> {
        let mut file = self.begin(session)?;
        let replaced = file.stem(&stem.name).ok().map(|known| known.blake3.clone());
        self.check_stem_count(&file, &stem.name)?;
        let (part, place) = (self.part_path(session, &stem.name, key), self.stem_path(session, &stem.name));
        file.placing = Some(stem.clone());
        self.write(&file)?;
        let placed = fs::rename(&part, &place).and_then(|()| disk::sync_folder(&self.stems(session)));
        placed.map_err(|error| disk::refusal(&place, &error))?;
        file.placing = None;
        file.put_stem(stem);
        file.updated_at = now;
        if let Err(error) = self.write(&file) {
            // The stem is in its place, and the record names it as being placed: the next reader
            // completes it.
            warn!(session_id = %session, error = error.message(), "a record is left to be completed");
        }
        if let Some(replaced) = &replaced {
            self.forget_waveforms(&file, replaced);
        }
        Ok((file, replaced.is_none()))
    }

    /// Refuses a stem of a new name in a session that has the most.
    ///
    /// # Errors
    /// `TOO_MANY_STEMS`.
    pub fn check_stem_count(&self, file: &SessionFile, name: &StemName) -> Result<(), ApiError> {
        if file.stem(name).is_err() && file.stems.len() >= self.max_stems {
            let message = format!("the session has {} stems, the most that are allowed; delete one", self.max_stems);
            return Err(ApiError::new(Code::TooManyStems, message));
        }
        Ok(())
    }

    /// Removes a stem with its tracks.
    ///
    /// # Errors
    /// `STEM_NOT_FOUND`, those of [`Sessions::get`], or an error of the disk.
    pub fn remove_stem(
        &self,
        _lock: &super::SessionLock<'_>,
        session: &SessionId,
        name: &StemName,
        now: Timestamp,
    ) -> Result<SessionFile, ApiError> {
        let mut file = self.begin(session)?;
        let removed = file.stem(name)?.blake3.clone();
        file.take_stem(name);
        file.removing = Some(name.clone());
        file.updated_at = now;
        self.write(&file)?;
        self.finish_removal(&mut file)?;
        self.forget_waveforms(&file, &removed);
        Ok(file)
    }

    /// Deletes a session's record and stems; jobs and results are the store's.
    ///
    /// # Errors
    /// Those of [`Sessions::get`], or an error of the disk. The session is deleted then, too: its
    /// files are removed at the next start, or with the next session of its name.
    pub fn delete(&self, _lock: &super::SessionLock<'_>, session: &SessionId) -> Result<(), ApiError> {
        let mut file = self.get(session)?;
        file.deleted = true;
        self.write(&file)?;
        self.remove_files(session)
    }

    /// Returns a session for a change, once what another process left half done is carried out.
    fn begin(&self, session: &SessionId) -> Result<SessionFile, ApiError> {
        let mut file = self.get(session)?;
        let mut left = self.read(session)?;
        let removing = left.as_mut().and_then(|left| left.removing.take());
        let is_unsettled = left.is_some_and(|left| left.placing.is_some());
        if removing.is_some() {
            file.removing = removing;
            self.finish_removal(&mut file)?;
        } else if is_unsettled {
            self.write(&file)?;
        }
        Ok(file)
    }

    fn finish_removal(&self, file: &mut SessionFile) -> Result<(), ApiError> {
        if let Some(name) = file.removing.take() {
            let path = self.stem_path(&file.session_id, &name);
            disk::remove(&path).map_err(|error| disk::refusal(&path, &error))?;
            self.write(file)?;
        }
        Ok(())
    }

    /// Finishes the deletion of sessions that a process died in.
    pub fn sweep(&self) {
        for session in self.ids().unwrap_or_default() {
            let _lock = self.lock(&session);
            if self.read(&session).is_ok_and(|file| file.is_some_and(|file| file.deleted)) {
                // The log has the cause of a failure; the next start tries again.
                let _ = self.remove_files(&session);
            }
        }
    }

    fn remove_files(&self, session: &SessionId) -> Result<(), ApiError> {
        let (stems, record) = (self.stems(session), self.folder(session).join(RECORD));
        disk::remove_tree(&stems).map_err(|error| disk::refusal(&stems, &error))?;
        // Remains of a killed process would keep the folder.
        let _ = disk::remove(&disk::temporary(&record));
        disk::remove(&record).map_err(|error| disk::refusal(&record, &error))?;
        // The folder stays while it has records of jobs.
        let _ = fs::remove_dir(self.folder(session).join("jobs"));
        let _ = fs::remove_dir(self.folder(session));
        Ok(())
    }
}

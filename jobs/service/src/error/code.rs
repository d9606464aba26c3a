//! The table of error codes: a distinct one for each cause.

use axum::http::StatusCode;

macro_rules! codes {
    ($($name:ident = $status:literal $text:literal, $meaning:literal;)*) => {
        /// Cause of a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
        }

        /// All causes, in the order of their status.
        pub const CODES: &[Code] = &[$(Code::$name),*];

        impl Code {
            /// Returns its name in answers.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Returns its HTTP status.
            pub fn status(self) -> StatusCode {
                let status = match self { $(Self::$name => $status,)* };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            /// Returns its meaning.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

codes! {
    BadRequest = 400 "BAD_REQUEST", "The request cannot be read.";
    BadId = 400 "BAD_ID", "An id has other characters than letters, digits, - and _, begins with - or _, or has more than 64.";
    BadQuery = 400 "BAD_QUERY", "A query parameter has a wrong name, type or range.";
    BadJson = 400 "BAD_JSON", "The body is not valid JSON.";
    BadStemName = 400 "BAD_STEM_NAME", "The name of a stem is not one visible part of a path.";
    BadContentRange = 400 "BAD_CONTENT_RANGE", "Content-Range is not that of a part of an upload.";
    BadUploadKey = 400 "BAD_UPLOAD_KEY", "Upload-Key is not 1 to 64 letters, digits, - and _.";
    UploadCut = 400 "UPLOAD_CUT", "The body of an upload ended early; what arrived is kept.";
    TokenNeeded = 401 "TOKEN_NEEDED", "The request has no valid token.";
    TokenWrong = 401 "TOKEN_WRONG", "The token is not the one of this service.";
    BadOrigin = 403 "BAD_ORIGIN", "The request comes from a page of another origin.";
    BadHost = 403 "BAD_HOST", "The request is addressed to a host that is not allowed.";
    NotFound = 404 "NOT_FOUND", "There is no such route.";
    JobNotFound = 404 "JOB_NOT_FOUND", "There is no such job, or not in this session.";
    FileNotFound = 404 "FILE_NOT_FOUND", "There is no such file.";
    AudioNotFound = 404 "AUDIO_NOT_FOUND", "The library has no such audio file.";
    LibraryStemNotFound = 404 "LIBRARY_STEM_NOT_FOUND", "The library has no such stem.";
    NoNotation = 404 "NO_NOTATION", "The stem has no notes, or its song no bars for a score.";
    SessionNotFound = 404 "SESSION_NOT_FOUND", "There is no such session.";
    StemNotFound = 404 "STEM_NOT_FOUND", "The session has no such stem.";
    MethodNotAllowed = 405 "METHOD_NOT_ALLOWED", "The route has no such method.";
    CleanupRunning = 409 "CLEANUP_RUNNING", "A cleanup runs; `data.job_id` is its job.";
    JobEnded = 409 "JOB_ENDED", "The job has ended, and stays as it is.";
    JobIncomplete = 409 "JOB_INCOMPLETE", "The job has no result, or not yet.";
    JobRunning = 409 "JOB_RUNNING", "A worker has the job.";
    JobTransition = 409 "JOB_TRANSITION", "The job cannot take this step in its state.";
    KeyTaken = 409 "IDEMPOTENCY_KEY_TAKEN", "The idempotency key belongs to another request.";
    SessionReserved = 409 "SESSION_RESERVED", "The name is reserved.";
    SessionExists = 409 "SESSION_EXISTS", "There is a session with this id already.";
    AudioBusy = 409 "AUDIO_BUSY", "A job uses the audio file or one of its stems.";
    AudioExists = 409 "AUDIO_EXISTS", "The library has an audio file or a stem with this id already.";
    SessionBusy = 409 "SESSION_BUSY", "A job, an upload or a live engine uses the session.";
    TooManySessions = 409 "TOO_MANY_SESSIONS", "The service has as many sessions as it may.";
    TooManyStems = 409 "TOO_MANY_STEMS", "The session has as many stems as it may.";
    StemInUse = 409 "STEM_IN_USE", "A queued or running job uses the stem.";
    UploadInProgress = 409 "UPLOAD_IN_PROGRESS", "Another request uploads a stem of this name.";
    UploadOffset = 409 "UPLOAD_OFFSET", "The part does not begin where the upload stands; Upload-Offset has the place.";
    NoTracks = 409 "NO_TRACKS", "The session has no track.";
    JobDeleted = 410 "JOB_DELETED", "The job was deleted on request.";
    JobExpired = 410 "JOB_EXPIRED", "The job ended, and expired since.";
    ResultReplaced = 410 "RESULT_REPLACED", "A later job of the session replaced the result.";
    Precondition = 412 "PRECONDITION_FAILED", "The file is not the one that the request expects.";
    DocumentChanged = 412 "DOCUMENT_CHANGED", "The document has changed since it was read.";
    BodyTooLarge = 413 "BODY_TOO_LARGE", "The body is larger than the limit.";
    UploadTooLarge = 413 "UPLOAD_TOO_LARGE", "The stem is larger than the limit.";
    SessionQuota = 413 "SESSION_QUOTA", "The stems of the session would be larger than its quota.";
    WrongContentType = 415 "WRONG_CONTENT_TYPE", "The body is of another content type than the route takes.";
    UnsupportedFormat = 415 "UNSUPPORTED_FORMAT", "The stem is not audio, or of a format that is not read.";
    RangeUnsatisfiable = 416 "RANGE_NOT_SATISFIABLE", "The file ends before the range.";
    CallbackRefused = 422 "CALLBACK_REFUSED", "The callback's address is not valid, or not allowed.";
    CallbacksOff = 422 "CALLBACKS_OFF", "The service sends no callbacks.";
    InvalidBody = 422 "INVALID_BODY", "The body is JSON, but has wrong fields.";
    LibraryInvalid = 422 "LIBRARY_INVALID", "A value of a stem, a song or a search is out of range.";
    NothingToCompare = 422 "NOTHING_TO_COMPARE", "The stem or session has neither key, tempo nor readings to compare others with.";
    SessionInvalid = 422 "SESSION_INVALID", "The session document has problems; data.problems lists them.";
    StemUnreadable = 422 "STEM_UNREADABLE", "The stem cannot be decoded.";
    StemTooLong = 422 "STEM_TOO_LONG", "The decoded stem has more frames than the limit, or takes too long.";
    StemEmpty = 422 "STEM_EMPTY", "The stem has no bytes or no frames.";
    StemMissing = 422 "STEM_MISSING", "The file of a stem is missing, or was changed from outside.";
    NoFiles = 422 "NO_FILES", "The form has no file.";
    UpgradeNeeded = 426 "UPGRADE_NEEDED", "The route is a WebSocket, and the request is none.";
    TooManyEngines = 429 "TOO_MANY_ENGINES", "As many live engines run as are allowed.";
    Internal = 500 "INTERNAL", "A fault of the service.";
    JobRecordCorrupt = 500 "JOB_RECORD_CORRUPT", "The job's record is damaged.";
    JobRecordNewer = 500 "JOB_RECORD_NEWER", "A newer version wrote the job's record.";
    LibraryNewer = 500 "LIBRARY_NEWER", "A newer version wrote the library.";
    SessionCorrupt = 500 "SESSION_CORRUPT", "The session's record is damaged, or of a newer version.";
    JobStatusError = 500 "JOB_STATUS_ERROR", "The job's record could not be read.";
    NotReady = 503 "NOT_READY", "The service cannot work; `data.checks` names the reason.";
    StoreBusy = 503 "STORE_BUSY", "Another process holds a lock; try again.";
    Stopping = 503 "STOPPING", "The service stops.";
    TimedOut = 503 "TIMED_OUT", "The request took too long.";
    DiskFull = 507 "DISK_FULL", "The disk is full, or nearly so.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_own_name_in_the_order_of_status() {
        let names: std::collections::BTreeSet<_> = CODES.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), CODES.len());
        assert!(CODES.is_sorted_by_key(|code| code.status()));
    }
}

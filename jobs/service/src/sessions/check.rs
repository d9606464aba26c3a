//! The check of a session document.

use super::Sessions;
use super::record::SessionFile;
use crate::error::{ApiError, Code};
use mixdown_engine::session::Session;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A problem of a session document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct DocumentProblem {
    /// JSON pointer to the value (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// The problem, and the accepted values.
    pub message: String,
}

impl Sessions {
    /// Returns the document as the engine reads it, each `file` still a name.
    ///
    /// # Errors
    /// `SESSION_INVALID` with all problems: those of the engine, and each `file` that is not the
    /// name of a stem of this session.
    pub(super) fn checked(file: &SessionFile, document: &Value) -> Result<Session, ApiError> {
        let (session, found) = match Session::draft(document) {
            Ok(session) => (Some(session), Vec::new()),
            Err(problems) => (None, problems),
        };
        let mut problems: Vec<_> = found
            .into_iter()
            .map(|problem| {
                let message = if problem.place.is_empty() || !problem.pointer.is_empty() {
                    problem.message
                } else {
                    format!("{}: {}", problem.place, problem.message)
                };
                DocumentProblem { pointer: problem.pointer, message }
            })
            .collect();
        let files = document["tracks"].as_array().into_iter().flatten().enumerate();
        problems.extend(files.filter_map(|(index, track)| {
            let name = track["file"].as_str()?;
            let known = file.stems.iter().any(|stem| stem.name.as_str() == name);
            (!known).then(|| DocumentProblem {
                pointer: format!("/tracks/{index}/file"),
                message: format!("file = {name:?} is not the name of a stem of this session"),
            })
        }));
        match session {
            Some(session) if problems.is_empty() => Ok(session),
            _ => {
                let count = problems.len();
                let message = format!("the session document has {count} problem{}", if count == 1 { "" } else { "s" });
                Err(ApiError::new(Code::SessionInvalid, message).data(json!({ "problems": problems })))
            }
        }
    }
}

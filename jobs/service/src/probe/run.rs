//! The start of such a process, and its answer.
//!
//! It is started from an async task, on a thread that lives as long as the service: the system ends
//! a process bound to its parent once the thread that started it ends.

use super::{Answer, DRAW, Decoded, PROBE, Reason, Request};
use crate::app::App;
use crate::child::CHILD;
use crate::error::{ApiError, Code};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// Longest answer, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// Decodes a file from its first frame to its last. `name` stands for it in messages.
///
/// # Errors
/// `UNSUPPORTED_FORMAT`, `STEM_UNREADABLE`, `STEM_TOO_LONG`, `STEM_EMPTY`; `STOPPING` when the
/// service stops.
pub(crate) async fn probe(app: &App, path: &Path, name: &str) -> Result<Decoded, ApiError> {
    let work = async {
        let mut child = start(app, PROBE, path, 0).await?;
        let mut answer = Vec::new();
        if let Some(output) = child.stdout.take() {
            output.take(MAX_ANSWER).read_to_end(&mut answer).await.map_err(|error| fault(&error))?;
        }
        let status = child.wait().await.map_err(|error| fault(&error))?;
        serde_json::from_slice(&answer).map_err(|_| {
            let why = "a part of it breaks the decoder, or needs more memory than is allowed";
            ApiError::new(Code::StemUnreadable, format!("{name}: the process that decodes it ended ({status}): {why}"))
        })
    };
    match bounded(app, name, work).await? {
        Answer::Decoded(decoded) => Ok(decoded),
        Answer::Refused { reason, message } => {
            let code = match reason {
                Reason::Unsupported => Code::UnsupportedFormat,
                Reason::Unreadable => Code::StemUnreadable,
                Reason::TooLong => Code::StemTooLong,
                Reason::Empty => Code::StemEmpty,
            };
            Err(ApiError::new(code, without_path(&message, path, name)))
        }
    }
}

/// Draws the waveform of a file into another, which gets its name once it is whole.
///
/// # Errors
/// `STEM_UNREADABLE`, `STEM_TOO_LONG`, `STOPPING`, or an error of the disk.
pub(crate) async fn draw(
    app: &App,
    path: &Path,
    name: &str,
    samples_per_pixel: u32,
    out: PathBuf,
) -> Result<(), ApiError> {
    let temporary = out.with_extension(format!("{}.tmp", uuid::Uuid::now_v7().simple()));
    let work = async {
        let mut child = start(app, DRAW, path, samples_per_pixel).await?;
        let mut file = tokio::fs::File::create_new(&temporary).await.map_err(|error| fault(&error))?;
        if let Some(mut output) = child.stdout.take() {
            tokio::io::copy(&mut output, &mut file).await.map_err(|error| fault(&error))?;
        }
        file.flush().await.map_err(|error| fault(&error))?;
        if child.wait().await.map_err(|error| fault(&error))?.success() {
            tokio::fs::rename(&temporary, &out).await.map_err(|error| fault(&error))
        } else {
            Err(ApiError::new(Code::StemUnreadable, format!("{name}: its waveform cannot be drawn")))
        }
    };
    let drawn = bounded(app, name, work).await;
    if drawn.is_err() {
        // There may be none.
        let _ = tokio::fs::remove_file(&temporary).await;
    }
    drawn
}

/// Runs the work of one process, among as many as the machine has cores, for as long as allowed.
async fn bounded<T>(app: &App, name: &str, work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let seconds = app.settings.probe_seconds;
    let stopping = || ApiError::new(Code::Stopping, "the service stops; try again");
    let timed = async {
        let _place = app.sessions.decoders().acquire().await.map_err(|_| stopping())?;
        let long = |_| ApiError::new(Code::StemTooLong, format!("{name}: takes more than {seconds} s to decode"));
        tokio::time::timeout(Duration::from_secs(seconds), work).await.map_err(long)?
    };
    tokio::select! {
        done = timed => done,
        () = app.stopped() => Err(stopping()),
    }
}

async fn start(app: &App, work: &str, path: &Path, samples_per_pixel: u32) -> Result<Child, ApiError> {
    let settings = &app.settings;
    let request = Request {
        path: path.to_path_buf(),
        memory_mb: settings.child_memory_mb,
        max_frames: settings.max_frames,
        samples_per_pixel,
    };
    let mut command = Command::new(&settings.program);
    command.args([CHILD, work]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    #[cfg(unix)]
    // Ctrl-C is for the service.
    command.process_group(0);
    let mut child = command.spawn().map_err(|error| fault(&error))?;
    if let Some(mut input) = child.stdin.take() {
        let line = serde_json::to_vec(&request).unwrap_or_default();
        input.write_all(&line).await.map_err(|error| fault(&error))?;
    }
    Ok(child)
}

fn fault(error: &std::io::Error) -> ApiError {
    ApiError::from_io(error, &format_args!("the process that decodes stems: {error}"))
}

/// Returns a message with the stem's name instead of its path.
fn without_path(message: &str, path: &Path, name: &str) -> String {
    let message = message.replace(&path.display().to_string(), name);
    if message.starts_with(name) { message } else { format!("{name}: {message}") }
}

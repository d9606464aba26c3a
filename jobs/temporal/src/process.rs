//! The process of one order: `mixdown work -`, its lines, and its end.

use crate::launcher::TRY_AGAIN;
use crate::order::OrderInput;
use crate::progress::{Beat, Line};
use serde_json::Value;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Time between the end of a process and the end of its lines, which a program that it started may
/// keep open.
const LAST_LINES: Duration = Duration::from_secs(1);

/// A running process.
pub(crate) struct Process {
    child: Child,
    last: watch::Receiver<Option<Line>>,
    reader: JoinHandle<()>,
}

/// The end of a process.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    /// The result is published.
    Done(Value),
    /// The order fails for good.
    Failed {
        /// Name of the error.
        code: String,
        /// Text for people.
        message: String,
    },
    /// Another attempt may succeed.
    Returned {
        /// Name of the error.
        code: String,
        /// Text for people.
        message: String,
    },
}

impl Process {
    /// Starts an order.
    ///
    /// # Errors
    /// Errors of the operating system: no such program or folder, no memory.
    pub(crate) fn start(program: &Path, input: &OrderInput) -> std::io::Result<Self> {
        let mut command = command(program)?;
        command.current_dir(&input.folder).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        // A group of its own, so that Ctrl-C reaches the worker alone, which stops its orders.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| std::io::Error::other("no standard output"))?;
        let (sender, last) = watch::channel(None);
        let reader = tokio::spawn(read(stdout, sender));
        if let Some(mut stdin) = child.stdin.take() {
            let text = input.order.to_string();
            // A process that reads nothing must not keep its worker from stopping it; one that
            // ended already states its own cause.
            tokio::spawn(async move {
                let _ = stdin.write_all(text.as_bytes()).await;
            });
        }
        Ok(Self { child, last, reader })
    }

    /// Returns the latest progress.
    pub(crate) fn beat(&self) -> Beat {
        self.last.borrow().as_ref().map(Line::beat).unwrap_or_default()
    }

    /// Sends SIGTERM, after which `mixdown work` removes its files and ends.
    pub(crate) fn terminate(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            // One that ended at this moment needs no signal.
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        #[cfg(not(unix))]
        self.kill();
    }

    /// Ends the process at once.
    pub(crate) fn kill(&mut self) {
        // One that ended at this moment needs no signal.
        let _ = self.child.start_kill();
    }

    /// Waits for the end of the process. Dropping the future loses nothing.
    pub(crate) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Returns the outcome after the end.
    pub(crate) async fn outcome(mut self, status: ExitStatus) -> Ending {
        // In vain only if a program that it started lives on.
        let _ = tokio::time::timeout(LAST_LINES, &mut self.reader).await;
        let line = self.last.borrow().clone();
        outcome(status, line)
    }
}

/// Reads lines until the end of the output.
async fn read(stdout: ChildStdout, sender: watch::Sender<Option<Line>>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(text)) = lines.next_line().await {
        if let Some(line) = Line::parse(&text) {
            sender.send_replace(Some(line));
        }
    }
}

/// Returns the command of an order: through the launcher, where that is of use.
fn command(program: &Path) -> std::io::Result<Command> {
    if !cfg!(target_os = "linux") {
        let mut command = Command::new(program);
        command.args(["work", "-"]);
        return Ok(command);
    }
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("launch").arg(std::process::id().to_string()).arg(program);
    Ok(command)
}

/// Returns the outcome of an exit code and the last line.
fn outcome(status: ExitStatus, line: Option<Line>) -> Ending {
    let (code, message, result) = match line {
        Some(line) => (line.code, line.message, line.result),
        None => (None, String::new(), None),
    };
    // A message belongs to the end only if its line states a cause.
    let message = if code.is_some() { message } else { format!("mixdown work ended with {status}") };
    let code = code.unwrap_or_else(|| "ended".to_owned());
    match (status.code(), result) {
        (Some(0), Some(result)) => Ending::Done(result),
        (Some(0), None) => Ending::Failed { code: "no_result".into(), message },
        // Without a code: by a signal, as of a system that is out of memory.
        (None, _) => Ending::Returned { code, message },
        (Some(exit), _) if exit == i32::from(TRY_AGAIN) => Ending::Returned { code, message },
        (Some(_), _) => Ending::Failed { code, message },
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    fn exit(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    #[test]
    fn exit_codes_decide_and_lines_state_the_cause() {
        let line = |text: &str| Line::parse(text);
        let done = line(r#"{"stage":"done","progress":1.0,"message":"m","result":{"attempt":"a"}}"#);
        assert_eq!(outcome(exit(0), done.clone()), Ending::Done(serde_json::json!({ "attempt": "a" })));
        assert!(matches!(outcome(exit(1), done), Ending::Failed { .. }));
        let full = line(r#"{"stage":"returned","message":"disk","code":"disk_full"}"#);
        let expected = Ending::Returned { code: "disk_full".into(), message: "disk".into() };
        assert_eq!(outcome(exit(75), full), expected);
        let mixing = line(r#"{"stage":"mixing","progress":0.5,"message":"Mixing"}"#);
        let Ending::Returned { code, message } = outcome(ExitStatus::from_raw(9), mixing.clone()) else { panic!() };
        assert!(code == "ended" && message.contains("signal: 9"), "{message}");
        assert!(matches!(outcome(exit(0), mixing), Ending::Failed { code, .. } if code == "no_result"));
        assert!(matches!(outcome(exit(2), None), Ending::Failed { .. }));
    }
}

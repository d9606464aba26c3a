//! The process's side. When standard input ends, because its worker requests a stop or has died,
//! the work stops at its next report.

use super::{Line, Task};
use crate::confine;
use crate::job::JobError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::io::{self, BufRead, Read, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Interval between two lines about the same phase.
const PAUSE: Duration = Duration::from_millis(100);

/// End of work without an answer.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// It stopped on request.
    OnRequest,
    /// It failed.
    Failed(JobError),
}

/// Runs the work of this process; returns true if it succeeded. The work receives its request, and
/// a function that takes the name of its phase and the fraction done, and returns whether to
/// continue.
pub fn child_work<R: DeserializeOwned>(
    work: impl FnOnce(R, &mut (dyn FnMut(&str, f64) -> ControlFlow<()> + Send)) -> Result<Map<String, Value>, Stopped>,
) -> bool {
    // Before any thread starts: from here on the process ends with its worker.
    confine::die_with_parent();
    confine::yield_to_others();
    let mut input = io::stdin().lock();
    let mut line = String::new();
    let Ok(Ok(task)) = input.read_line(&mut line).map(|_| serde_json::from_str::<Task<R>>(&line)) else {
        return send(&Line::Failed(JobError::new("BAD_REQUEST", "the request cannot be read")));
    };
    drop(input);
    let stop = Arc::new(AtomicBool::new(false));
    let observed = Arc::clone(&stop);
    std::thread::spawn(move || {
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        observed.store(true, Ordering::SeqCst);
    });
    // All threads start before memory runs short: a thread that dies while it starts is waited for
    // forever.
    rayon::broadcast(|_| ());
    confine::limit_memory(task.memory_mb);
    let mut last: Option<(String, Instant)> = None;
    let mut report = |phase: &str, fraction: f64| {
        let due = last.as_ref().is_none_or(|(known, at)| known != phase || at.elapsed() >= PAUSE);
        let observed = !due || {
            last = Some((phase.to_owned(), Instant::now()));
            send(&Line::At { phase: phase.to_owned(), fraction })
        };
        if observed && !stop.load(Ordering::SeqCst) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let line = match work(task.request, &mut report) {
        Ok(answer) => Line::Done(answer),
        Err(Stopped::Failed(error)) => Line::Failed(error),
        Err(Stopped::OnRequest) => Line::Stopped,
    };
    send(&line) && matches!(line, Line::Done(_))
}

/// Returns true if the line could be written: the pipe is closed once the worker is dead.
fn send(line: &Line) -> bool {
    let text = serde_json::to_string(line).unwrap_or_default();
    let mut output = io::stdout().lock();
    writeln!(output, "{text}").and_then(|()| output.flush()).is_ok()
}

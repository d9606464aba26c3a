//! Jobs of `mixdown serve` and `mixdown jobs` as orders: the process that such a job starts.

mod analysis;
mod files;
mod follow;
mod lines;
mod mix;
mod notation;
mod separation;
mod work;

use crate::Failure;
use crate::arguments::{FollowArguments, Service};
use crate::cause::Cause;
use crate::order::{Limits, OrderInput, check_size};
use files::Files;
use lines::{Line, Task};
use mixdown_orders::SCHEMA;
use serde_json::{Map, Value};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use tokio::sync::watch;
use work::Work;

/// Attempts at an order, of which each worker that dies spends one.
const ATTEMPTS: u32 = 3;

/// Carries out the work on standard input as an order, and reports on standard output as a process
/// of the job shell does. The end of standard input cancels the order.
///
/// # Errors
/// [`Failure::NotComplete`] if the work failed, which the last line states.
pub(crate) async fn run(service: &Service, arguments: &FollowArguments) -> Result<(), Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_line(&mut text).ok();
    let task = read.and_then(|_| serde_json::from_str::<Task>(&text).ok());
    let task = task.and_then(|task| Some((task.order_id, work::read(arguments.kind, task.request)?)));
    let Some((order_id, work)) = task else {
        Line::failed("BAD_REQUEST".to_owned(), "the request cannot be read").print();
        return Err(Failure::NotComplete);
    };
    let (stop, stopped) = watch::channel(false);
    std::thread::spawn(move || {
        // Ends as soon as the worker requests a stop, or has died.
        let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
        stop.send_replace(true);
    });
    let line = match carry_out(service, arguments, &order_id, &*work, stopped).await {
        Ok(answer) => Line::Done(answer),
        Err(cause) if cause.is_cancelled() => Line::Stopped,
        Err(cause) => Line::failed(work::code(arguments.kind, &cause), &cause.message),
    };
    line.print();
    if matches!(line, Line::Done(_)) { Ok(()) } else { Err(Failure::NotComplete) }
}

/// Carries out work; returns what its process answers with.
async fn carry_out(
    service: &Service,
    arguments: &FollowArguments,
    order_id: &str,
    work: &dyn Work,
    stopped: watch::Receiver<bool>,
) -> Result<Map<String, Value>, Cause> {
    let wrong = |path: &Path, error: std::io::Error| files::failed(format!("{}: {error}", path.display()));
    // Workers have other current folders.
    let folder = std::path::absolute(work.folder()).map_err(|error| wrong(work.folder(), error))?;
    let place = place(&folder, order_id);
    let limits = Limits { attempts: ATTEMPTS, time_s: arguments.time_limit.as_secs() };
    let (kind, _) = work::names(arguments.kind);
    let here = std::env::current_dir().map_err(|error| wrong(Path::new("."), error))?;
    let order = order(kind, order_id, work, &place, &here);
    let input = OrderInput { order, folder, limits };
    let refuse = |failure: Failure| Cause::new("order_not_valid", failure.to_string());
    check_size(&input, Path::new("the request of the job")).map_err(refuse)?;
    let report = |phase: &str, fraction: f64| Line::At { phase: phase.to_owned(), fraction }.print();
    let ended = follow::follow(service, &input, stopped, &report).await;
    let answer = ended.and_then(|result| work.collect(&Files::of(&result)?));
    // Another program may see only the files of the result in the folder.
    let removed = std::fs::remove_dir_all(&place);
    let answer = answer?;
    removed.map_err(|error| wrong(&place, error))?;
    Ok(answer)
}

/// Returns the folder of an order inside that of its attempt: one of its own, as an earlier attempt
/// may still be about to stop.
fn place(folder: &Path, order_id: &str) -> PathBuf {
    folder.join(format!(".{order_id}"))
}

/// Returns the order of work, which publishes in the folder `out`. Paths in it that are relative
/// start at the folder `here`.
fn order(kind: &str, order_id: &str, work: &dyn Work, out: &Path, here: &Path) -> Value {
    let mut order = work.order();
    for stem in order["stems"].as_array_mut().into_iter().flatten() {
        if let Some(file) = stem["file"].as_str() {
            stem["file"] = here.join(file).display().to_string().into();
        }
    }
    for (field, text) in [("schema", SCHEMA), ("order_id", order_id), ("kind", kind)] {
        order[field] = text.into();
    }
    order["out"] = out.display().to_string().into();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::WorkKind;
    use serde_json::json;

    #[test]
    fn each_kind_of_work_is_a_valid_order_with_absolute_paths() {
        let hash = "0".repeat(64);
        let stem = json!({ "path": "media/a.wav", "blake3": hash, "id": "i", "stem_id": "s", "type": "bass" });
        let kinds = [
            (WorkKind::Mix, json!({ "session": { "tracks": [{ "file": "/a" }] }, "staging": "/s" })),
            (WorkKind::Analysis, json!({ "stems": [stem], "answer": "/s/a.json" })),
            (WorkKind::Notation, json!({ "stems": [stem], "answer": "/s/a.json" })),
            (WorkKind::Separation, json!({ "song": "media/a.wav", "blake3": hash, "out": "/s" })),
        ];
        for (kind, request) in kinds {
            let work = work::read(kind, request).unwrap();
            let (name, _) = work::names(kind);
            let order = order(name, "01890a5d.1", &*work, &place(work.folder(), "01890a5d.1"), Path::new("/here"));
            let parsed = mixdown_orders::Order::parse(&order.to_string()).unwrap();
            assert_eq!((&*parsed.kind, &*parsed.out), (name, "/s/.01890a5d.1"));
            assert!(parsed.stems.iter().all(|stem| stem.file == "/here/media/a.wav"), "{order}");
            assert!(work::read(kind, json!({})).is_none());
        }
    }
}

//! Mixes of `mixdown serve` and `mixdown jobs` as orders: the process that such a job starts.

mod collect;
mod follow;
mod lines;

use crate::Failure;
use crate::arguments::{RenderArguments, Service};
use crate::cause::Cause;
use crate::order::{Limits, OrderInput, check_size};
use lines::{Line, Request, Task};
use mixdown_orders::SCHEMA;
use serde_json::{Value, json};
use std::io::{BufRead, Read};
use std::path::Path;
use tokio::sync::watch;

/// Attempts at an order, of which each worker that dies spends one.
const ATTEMPTS: u32 = 3;
/// Folder of the order inside that of the job, removed before the job is complete.
const FOLDER: &str = ".order";

/// Carries out the mix on standard input as an order, and reports on standard output as a process
/// of the job shell does. The end of standard input cancels the order.
///
/// # Errors
/// [`Failure::NotComplete`] if the mix failed, which the last line states.
pub(crate) async fn render(service: &Service, arguments: &RenderArguments) -> Result<(), Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_line(&mut text).map(|_| serde_json::from_str::<Task>(&text));
    let Ok(Ok(Task { request })) = read else {
        Line::failed("BAD_REQUEST", "the request cannot be read").print();
        return Err(Failure::NotComplete);
    };
    let (stop, stopped) = watch::channel(false);
    std::thread::spawn(move || {
        // Ends as soon as the worker requests a stop, or has died.
        let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
        stop.send_replace(true);
    });
    let line = match carry_out(service, arguments, &request, stopped).await {
        Ok(extra) => Line::Done(extra),
        Err(cause) if cause.is_cancelled() => Line::Stopped,
        Err(cause) => Line::failed(code(&cause), &cause.message),
    };
    line.print();
    if matches!(line, Line::Done(_)) { Ok(()) } else { Err(Failure::NotComplete) }
}

/// Carries out a mix; returns what the job's record states about its files.
async fn carry_out(
    service: &Service,
    arguments: &RenderArguments,
    request: &Request,
    stopped: watch::Receiver<bool>,
) -> Result<serde_json::Map<String, Value>, Cause> {
    let place = request.staging.join(FOLDER);
    let limits = Limits { attempts: ATTEMPTS, time_s: arguments.time_limit.as_secs() };
    let input = OrderInput { order: order(request, &place), folder: request.staging.clone(), limits };
    let refuse = |failure: Failure| Cause::new("order_not_valid", failure.to_string());
    check_size(&input, Path::new("the session of the job")).map_err(refuse)?;
    let report = |phase: &str, fraction: f64| Line::At { phase: phase.to_owned(), fraction }.print();
    let result = follow::follow(service, &input, stopped, &report).await?;
    let moved = collect::collect(&result, &request.staging);
    // Another program may see only the files of the result in the folder.
    let removed = std::fs::remove_dir_all(&place);
    let extra = moved?;
    removed.map_err(|error| Cause::new("file_error", format!("{}: {error}", place.display())))?;
    Ok(extra)
}

/// Returns the order of a mix, which publishes in the folder `out`.
fn order(request: &Request, out: &Path) -> Value {
    let mut session = request.session.clone();
    // The result of a session has a fixed name, whatever its title.
    let output = &mut session["output"];
    if let Some(name) = output.get_mut("name").map(Value::take).filter(|name| !name.is_null())
        && output["title"].is_null()
    {
        output["title"] = name;
    }
    let tracks = session["tracks"].as_array().into_iter().flatten();
    let hashed = tracks.zip(&request.stems).filter(|(_, hash)| !hash.is_empty());
    let stems: Vec<Value> = hashed.map(|(track, hash)| json!({ "file": track["file"], "blake3": hash })).collect();
    json!({ "schema": SCHEMA, "order_id": request.order_id, "kind": "mix", "session": session, "stems": stems,
        "out": out.display().to_string() })
}

/// Returns the code of a job's failure for the cause of an order.
fn code(cause: &Cause) -> &'static str {
    match &*cause.code {
        "input_differs" | "input_changed" => "STEM_CHANGED",
        "order_not_valid" => "SESSION_INVALID",
        "disk_full" | "file_error" => "STORAGE_FAILED",
        "time_limit" => "RENDER_TIMEOUT",
        "timed_out" => "WORKER_DIED",
        "ended" => "RENDER_CRASHED",
        _ => "RENDER_FAILED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_job_has_its_session_its_hashes_and_a_fixed_name() {
        let hash = "0".repeat(64);
        let request: Request = serde_json::from_value(json!({
            "order_id": "01890a5d-ac96-774b-bcce-b302099a8057.1",
            "session": { "tracks": [{ "file": "/a.wav" }, { "file": "/b.wav" }], "output": { "name": "Own" } },
            "staging": "/s", "stems": [hash, ""],
        }))
        .unwrap();
        let order = order(&request, Path::new("/s/.order"));
        assert_eq!(order["session"]["output"], json!({ "name": null, "title": "Own" }));
        assert_eq!(order["stems"], json!([{ "file": "/a.wav", "blake3": hash }]));
        assert_eq!(mixdown_orders::Order::parse(&order.to_string()).unwrap().out, "/s/.order");
    }

    #[test]
    fn causes_have_the_codes_of_jobs() {
        let of = |text: &str| code(&Cause::new(text, "why"));
        assert_eq!((of("input_differs"), of("timed_out")), ("STEM_CHANGED", "WORKER_DIED"));
        assert_eq!((of("work_failed"), of("of_another_version")), ("RENDER_FAILED", "RENDER_FAILED"));
    }
}

//! Requests to the routes of a service whose store lies in a temporary folder.

mod callbacks;
mod errors;
mod events;
mod files;
mod jobs;
mod mixes;
mod reference;
mod service;
mod uploads;

use crate::app::App;
use crate::router::router;
use crate::settings::ServiceSettings;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use mixdown_shell::engine::LocalEngine;
use mixdown_shell::job::{JobId, NewJob};
use mixdown_shell::kinds::{JobKind, Mix, QueuedBy, Run, RunError, Signal};
use mixdown_shell::settings::Settings;
use mixdown_shell::store::Store;
use mixdown_shell::worker::Worker;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt;

/// A mix whose master is the text of its `extra.config.sound`.
struct TextMix;

impl JobKind for TextMix {
    fn name(&self) -> &'static str {
        Mix::NAME
    }
    fn stages(&self) -> &'static [&'static str] {
        &["mixing", "exporting"]
    }
    fn hung_after(&self) -> Duration {
        Duration::from_secs(60)
    }
    fn queued_by(&self) -> QueuedBy {
        QueuedBy::Users
    }
    fn has_result(&self) -> bool {
        true
    }
    fn run(&self, run: &mut Run<'_>) -> Result<(), RunError> {
        let sound = run.request["config"]["sound"].as_str().unwrap_or("sound").to_owned();
        if let Some(detail) = sound.strip_prefix("fails: ") {
            return Err(RunError::Failed(mixdown_shell::job::JobError::new("RENDER_FAILED", detail)));
        }
        let _ = (run.watch)(Signal::Progress { stage: Some("mixing"), percent: 40, message: "Mixing" });
        std::fs::write(run.staging.join("final_mix.wav"), sound).unwrap();
        std::fs::write(run.staging.join("report.html"), "<p>report").unwrap();
        Ok(())
    }
}

/// A service, and the folder of its store.
struct Bench {
    app: Arc<App>,
    router: Router,
    folder: TempDir,
}

/// An answer as a client has it.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status, headers: head.headers, bytes: to_bytes(body, 1 << 24).await.unwrap() }
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn code(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["error"].as_str().unwrap_or_default().to_owned())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Bench {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut ServiceSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let jobs = Settings::at(folder.path().join("media"), folder.path().join("storage")).with(TextMix);
        let mut settings = ServiceSettings::new("mixdown".into());
        settings.workers = 0;
        settings.disk_floor = 0;
        change(&mut settings);
        let app = App::new(Arc::new(LocalEngine::new(Store::open(jobs).unwrap())), settings);
        Self { router: router(Arc::clone(&app)), app, folder }
    }

    async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        Answer::of(self.raw(method, path, headers, body).await).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string()).await
    }

    /// Queues a mix with this sound.
    fn submit(&self, session: &str, sound: &str) -> JobId {
        let job = NewJob::mix(session.parse().unwrap(), json!({ "sound": sound }));
        self.app.store.submit(job, &[]).unwrap().record.job_id
    }

    /// Runs all queued jobs, as another process does.
    fn work(&self) {
        let worker = Worker::new(Arc::clone(&self.app.store), || false);
        while worker.run_next().unwrap().is_some() {}
    }
}

/// Waits until the views of jobs are checked again.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

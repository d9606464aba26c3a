//! Counts and times of the service, in Prometheus' text format.

mod stages;

pub(crate) use stages::start;

use axum::http::{Method, StatusCode};
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, core::Collector,
};

/// Bounds of the classes of requests' times, in seconds.
const REQUEST_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0, 60.0];
/// Bounds of the classes of jobs' times, in seconds.
const JOB_SECONDS: [f64; 11] = [0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1_800.0];

/// Counts and times of the service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    uploads: IntCounter,
    upload_bytes: IntCounter,
    queue_seconds: HistogramVec,
    stage_seconds: HistogramVec,
    workers: IntGauge,
    live_engines: IntGauge,
    store_writes: IntCounter,
}

/// Counts that other parts of the service keep, at the time of a look.
pub(crate) struct Standing {
    /// True while this process works the queue.
    pub(crate) workers_run: bool,
    /// Live engines that run.
    pub(crate) live_engines: usize,
    /// Files of the store that this process has written.
    pub(crate) store_writes: u64,
}

impl Metrics {
    /// Creates the metrics of a service.
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let counts = |name: &str, help: &str, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let times = |name: &str, help: &str, labels: &[&str], bounds: &[f64]| {
            HistogramVec::new(HistogramOpts::new(name, help).buckets(bounds.to_vec()), labels)
        };
        Self {
            requests: keep(
                &registry,
                counts("mixdown_http_requests_total", "Requests that were answered.", &["method", "route", "status"]),
            ),
            request_seconds: keep(
                &registry,
                times(
                    "mixdown_http_request_seconds",
                    "Time from a request to the head of its answer.",
                    &["method", "route"],
                    &REQUEST_SECONDS,
                ),
            ),
            uploads: keep(&registry, IntCounter::new("mixdown_uploads_total", "Stems that were uploaded.")),
            upload_bytes: keep(&registry, IntCounter::new("mixdown_upload_bytes_total", "Bytes of these stems.")),
            queue_seconds: keep(
                &registry,
                times(
                    "mixdown_job_queue_seconds",
                    "Time from a job's submission to its first start.",
                    &["type"],
                    &JOB_SECONDS,
                ),
            ),
            stage_seconds: keep(
                &registry,
                times(
                    "mixdown_job_stage_seconds",
                    "Time that a job spent in a stage, to within a second.",
                    &["type", "stage"],
                    &JOB_SECONDS,
                ),
            ),
            workers: keep(&registry, IntGauge::new("mixdown_workers_alive", "1 while this process works the queue.")),
            live_engines: keep(&registry, IntGauge::new("mixdown_live_engines", "Live engines that run.")),
            store_writes: keep(
                &registry,
                IntCounter::new("mixdown_store_writes_total", "Files of the store that this process has written."),
            ),
            registry,
        }
    }

    /// Adds a request.
    pub(crate) fn add_request(&self, method: &Method, route: &str, status: StatusCode, seconds: f64) {
        // Any word can be a method: those that no route has are one.
        let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        self.requests.with_label_values(&[method, route, status.as_str()]).inc();
        self.request_seconds.with_label_values(&[method, route]).observe(seconds);
    }

    /// Adds a stem that is in its place.
    pub(crate) fn add_upload(&self, bytes: u64) {
        self.uploads.inc();
        self.upload_bytes.inc_by(bytes);
    }

    /// Returns all of them as text.
    pub(crate) fn text(&self, standing: &Standing) -> String {
        self.workers.set(standing.workers_run.into());
        self.live_engines.set(i64::try_from(standing.live_engines).unwrap_or(i64::MAX));
        self.store_writes.inc_by(standing.store_writes.saturating_sub(self.store_writes.get()));
        // Encoding to a text cannot fail for metrics that the registry took.
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

/// Registers a metric.
#[expect(clippy::expect_used, reason = "names and labels are constants, and a test makes them")]
fn keep<T: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<T>) -> T {
    let metric = metric.expect("the name and labels of a metric are valid");
    registry.register(Box::new(metric.clone())).expect("the name of a metric is its own");
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_uploads_by_stem() {
        let metrics = Metrics::new();
        metrics.add_request(&Method::GET, "/healthz", StatusCode::OK, 0.002);
        metrics.add_upload(7);
        metrics.add_upload(5);
        metrics.add_request(&"BREW".parse().unwrap(), "unmatched", StatusCode::NOT_FOUND, 0.1);
        let text = metrics.text(&Standing { workers_run: true, live_engines: 2, store_writes: 3 });
        for line in [
            "mixdown_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1",
            "mixdown_http_request_seconds_bucket{method=\"GET\",route=\"/healthz\",le=\"0.0025\"} 1",
            "mixdown_http_requests_total{method=\"other\",route=\"unmatched\",status=\"404\"} 1",
            "mixdown_uploads_total 2",
            "mixdown_upload_bytes_total 12",
            "mixdown_workers_alive 1",
            "mixdown_live_engines 2",
            "mixdown_store_writes_total 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

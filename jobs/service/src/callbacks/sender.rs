//! The sender of callbacks. The service sends that of a job whichever process ran it.

use super::address::{PRIVATE, bare, is_named, is_public};
use super::delivery::{CALLBACK, Delivery};
use super::signature::{SIGNATURE, TIMESTAMP, signature};
use crate::app::App;
use crate::settings::ServiceSettings;
use axum::http::Uri;
use mixdown_shell::job::JobId;
use std::sync::{Arc, LazyLock, PoisonError};
use std::time::Duration;
use tracing::{debug, info, warn};
use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Interval between two looks at the jobs with callbacks.
const LOOK: Duration = Duration::from_millis(500);
/// Longest time of one attempt.
const LONGEST: Duration = Duration::from_secs(10);
/// Largest number of attempts at once.
const AT_ONCE: usize = 8;

/// Starts the sender, if the settings allow callbacks.
pub(crate) fn start(app: &Arc<App>) {
    if app.settings.allow_callbacks {
        tokio::spawn(send_all(Arc::clone(app)));
    }
}

/// Finds the callbacks that an earlier process left unsent. Blocks, and reads every record.
fn recall(app: &App) {
    let sessions = app.store.index.sessions().unwrap_or_default();
    for session in &sessions {
        for job in app.store.index.jobs_of(session).unwrap_or_default() {
            let record = app.store.records.read_in(session, &job).ok();
            if record.is_some_and(|record| Delivery::of(&record).is_some_and(|found| found.is_pending())) {
                app.callbacks.expect(job);
            }
        }
    }
}

/// Returns the jobs whose callbacks are to be sent now, and marks them as being sent. Blocks.
fn take_due(app: &App) -> Vec<JobId> {
    let expected = app.callbacks.expected.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut due = Vec::new();
    let room = AT_ONCE.saturating_sub(app.callbacks.sending.lock().unwrap_or_else(PoisonError::into_inner).len());
    for job in expected {
        if app.callbacks.sending.lock().unwrap_or_else(PoisonError::into_inner).contains(&job) {
            continue;
        }
        match app.jobs.load(&app.store, &job) {
            Ok(view) if !view.is_ended() => continue,
            Err(error) if !error.is_gone() => continue,
            _ => {}
        }
        let delivery = app.store.records.read(&job).ok().as_ref().and_then(Delivery::of);
        match delivery.filter(Delivery::is_pending) {
            None => drop(app.callbacks.expected.lock().unwrap_or_else(PoisonError::into_inner).remove(&job)),
            Some(delivery) if delivery.is_due(app.store.now()) && due.len() < room => due.push(job),
            Some(_) => {}
        }
    }
    app.callbacks.sending.lock().unwrap_or_else(PoisonError::into_inner).extend(due.iter().cloned());
    due
}

async fn send_all(app: Arc<App>) {
    let recalled = app.blocking(|app| {
        recall(app);
        Ok(())
    });
    if let Err(error) = recalled.await {
        warn!(error = error.message(), "callbacks of earlier jobs are not sent");
    }
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.stopped() => return,
        }
        let due = app.blocking(|app| Ok(take_due(app))).await.unwrap_or_default();
        for job in due {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let sent = job.clone();
                let attempt = move |app: &App| {
                    send(app, &sent);
                    Ok(())
                };
                let done = app.blocking(attempt).await;
                if let Err(error) = done {
                    warn!(job_id = %job, error = error.message(), "callback");
                }
                app.callbacks.sending.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
            });
        }
    }
}

/// Makes one attempt, and records it on the job. Blocks.
fn send(app: &App, job: &JobId) {
    let (Ok(record), Ok(view)) = (app.store.records.read(job), app.jobs.load(&app.store, job)) else { return };
    let Some(mut delivery) = Delivery::of(&record).filter(|_| record.life.is_ended()) else { return };
    let body = serde_json::to_vec(&view.data).unwrap_or_default();
    let now = app.store.now();
    let outcome = post(&app.settings, &delivery.url, &body, now.as_second());
    match &outcome {
        Ok(()) => info!(job_id = %job, "callback delivered"),
        Err(error) => warn!(job_id = %job, attempt = delivery.attempts + 1, %error, "callback failed"),
    }
    delivery.add(outcome, app.store.now(), &record);
    let noted = app.store.records.annotate(job, CALLBACK, |current| {
        // Queued again in the meantime: its next end has a delivery of its own.
        (current.finished_at == record.finished_at).then(|| delivery.to_json())
    });
    app.jobs.forget(job);
    if let Err(error) = noted {
        debug!(job_id = %job, %error, "the attempt could not be recorded");
    }
}

/// Sends a body to an address; the error is a text for users.
fn post(settings: &ServiceSettings, url: &str, body: &[u8], seconds: i64) -> Result<(), String> {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(ROOTS.clone())
        .build();
    let config = Config::builder()
        .tls_config(tls)
        .proxy(None)
        // Another address would not be a checked one.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(LONGEST))
        .user_agent(concat!("mixdown/", env!("CARGO_PKG_VERSION")))
        .build();
    let resolver = CheckedResolver { settings: settings.clone(), resolver: DefaultResolver::default() };
    let agent = Agent::with_parts(config, DefaultConnector::new(), resolver);
    let mut request = agent.post(url).content_type("application/json").header(TIMESTAMP, seconds.to_string());
    if let Some(key) = &settings.callback_secret {
        request = request.header(SIGNATURE, signature(key, seconds, body));
    }
    let response = request.send(body).map_err(|error| error.to_string())?;
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(format!("the receiver's status was {status}")) }
}

/// Certificates that this machine trusts.
static ROOTS: LazyLock<RootCerts> = LazyLock::new(|| {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).into()
});

/// A resolver of public addresses. The connection is made to the very addresses that it returns, so
/// that a name cannot lead elsewhere after the check.
#[derive(Debug)]
struct CheckedResolver {
    settings: ServiceSettings,
    resolver: DefaultResolver,
}

impl Resolver for CheckedResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.resolver.resolve(uri, config, timeout)?;
        let is_named = uri.host().is_some_and(|host| is_named(&self.settings, bare(host)));
        if is_named || found.iter().all(|address| is_public(address.ip())) {
            return Ok(found);
        }
        Err(ureq::Error::Other(PRIVATE.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[test]
    fn a_callback_is_signed_and_reaches_a_named_host_alone_without_redirects() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}/done", listener.local_addr().unwrap().port());
        let mut settings = ServiceSettings::new("mixdown".into());
        settings.callback_secret = Some("0123456789abcdef".into());
        let refused = post(&settings, &url, b"{}", 1).unwrap_err();
        assert!(refused.contains("--callback-host"), "{refused}");

        settings.callback_hosts.push("localhost".into());
        let server = std::thread::spawn(move || {
            ["200 OK", "302 Found\r\nLocation: /elsewhere", "500 Broken"].map(|status| {
                let (mut stream, _) = listener.accept().unwrap();
                let (mut text, mut chunk) = (String::new(), [0; 1024]);
                while !text.ends_with("{\"a\":1}") {
                    let count = stream.read(&mut chunk).unwrap();
                    text.push_str(&String::from_utf8_lossy(&chunk[..count]));
                }
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
                text
            })
        });
        let results = [0, 1, 2].map(|_| post(&settings, &url, b"{\"a\":1}", 1_700_000_000));
        let requests = server.join().unwrap();
        assert_eq!(results[0], Ok(()));
        assert!(results[1].as_ref().is_err_and(|error| error.contains("302")), "{results:?}");
        assert!(results[2].as_ref().is_err_and(|error| error.contains("500")), "{results:?}");
        let signed = signature("0123456789abcdef", 1_700_000_000, b"{\"a\":1}");
        let request = requests[0].to_ascii_lowercase();
        assert!(request.contains(&format!("x-mixdown-signature: {signed}")), "{request}");
        assert!(request.contains("x-mixdown-timestamp: 1700000000"), "{request}");
    }
}

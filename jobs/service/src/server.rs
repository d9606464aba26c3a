//! A server: it accepts connections, works the queue, and ends in order.

use crate::app::App;
use crate::router::router;
use crate::settings::ServiceSettings;
use crate::{callbacks, metrics};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use mixdown_shell::engine::{Duty, JobEngine};
use mixdown_shell::worker::Event;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tracing::{error, info};

/// Longest time for a request's head.
const HEAD: Duration = Duration::from_secs(15);
/// Largest number of connections at once.
const CONNECTIONS: u32 = 4_096;
/// Longest time that open requests have to end once the service stops.
const DRAIN: Duration = Duration::from_secs(7);
/// Pause after a failure to accept, as when the process is out of descriptors.
const REST: Duration = Duration::from_millis(100);

/// A failure to serve.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("{address}: cannot listen: {source}; choose another with --bind")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// Another service has the folder.
    #[error("{}: another `mixdown serve` works on this folder; stop it, or choose another with --media", folder.display())]
    Shared {
        /// The folder of the records.
        folder: PathBuf,
    },
    /// The runtime cannot be started.
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
}

/// A server with its address.
pub struct Server {
    app: Arc<App>,
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    address: SocketAddr,
    /// Held as long as the service works on its folder.
    _lock: File,
}

impl Server {
    /// Binds the address of the settings.
    ///
    /// # Errors
    /// When the address is taken or not this machine's, or when another service works on the
    /// folder.
    pub fn bind(engine: Arc<dyn JobEngine>, settings: ServiceSettings) -> Result<Self, ServerError> {
        let lock = only_one(engine.store().layout().media())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)?;
        let failed = |source| ServerError::Bind { address: settings.bind, source };
        let listener = runtime.block_on(TcpListener::bind(settings.bind)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { app: App::new(engine, settings), runtime, listener, address, _lock: lock })
    }

    /// Returns the address it serves at: with port 0 in the settings, the one that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` returns true, then ends: running jobs return to the queue, open requests
    /// have seven seconds.
    pub fn run(self, stop: impl Fn() -> bool + Send + Sync + 'static) {
        let Self { app, runtime, listener, _lock, .. } = self;
        let workers = start_workers(&app);
        let swept = Arc::clone(&app);
        runtime.spawn_blocking(move || swept.sessions.sweep());
        runtime.block_on(async {
            callbacks::start(&app);
            metrics::start(&app);
            let watched = Arc::clone(&app);
            tokio::spawn(async move {
                while !stop() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                watched.stop();
            });
            accept(&app, &listener).await;
        });
        if let Some(workers) = workers {
            // A panic of the workers was reported when it happened.
            let _ = workers.join();
        }
        runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// Time for which a lock may outlive its service: a child that was just being started holds it
/// until its own program runs.
const LOCK_OUTLIVES: Duration = Duration::from_secs(2);

/// Locks a folder: sessions are changed by one service alone. The system frees the lock of a
/// process that has ended.
fn only_one(media: &Path) -> Result<File, ServerError> {
    let file =
        File::options().create(true).append(true).open(media.join(".serve.lock")).map_err(ServerError::Runtime)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_OUTLIVES => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(ServerError::Shared { folder: media.to_path_buf() }),
            Err(TryLockError::Error(error)) => return Err(ServerError::Runtime(error)),
        }
    }
}

/// Starts the workers of the queue; `None` where the settings want none.
fn start_workers(app: &Arc<App>) -> Option<std::thread::JoinHandle<()>> {
    if app.settings.workers == 0 {
        return None;
    }
    let (stopping, watched) = (Arc::clone(app), Arc::clone(app));
    let stop = Arc::new(move || stopping.is_stopping());
    let duty = Duty { concurrency: app.settings.workers, once: false, stop };
    Some(std::thread::spawn(move || {
        let engine = Arc::clone(&watched.engine);
        let _running = Running::begin(watched);
        engine.work(duty, &|event| match event {
            Event::Failed(error) => error!(%error, "worker"),
            Event::Repaired(repaired) => repaired.errors.iter().for_each(|error| error!(%error, "repair")),
            // The log has the lives of jobs and cleanups from the store.
            Event::Left(_) | Event::Cleaned(_) => {}
        });
    }))
}

/// A sign that the workers work, which ends with them, by a panic too.
struct Running(Arc<App>);

impl Running {
    fn begin(app: Arc<App>) -> Self {
        app.workers_run.store(true, Ordering::Relaxed);
        Self(app)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.workers_run.store(false, Ordering::Relaxed);
    }
}

/// Accepts connections until the service stops, then waits for open requests.
async fn accept(app: &Arc<App>, listener: &TcpListener) {
    let router = router(Arc::clone(app));
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 << 10);
    loop {
        let free = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = free => accepted,
            () = app.stopped() => break,
        };
        let Ok(place) = place else { break };
        let stream: TcpStream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                error!(%error, "a connection could not be accepted");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        // Small answers leave at once.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(app.settings.unread));
        let stream = TokioIo::new(Box::pin(stream));
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(stream, service).with_upgrades();
        let app = Arc::clone(app);
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            // A client that breaks off is no fault of the service.
            tokio::select! {
                _ = connection.as_mut() => (),
                () = app.stopped() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
    info!("stopping");
    // All places are free once no connection is open.
    let open = async { tokio::join!(places.acquire_many(CONNECTIONS), app.live.closed()) };
    let _ = tokio::time::timeout(DRAIN, open).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use mixdown_shell::engine::LocalEngine;
    use mixdown_shell::settings::Settings;
    use mixdown_shell::store::Store;
    use std::io::{Read, Write};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_client_that_stops_reading_loses_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Settings::at(folder.path().join("media"), folder.path().join("storage"))).unwrap();
        let mut settings = ServiceSettings::new("mixdown".into());
        settings.bind = SocketAddr::from(([127, 0, 0, 1], 0));
        settings.workers = 0;
        settings.unread = Duration::from_millis(300);
        let server = Server::bind(Arc::new(LocalEngine::new(store)), settings).unwrap();
        let address = server.address();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let running = std::thread::spawn(move || server.run(move || stopped.load(Ordering::Relaxed)));

        let request = format!("GET /api/openapi.json HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let answered = |count: usize, pause: Duration| {
            let mut client = std::net::TcpStream::connect(address).unwrap();
            client.write_all(request.repeat(count).as_bytes()).unwrap();
            std::thread::sleep(pause);
            client.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
            let (mut bytes, mut piece) = (0, vec![0; 1 << 20]);
            while let Ok(read @ 1..) = client.read(&mut piece) {
                bytes += read;
            }
            bytes
        };
        let one = answered(1, Duration::ZERO);
        assert!(one > 10_000, "{one} bytes");
        let count = (16 << 20) / one;
        assert_eq!(answered(count, Duration::ZERO), count * one, "a client that reads");
        let cut = answered(count, Duration::from_secs(2));
        assert!(cut < count * one, "all {cut} bytes arrived");
        stop.store(true, Ordering::Relaxed);
        running.join().unwrap();
    }
}

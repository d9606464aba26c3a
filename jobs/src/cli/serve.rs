//! `mixdown serve`: the engine and the job shell as a service.

use super::jobs::FolderArguments;
use super::outcome::{Failure, print};
use super::{interrupt, log};
use clap::{Args, ValueEnum};
use mixdown_service::{Server, ServiceSettings};
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing_subscriber::filter::LevelFilter;

/// Serve the page and the HTTP API.
///
/// Opens a page for stems, mixing and rendering, and an API for programs. Sessions, stems and jobs
/// lie in the same folders as those of `mixdown jobs`; a restart loses nothing. Ctrl-C and SIGTERM
/// end it: running jobs return to the queue.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mixdown serve
  mixdown serve --bind 0.0.0.0:4630 --token-file token.txt
  mixdown serve --workers 0    beside other processes that run `mixdown jobs run`")]
pub(super) struct ServeArguments {
    /// The address to serve at. Another one than this machine's own needs --token-file.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4630")]
    bind: SocketAddr,
    /// The engine of the jobs. The program mixdown-temporal has another one.
    #[arg(long, value_name = "ENGINE", default_value = "local")]
    engine: String,
    /// Jobs at once, 1 without it; 0 leaves the queue to other processes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=256))]
    workers: Option<u16>,
    /// A file with the token that requests must present, at least 16 characters.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A host name that requests may be addressed to, as behind a TLS proxy; repeatable.
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// An origin whose pages may use the API in browsers, such as https://example.org; repeatable.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<String>,
    /// The largest upload: bytes, or with K, M, G, T.
    #[arg(long, value_name = "SIZE", default_value = "2G", value_parser = bytes)]
    max_upload: u64,
    /// The largest sum of a session's stems.
    #[arg(long, value_name = "SIZE", default_value = "20G", value_parser = bytes)]
    session_quota: u64,
    /// Live engines at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(0..=64))]
    live_engines: u16,
    /// Let jobs carry a callback_url; needs --callback-key-file.
    #[arg(long, requires = "callback_key_file")]
    allow_callbacks: bool,
    /// A host with a private address that callbacks may reach; repeatable.
    #[arg(long, value_name = "NAME", requires = "allow_callbacks")]
    callback_host: Vec<String>,
    /// A file with the key of the callbacks' signatures, at least 16 characters.
    #[arg(long, value_name = "FILE", requires = "allow_callbacks")]
    callback_key_file: Option<PathBuf>,
    /// Lines of the log: text, or JSON.
    #[arg(long = "log", value_enum, value_name = "FORM", default_value = "text")]
    log_form: LogForm,
    #[command(flatten)]
    pub(super) folders: FolderArguments,
}

/// Form of the log's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogForm {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

pub(super) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    check_engine(&arguments.engine)?;
    log::start_as(LevelFilter::INFO, arguments.log_form == LogForm::Json);
    let program =
        std::env::current_exe().map_err(|error| Failure::Other(format!("the program's own file: {error}")))?;
    let secret = |file: &Option<PathBuf>| {
        file.as_deref().map(ServiceSettings::read_token).transpose().map_err(|error| Failure::Other(error.to_string()))
    };
    let mut settings = ServiceSettings {
        bind: arguments.bind,
        token: secret(&arguments.token_file)?,
        allow_hosts: arguments.allow_host.clone(),
        allow_origins: arguments.allow_origin.clone(),
        max_upload: arguments.max_upload,
        session_quota: arguments.session_quota,
        live_engines: usize::from(arguments.live_engines),
        allow_callbacks: arguments.allow_callbacks,
        callback_hosts: arguments.callback_host.clone(),
        callback_secret: secret(&arguments.callback_key_file)?,
        ..ServiceSettings::new(program)
    };
    settings.check().map_err(|error| Failure::Usage(error.to_string()))?;
    let engine = arguments.folders.working_engine()?;
    settings.workers = arguments.workers.map_or_else(|| engine.at_once(), usize::from);
    interrupt::install();
    let server = Server::bind(engine, settings).map_err(|error| Failure::Other(error.to_string()))?;
    let address = server.address();
    if arguments.folders.json {
        print(&format!("{}\n", serde_json::json!({ "ok": true, "address": format!("http://{address}") })))?;
    } else if !arguments.folders.quiet {
        print(&format!("mixdown serves at http://{address}\n"))?;
    }
    server.run(interrupt::requested);
    Ok(())
}

/// Refuses engines that this program does not have.
fn check_engine(engine: &str) -> Result<(), Failure> {
    if engine == "local" {
        return Ok(());
    }
    let cause = if engine.starts_with("temporal://") {
        "mixdown-temporal --address http://… serve has that engine; this program keeps jobs on one machine"
    } else {
        "not a valid engine; write local"
    };
    Err(Failure::Usage(format!("--engine {engine}: {cause}")))
}

/// Returns an origin as browsers write it: a scheme and a host, no path.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let valid = host.is_some_and(|host| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic()))
        && host.is_some_and(|host| !host.contains(['/', '*', '?', '#', '@', ',']));
    if valid { Ok(text.to_ascii_lowercase()) } else { Err("not a valid origin; write https://example.org".to_owned()) }
}

/// Returns a size in bytes: a number, or one with K, M, G or T for powers of 1024.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let digits = upper.trim_end_matches('B').trim_end_matches('I');
    let (number, shift) = match digits.chars().last() {
        Some('K') => (&digits[..digits.len() - 1], 10),
        Some('M') => (&digits[..digits.len() - 1], 20),
        Some('G') => (&digits[..digits.len() - 1], 30),
        Some('T') => (&digits[..digits.len() - 1], 40),
        _ => (digits, 0),
    };
    let size = number.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    size.filter(|size| *size > 0).ok_or_else(|| "not a valid size; write bytes, or 500M, 2G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_engine_is_refused_by_the_name_of_its_program() {
        let refusal = |engine| match check_engine(engine) {
            Err(Failure::Usage(cause)) => cause,
            other => panic!("{other:?}"),
        };
        assert!(check_engine("local").is_ok());
        assert!(refusal("temporal://127.0.0.1:7233").contains("mixdown-temporal"));
        assert!(!refusal("Local").contains("mixdown-temporal"));
    }

    #[test]
    fn origins_have_a_scheme_and_no_path() {
        assert_eq!(origin("https://Example.org:8443"), Ok("https://example.org:8443".to_owned()));
        for wrong in ["", "*", "example.org", "https://", "https://a.org/", "https://*.a.org", "null"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_units_of_1024() {
        assert_eq!(bytes("2G"), Ok(2 << 30));
        assert_eq!(bytes("500M"), Ok(500 << 20));
        assert_eq!(bytes("1KiB"), Ok(1_024));
        assert_eq!(bytes("77"), Ok(77));
        for wrong in ["", "0", "-1", "2X", "99999999999T", "é"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}

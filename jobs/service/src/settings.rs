//! Settings of a service.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Length of the shortest token, in bytes.
const LEAST_TOKEN: usize = 16;

/// Settings of a service, beside those of its jobs.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    /// The address to serve at.
    pub bind: SocketAddr,
    /// Number of jobs that this process runs at once; 0 serves the API alone.
    pub workers: usize,
    /// Secret that every request must present; needed on any address but loopback.
    pub token: Option<String>,
    /// Names of hosts that requests may be addressed to, beside the own address.
    pub allow_hosts: Vec<String>,
    /// Origins of other sites whose pages may use the API, such as `https://example.org`.
    pub allow_origins: Vec<String>,
    /// Largest upload, in bytes.
    pub max_upload: u64,
    /// Largest sum of a session's stems, in bytes.
    pub session_quota: u64,
    /// Largest number of sessions.
    pub max_sessions: usize,
    /// Largest number of stems in a session.
    pub max_stems: usize,
    /// Longest decoded stem, in frames.
    pub max_frames: u64,
    /// Largest number of live engines at once.
    pub live_engines: usize,
    /// Largest memory of a process that decodes or plays stems, in MiB.
    pub child_memory_mb: u64,
    /// Longest time for decoding one upload, in seconds.
    pub probe_seconds: u64,
    /// Longest time that a client may leave an answer unread.
    pub unread: Duration,
    /// Smallest free disk space at which the service still takes uploads, in bytes.
    pub disk_floor: u64,
    /// True if jobs may carry a `callback_url`.
    pub allow_callbacks: bool,
    /// Hosts with private addresses that callbacks may reach.
    pub callback_hosts: Vec<String>,
    /// Key of the signatures of callbacks.
    pub callback_secret: Option<String>,
    /// The program whose hidden commands decode and play stems in processes of their own.
    pub program: PathBuf,
}

/// A token that cannot be used.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The token is too short or has characters that headers cannot carry.
    #[error("{}: a token has at least {LEAST_TOKEN} visible ASCII characters in one line", path.display())]
    Weak {
        /// The file.
        path: PathBuf,
    },
    /// The address can be reached from other machines.
    #[error("{0}: other machines reach this address, so a token is needed: --token-file FILE")]
    Missing(SocketAddr),
}

impl ServiceSettings {
    /// Returns default settings for a program.
    pub fn new(program: PathBuf) -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 4630)),
            workers: 1,
            token: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            max_upload: 2 << 30,
            session_quota: 20 << 30,
            max_sessions: 10_000,
            max_stems: 256,
            max_frames: 24 * 3_600 * 48_000,
            live_engines: 4,
            child_memory_mb: 4_096,
            probe_seconds: 600,
            unread: Duration::from_secs(60),
            disk_floor: 1 << 30,
            allow_callbacks: false,
            callback_hosts: Vec::new(),
            callback_secret: None,
            program,
        }
    }

    /// Checks that only this machine reaches the service, or that it has a token.
    ///
    /// # Errors
    /// When it has none and serves at another address than loopback.
    pub fn check(&self) -> Result<(), TokenError> {
        if self.token.is_none() && !self.bind.ip().is_loopback() {
            return Err(TokenError::Missing(self.bind));
        }
        Ok(())
    }

    /// Reads a token from the first line of a file.
    ///
    /// # Errors
    /// When the file cannot be read, or the token is shorter than 16 visible ASCII characters.
    pub fn read_token(path: &Path) -> Result<String, TokenError> {
        let text = std::fs::read_to_string(path).map_err(|source| TokenError::Io { path: path.into(), source })?;
        let token = text.trim();
        if token.len() < LEAST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Weak { path: path.into() });
        }
        Ok(token.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_address_than_loopback_needs_a_token() {
        let mut settings = ServiceSettings::new("mixdown".into());
        assert!(settings.check().is_ok());
        settings.bind = SocketAddr::from(([0, 0, 0, 0], 4630));
        assert!(matches!(settings.check(), Err(TokenError::Missing(_))));
        settings.token = Some("0123456789abcdef".into());
        assert!(settings.check().is_ok());
    }

    #[test]
    fn a_short_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        for (text, good) in [("short\n", false), ("0123456789 abcdef", false), ("0123456789abcdef\n", true)] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(ServiceSettings::read_token(&file).is_ok(), good, "{text:?}");
        }
    }
}

//! Two roots, the programs that work on them, and the search for losses.

use crate::program_runs::program;
use mixdown_shell::job::{JobId, Life, Record, hash_reader};
use mixdown_shell::settings::Settings;
use mixdown_shell::store::{Scope, Store};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub(super) struct TestFolders {
    folder: TempDir,
}

impl TestFolders {
    /// Makes the roots in memory where the machine has such a folder: a killed process loses
    /// nothing that a disk would keep.
    pub(super) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folders = Self { folder: folder.or_else(|_| tempfile::tempdir()).unwrap() };
        std::fs::create_dir(folders.media()).unwrap();
        std::fs::create_dir(folders.storage()).unwrap();
        folders
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn media(&self) -> PathBuf {
        self.path("media")
    }

    pub(super) fn storage(&self) -> PathBuf {
        self.path("storage")
    }

    pub(super) fn store(&self) -> Store {
        Store::open(Settings::at(self.media(), self.storage())).unwrap()
    }

    /// Builds a command of the test process, for an action.
    pub(super) fn stub_worker(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stub-worker"));
        command.arg(what).arg(self.media()).arg(self.storage()).stderr(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Builds `mixdown jobs …`.
    pub(super) fn mixdown(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.folder.path()).arg("jobs").args(arguments);
        command
    }

    /// Runs all remaining jobs.
    pub(super) fn work_off(&self) {
        assert!(self.stub_worker("work-once").status().unwrap().success());
    }

    /// Returns acknowledged jobs that are missing, and anything that is not in order when nothing
    /// runs any more.
    pub(super) fn losses(&self, acknowledged: &[JobId]) -> Vec<String> {
        let store = self.store();
        let repaired = store.recovery.repair(&Scope::ALL);
        let mut losses: Vec<String> = repaired.errors.iter().map(ToString::to_string).collect();
        losses.extend((repaired.quarantined > 0).then(|| format!("{} torn records", repaired.quarantined)));
        for job in acknowledged {
            match store.records.read(job) {
                Ok(record) if !record.life.is_ended() => losses.push(format!("{job} is {} for ever", record.life)),
                Ok(_) => {}
                Err(error) => losses.push(error.to_string()),
            }
        }
        for session in store.index.sessions().unwrap() {
            let jobs = store.index.jobs_of(&session).unwrap();
            let records: Vec<Record> =
                jobs.iter().filter_map(|job| store.records.read_in(&session, job).ok()).collect();
            losses.extend((records.len() != jobs.len()).then(|| format!("{session} has torn records")));
            let complete = records.iter().filter(|record| record.life == Life::Complete && record.result.is_some());
            let Some(owner) = complete.max_by_key(|record| record.finished_at) else { continue };
            let found = File::open(store.layout().final_mix(&session)).and_then(hash_reader);
            if found.ok().map(|found| found.sha256) != owner.result.as_ref().map(|result| result.sha256.clone()) {
                losses.push(format!("{}: complete, and its file is missing or another", owner.job_id));
            }
        }
        losses
    }
}

/// Returns the ids in a process's output; a truncated line is not an id.
pub(super) fn ids(text: &str) -> Vec<JobId> {
    text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')?.parse().ok()).collect()
}

//! Runs the program as a process, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// An empty folder and the program in it.
pub(crate) struct TestFolder {
    folder: TempDir,
}

/// Result of a run.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Returns the number of rounds of a heavy run, or else `usually`.
pub(crate) fn rounds(usually: u64, heavy: u64) -> u64 {
    if std::env::var_os("MIXDOWN_HEAVY").is_some() { heavy } else { usually }
}

impl TestFolder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(program());
        command.current_dir(self.folder.path());
        command
    }

    /// Runs `mixdown` with arguments separated by spaces.
    pub(crate) fn run(&self, arguments: &str) -> Run {
        self.command().args(arguments.split_whitespace()).output().unwrap().into()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Writes a stereo f32 WAV file.
    pub(crate) fn write_wav(&self, name: &str, rate: u32, channels: &[&[f32]]) {
        let spec = hound::WavSpec {
            channels: channels.len() as u16,
            sample_rate: rate,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(self.path(name), spec).unwrap();
        for frame in 0..channels[0].len() {
            for channel in channels {
                writer.write_sample(channel[frame]).unwrap();
            }
        }
        writer.finalize().unwrap();
    }

    /// Returns the names in a folder, hidden ones too, sorted; none when there is no such folder.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }
}

/// Returns the program under test.
pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_mixdown-under-test")
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns the samples of a WAV file, one vector per channel.
pub(crate) fn read_wav(path: &Path) -> Vec<Vec<f32>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples().map(Result::unwrap).collect(),
        hound::SampleFormat::Int => {
            let scale = (1_u64 << (spec.bits_per_sample - 1)) as f32;
            reader.samples::<i32>().map(|sample| sample.unwrap() as f32 / scale).collect()
        }
    };
    let channels = usize::from(spec.channels);
    (0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

/// Sends a signal, without the program `kill`, which not every system has.
#[cfg(unix)]
pub(crate) fn signal(child: &std::process::Child, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).unwrap();
}

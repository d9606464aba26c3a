//! `mixdown separate`: parts that sum to the song, back ends that fail, and nothing left behind.

mod classical;
#[cfg(unix)]
mod demucs;
#[cfg(unix)]
mod demucs_ended;
#[cfg(unix)]
mod fake;
mod refused;

use crate::program_runs::{Run, TestFolder, read_wav};
use mixdown_fixtures::signals;
use serde_json::Value;
use std::fs;

const RATE_HZ: u32 = 44_100;
const PARTS: [&str; 4] = ["drums", "bass", "other", "vocals"];

fn document(run: &Run) -> Value {
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Returns the report in a folder.
fn report(folder: &TestFolder, out: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.path(out).join("residual.json")).unwrap()).unwrap()
}

/// Returns the level of song minus the sum of the written parts against the song, in dB.
fn null_db(folder: &TestFolder, song: &[&[f32]], out: &str, parts: &[&str]) -> f64 {
    let (mut residual, mut whole) = (0.0, 0.0);
    let parts: Vec<Vec<Vec<f32>>> =
        parts.iter().map(|part| read_wav(&folder.path(out).join(format!("{part}.wav")))).collect();
    for (channel, samples) in song.iter().enumerate() {
        for (at, sample) in samples.iter().enumerate() {
            let sum: f64 = parts.iter().map(|part| f64::from(part[channel][at])).sum();
            residual += (f64::from(*sample) - sum).powi(2);
            whole += f64::from(*sample).powi(2);
        }
        assert!(parts.iter().all(|part| part.len() == song.len() && part[channel].len() == samples.len()));
    }
    10.0 * (residual / whole).log10()
}

/// Returns four signals of a part each.
fn four_parts(frames: usize) -> [Vec<f32>; 4] {
    let rate = f64::from(RATE_HZ);
    [
        signals::white_noise(1, 0.2, frames),
        signals::sine(rate, 55.0, 0.2, 0.3, frames),
        signals::pink_noise(2, 0.05, frames),
        signals::sweep(rate, 200.0, 3_000.0, 0.2, frames),
    ]
}

fn sum(parts: &[Vec<f32>]) -> Vec<f32> {
    (0..parts[0].len()).map(|at| parts.iter().map(|part| part[at]).sum()).collect()
}

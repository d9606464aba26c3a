//! Reads damaged copies of the small files, in a process of its own whose memory is limited. The
//! test `mutants` starts it. Arguments: the first mutant's number, and how many.
#![allow(clippy::unwrap_used)] // Failures here fail a test, with the line.

use mixdown_engine::audio::AudioBuffer;
use mixdown_engine::io::{DecodeError, Fold, StemReader};
use mixdown_engine::process::Source;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Longest time for one mutant.
const MOST_TIME: Duration = Duration::from_secs(10);
/// Most address space that reading may add, in bytes: 2 GB.
#[cfg(target_os = "linux")]
const MOST_MEMORY_BYTES: u64 = 2_000_000_000;
/// Most frames read of one mutant: ten minutes at 48 kHz, more than a valid file of its size can
/// contain.
const MOST_FRAMES: u64 = 48_000 * 600;
/// Bytes of the largest file that is damaged: longer ones make slow mutants and no new ones.
const MOST_BYTES: usize = 150_000;

/// Counts of the results of reading.
#[derive(Default)]
struct Tally {
    decoded: usize,
    refused: usize,
    caught_panics: Vec<String>,
    slowest: Duration,
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|text| text.parse().unwrap()).collect();
    let [first, count] = numbers[..] else { panic!("two numbers are expected") };
    let sources = sources();
    // A panic in a decoder is caught and named; its backtrace would only hide the result.
    std::panic::set_hook(Box::new(|panic| {
        if panic.location().is_some_and(|at| at.file().starts_with("tests") || at.file().starts_with("engine")) {
            eprintln!("{panic}");
        }
    }));
    limit_memory();
    let folder = tempfile::tempdir().unwrap();
    let mut tally = Tally::default();
    for number in first..first + count {
        let (name, bytes) = &sources[number % sources.len()];
        try_one(name, bytes, number, folder.path(), &mut tally);
    }
    let Tally { decoded, refused, caught_panics, slowest } = tally;
    let files = sources.len();
    let slowest_s = slowest.as_secs_f64();
    println!(
        "{}",
        serde_json::json!({ "files": files, "decoded": decoded, "refused": refused,
            "caught_panics": caught_panics, "slowest_s": slowest_s })
    );
}

/// Returns every small file of the fixtures, by name.
fn sources() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["formats", "stems"] {
        collect(&mixdown_fixtures::path(folder), &mut files);
    }
    files.sort();
    let read = |path: &PathBuf| (path.display().to_string(), std::fs::read(path).unwrap());
    files.iter().map(read).filter(|(_, bytes)| bytes.len() < MOST_BYTES).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if !matches!(path.extension().and_then(|ending| ending.to_str()), Some("md" | "sh" | "toml" | "json")) {
            files.push(path);
        }
    }
}

/// Reads mutant `number` of a file; its seed is its number.
fn try_one(name: &str, bytes: &[u8], number: usize, folder: &Path, tally: &mut Tally) {
    let mut random = ChaCha8Rng::seed_from_u64(number as u64);
    let path = folder.join("mutant");
    std::fs::write(&path, mutated(bytes, &mut random)).unwrap();
    let started = Instant::now();
    let result = read(&path);
    let took = started.elapsed();
    assert!(took < MOST_TIME, "mutant {number} of {name} took {took:?}");
    tally.slowest = tally.slowest.max(took);
    match result {
        Ok(()) => tally.decoded += 1,
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("mutant"), "mutant {number} of {name}: the file is not named: {text}");
            if let Some((_, cause)) = text.split_once("the decoder gave up on it") {
                tally.caught_panics.push(format!("mutant {number} of {name}: {cause}"));
                keep(&path, name, number);
            }
            tally.refused += 1;
        }
    }
}

/// Keeps a mutant on which a decoder panics in the folder that `MIXDOWN_KEEP` names: it belongs
/// among the fixtures.
fn keep(path: &Path, name: &str, number: usize) {
    if let Some(folder) = std::env::var_os("MIXDOWN_KEEP") {
        let name = Path::new(name).file_name().unwrap().to_string_lossy();
        std::fs::copy(path, Path::new(&folder).join(format!("{number}-{name}"))).unwrap();
    }
}

fn read(path: &Path) -> Result<(), DecodeError> {
    let mut stem = StemReader::open(path, Fold::Stereo)?;
    let mut block = AudioBuffer::new(stem.channels(), 4_096);
    for _ in 0..MOST_FRAMES / 4_096 {
        if stem.read(&mut block.block_mut())? < 4_096 {
            break;
        }
    }
    Ok(())
}

/// Returns a damaged copy: bytes flipped, fields set to extremes, parts cut, repeated, moved or
/// filled.
fn mutated(bytes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.next_u32() % 6 {
        if bytes.len() < 8 {
            break;
        }
        let len = bytes.len();
        // Half of the damage is in the first kilobyte, where headers are.
        let reach = if random.next_u32().is_multiple_of(2) { len.min(1_024) } else { len };
        let at = random.next_u32() as usize % reach;
        let span = 1 + random.next_u32() as usize % 64;
        match random.next_u32() % 8 {
            0 => bytes[at] ^= 1 << (random.next_u32() % 8),
            1 => bytes[at] = random.next_u32() as u8,
            2 => {
                let extreme = [0, 1, 0x7f, 0x80, 0xff][random.next_u32() as usize % 5];
                let end = len.min(at + [1, 2, 4, 8][random.next_u32() as usize % 4]);
                bytes[at..end].fill(extreme);
            }
            3 => bytes.truncate(at.max(8)),
            4 => drop(bytes.drain(at..len.min(at + span))),
            5 => {
                let part = bytes[at..len.min(at + span)].to_vec();
                bytes.splice(at..at, part);
            }
            6 => {
                let to = random.next_u32() as usize % len;
                let part = bytes[at..len.min(at + span)].to_vec();
                let end = len.min(to + part.len());
                bytes[to..end].copy_from_slice(&part[..end - to]);
            }
            _ => bytes[at..len.min(at + span)].iter_mut().for_each(|byte| *byte = random.next_u32() as u8),
        }
    }
    bytes
}

/// Limits the process to [`MOST_MEMORY_BYTES`] above its current mapping: a decoder that reserves
/// more aborts.
#[cfg(target_os = "linux")]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let before = getrlimit(Resource::As);
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let mapped = statm.split(' ').next().and_then(|pages| pages.parse::<u64>().ok()).unwrap() * 4_096;
    setrlimit(Resource::As, Rlimit { current: Some(mapped + MOST_MEMORY_BYTES), ..before }).unwrap();
}

#[cfg(not(target_os = "linux"))]
fn limit_memory() {}
